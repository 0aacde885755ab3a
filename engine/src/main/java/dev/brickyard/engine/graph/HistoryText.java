package dev.brickyard.engine.graph;

import dev.brickyard.engine.copy.CopySpec;
import dev.brickyard.engine.image.Healthcheck;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The {@code created_by} texts of image histories, in the words BuildKit uses. */
final class HistoryText {
  /** Marks what made a layer. */
  private static final String SUFFIX = " # buildkit";

  private HistoryText() {}

  /** {@code RUN |1 VERSION=3 /bin/sh -c make # buildkit} */
  static String run(
      List<String> args, Map<String, Optional<String>> declared, Map<String, String> env) {
    StringBuilder text = new StringBuilder("RUN ");
    if (!declared.isEmpty()) {
      text.append('|').append(declared.size()).append(' ');
      declared.forEach(
          (name, value) ->
              text.append(name)
                  .append('=')
                  .append(env.getOrDefault(name, value.orElse("")))
                  .append(' '));
    }
    return text.append(String.join(" ", args)).append(SUFFIX).toString();
  }

  /**
   * {@code COPY --chown=1000 a b /there/ # buildkit}
   *
   * @param destination as written, after expansion
   */
  static String copy(String keyword, CopySpec spec, String destination) {
    StringBuilder text = new StringBuilder(keyword);
    if (spec.parents()) {
      text.append(" --parents");
    }
    spec.chown().ifPresent(owner -> text.append(" --chown=").append(owner));
    spec.mode().ifPresent(mode -> text.append(" --chmod=").append(mode.text()));
    spec.sources().forEach(source -> text.append(' ').append(source));
    spec.inline().forEach(file -> text.append(" <<").append(file.name()));
    return text.append(' ').append(destination).append(SUFFIX).toString();
  }

  /** As Go prints a list of texts with {@code %q}: {@code ["a" "b"]}. */
  static String quoted(List<String> texts) {
    return texts.stream().map(HistoryText::quote).collect(Collectors.joining(" ", "[", "]"));
  }

  private static String quote(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\t' -> out.append("\\t");
        case '\r' -> out.append("\\r");
        default -> {
          if (c < 0x20 || c == 0x7f) {
            out.append("\\x%02x".formatted((int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    return out.append('"').toString();
  }

  /** As Go prints the health check with {@code %q}. */
  static String healthcheck(Healthcheck check) {
    return "HEALTHCHECK &{%s %s %s %s %s '\\x%02x'}"
        .formatted(
            quoted(check.test()),
            duration(check.interval()),
            duration(check.timeout()),
            duration(check.startPeriod()),
            duration(check.startInterval()),
            check.retries());
  }

  private static String duration(Duration duration) {
    StringBuilder text = new StringBuilder("\"");
    if (duration.toHours() > 0) {
      text.append(duration.toHours()).append('h');
    }
    if (duration.toMinutes() > 0) {
      text.append(duration.toMinutesPart()).append('m');
    }
    return text.append(duration.toSecondsPart()).append("s\"").toString();
  }

  /** As Go prints a list with {@code %v}: {@code [a b]}. */
  static String plain(List<String> texts) {
    return texts.stream().collect(Collectors.joining(" ", "[", "]"));
  }

  /** As Go prints a set: {@code map[53/udp:{} 80/tcp:{}]}. */
  static String set(Collection<String> texts) {
    return new TreeSet<>(texts)
        .stream().map(text -> text + ":{}").collect(Collectors.joining(" ", "map[", "]"));
  }
}
