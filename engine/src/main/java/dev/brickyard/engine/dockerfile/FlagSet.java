package dev.brickyard.engine.dockerfile;

import dev.brickyard.engine.dockerfile.Words.Flag;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The flags of one instruction, checked against those it knows. */
final class FlagSet {
  /** A flag's value and where it was written. */
  record Value(String text, SourceRange range) {}

  private final Map<String, List<Value>> values = new HashMap<>();

  /**
   * Checks what was written.
   *
   * @param texts flags with a value, at most once
   * @param lists flags with a value, any number of times
   * @param booleans flags that are on when written, or {@code =true} or {@code =false}
   */
  FlagSet(
      List<Flag> flags,
      Set<String> texts,
      Set<String> lists,
      Set<String> booleans,
      Problems problems)
      throws DockerfileException {
    Set<String> known = new TreeSet<>();
    known.addAll(texts);
    known.addAll(lists);
    known.addAll(booleans);
    for (Flag flag : flags) {
      int equals = flag.text().indexOf('=');
      String name = flag.text().substring(2, equals < 0 ? flag.text().length() : equals);
      String value = equals < 0 ? "" : flag.text().substring(equals + 1);
      SourceRange range = flag.place().range();
      if (!known.contains(name)) {
        throw problems.of(
            "dockerfile-unknown-flag",
            Suggestion.append("unknown flag: --" + GoText.shorten(name), name, known),
            range);
      }
      if (values.containsKey(name) && !lists.contains(name)) {
        throw problems.syntax("duplicate flag specified: --" + name, range);
      }
      boolean needsValue = !booleans.contains(name) || equals >= 0;
      if (needsValue && (equals < 0 || (booleans.contains(name) && value.isEmpty()))) {
        throw problems.syntax("missing a value on flag: --" + name, range);
      }
      if (booleans.contains(name)) {
        String written = value;
        value = value.isEmpty() ? "true" : value.toLowerCase(Locale.ROOT);
        if (!value.equals("true") && !value.equals("false")) {
          throw problems.syntax(
              "expecting boolean value for flag --" + name + ", not: " + GoText.shorten(written),
              range);
        }
      }
      values.computeIfAbsent(name, n -> new ArrayList<>()).add(new Value(value, range));
    }
  }

  /** A value that was written and is not empty. */
  Optional<Value> value(String name) {
    return list(name).stream().filter(value -> !value.text().isEmpty()).findFirst();
  }

  Optional<String> text(String name) {
    return value(name).map(Value::text);
  }

  List<Value> list(String name) {
    return values.getOrDefault(name, List.of());
  }

  Optional<Boolean> bool(String name) {
    return text(name).map("true"::equals);
  }

  boolean isOn(String name) {
    return bool(name).orElse(false);
  }
}
