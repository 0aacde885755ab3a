package dev.brickyard.engine.export;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Keeps secrets out of what is told: build arguments whose name says that they are one (by the
 * words of BuildKit's check SecretsUsedInArgOrEnv), wherever their value turns up, and what stands
 * before the {@code @} of an address.
 */
final class Redaction {
  private static final String HIDDEN = "***";
  private static final Pattern SECRET =
      Pattern.compile(
          "(?i)(?:_|^)(?:apikey|auth|credential|credentials|key|password|pword|passwd|secret|token)"
              + "(?:_|$)");
  private static final Pattern PUBLIC = Pattern.compile("(?i)(?:_|^)public(?:_|$)");
  private static final Pattern LOGIN = Pattern.compile("(?<=://)[^/\\s@\"']+@");

  /** A shorter value would hide parts of ordinary words. */
  private static final int SHORTEST = 4;

  /** The longest first: one may be part of another. */
  private final List<String> values = new ArrayList<>();

  Redaction(Map<String, String> buildArgs) {
    buildArgs.forEach(
        (name, value) -> {
          if (isSecret(name) && value.length() >= SHORTEST) {
            values.add(value);
          }
        });
    values.sort(Comparator.comparingInt(String::length).reversed());
  }

  static boolean isSecret(String name) {
    return SECRET.matcher(name).find() && !PUBLIC.matcher(name).find();
  }

  /** The text without what is secret in it. */
  String text(String text) {
    String clean = text;
    for (String value : values) {
      clean = clean.replace(value, HIDDEN);
    }
    return LOGIN.matcher(clean).replaceAll(HIDDEN + "@");
  }

  /** The arguments by name, sorted, without what is secret in them. */
  SortedMap<String, String> arguments(Map<String, String> arguments) {
    SortedMap<String, String> clean = new TreeMap<>();
    arguments.forEach((name, value) -> clean.put(name, isSecret(name) ? HIDDEN : text(value)));
    return clean;
  }
}
