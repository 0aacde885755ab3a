package dev.brickyard.engine.graph;

import dev.brickyard.engine.dockerfile.ExpansionException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The variables in force at a line of a stage (Dockerfile reference, "ARG": "Scope", "Predefined
 * ARGs"). ENV and ARG set the same variables of the build, so that the later of the two wins; only
 * ENV's last into the image.
 */
final class StageScope {
  /** Passed to RUN when given by the user, in any case, declared or not; in no history or key. */
  private static final Set<String> PROXIES =
      Set.of("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY");

  /** Arguments that speak to the builder and never become variables. */
  private static final Set<String> NO_VARIABLES =
      Set.of("BUILDKIT_SBOM_SCAN_CONTEXT", "BUILDKIT_SBOM_SCAN_STAGE");

  /** A default value, expanded only when it is needed: a mistake in it may not matter. */
  interface Default {
    String value() throws ExpansionException;
  }

  private final Map<String, String> given;
  private final Map<String, String> globals;
  private final Map<String, String> environment = new LinkedHashMap<>();
  private final Map<String, Optional<String>> declared = new LinkedHashMap<>();

  /**
   * @param given by the user
   * @param globals values an ARG without default takes when the user gave none: global ARGs, and
   *     the platform's
   * @param below what the stage begins with
   * @param configured the environment of the image it begins with, which counts again
   */
  StageScope(
      Map<String, String> given,
      Map<String, String> globals,
      BuildVariables below,
      Map<String, String> configured) {
    this.given = Map.copyOf(given);
    this.globals = Map.copyOf(globals);
    environment.putAll(below.environment());
    environment.putAll(configured);
    declared.putAll(below.args());
  }

  /**
   * An ARG line was met: the user's value counts first, then the default, then the global one.
   *
   * @return its value, if it has one
   */
  Optional<String> declare(String name, Optional<Default> defaultValue) throws ExpansionException {
    Optional<String> value = Optional.ofNullable(given.get(name));
    if (value.isEmpty() && defaultValue.isPresent()) {
      value = Optional.of(defaultValue.get().value());
    }
    if (value.isEmpty()) {
      value = Optional.ofNullable(globals.get(name));
    }
    declared.put(name, value);
    if (!NO_VARIABLES.contains(name)) {
      value.ifPresent(text -> environment.put(name, text));
    }
    return value;
  }

  /** ENV. */
  void set(String name, String value) {
    environment.put(name, value);
  }

  Optional<String> value(String name) {
    return Optional.ofNullable(environment.get(name));
  }

  /** What a process sees. */
  Map<String, String> environment() {
    return Collections.unmodifiableMap(environment);
  }

  /** Those declared so far, in order, with their values if they have one. */
  Map<String, Optional<String>> declared() {
    return Collections.unmodifiableMap(declared);
  }

  /** What a stage that begins with this one goes on with. */
  BuildVariables variables() {
    return new BuildVariables(environment, declared);
  }

  /** Proxy settings the user gave, each under both of its names as programs want it. */
  Map<String, String> proxies() {
    Map<String, String> proxies = new LinkedHashMap<>();
    given.keySet().stream()
        .sorted()
        .filter(StageScope::isProxy)
        .forEach(
            name -> {
              String value = given.getOrDefault(name, "");
              if (!value.isEmpty()) {
                proxies.put(name.toUpperCase(Locale.ROOT), value);
                proxies.put(name.toLowerCase(Locale.ROOT), value);
              }
            });
    return proxies;
  }

  static boolean isProxy(String name) {
    return PROXIES.contains(name.toUpperCase(Locale.ROOT));
  }
}
