package dev.brickyard.engine.lint;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** An environment that remembers which variables it was asked for while one word was expanded. */
final class Lookups implements Function<String, Optional<String>> {
  private final Map<String, String> environment;
  private final Set<String> matched = new LinkedHashSet<>();
  private final Set<String> unmatched = new LinkedHashSet<>();

  Lookups(Map<String, String> environment) {
    this.environment = environment;
  }

  @Override
  public Optional<String> apply(String name) {
    Optional<String> value = Optional.ofNullable(environment.get(name));
    (value.isPresent() ? matched : unmatched).add(name);
    return value;
  }

  /** Variables that were there, each once. */
  Set<String> matched() {
    return matched;
  }

  /** Variables that were not, each once; a default in the expression makes no difference. */
  Set<String> unmatched() {
    return unmatched;
  }
}
