package dev.brickyard.engine.graph;

import dev.brickyard.engine.image.Platform;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The ARGs in force at a line of a stage (Dockerfile reference, "ARG": "Scope", "Predefined ARGs",
 * "Automatic platform ARGs in the global scope").
 */
final class ArgScope {
  /** Passed to RUN when given by the user, declared or not, and part of no history or key. */
  static final Set<String> PROXIES =
      Set.of(
          "HTTP_PROXY",
          "http_proxy",
          "HTTPS_PROXY",
          "https_proxy",
          "FTP_PROXY",
          "ftp_proxy",
          "NO_PROXY",
          "no_proxy",
          "ALL_PROXY",
          "all_proxy");

  private final Map<String, String> given;
  private final Map<String, String> inherited;
  private final Map<String, Optional<String>> declared = new LinkedHashMap<>();

  /**
   * @param given by the user
   * @param inherited values an ARG without default takes when the user gave none: global ARGs, and
   *     the platform's
   */
  ArgScope(Map<String, String> given, Map<String, String> inherited) {
    this.given = given;
    this.inherited = Map.copyOf(inherited);
  }

  /** What every stage may declare: the platform built for and the one built on. */
  static Map<String, String> platformArgs(Platform target, Platform build, String targetStage) {
    Map<String, String> args = new LinkedHashMap<>();
    put(args, "BUILD", build);
    put(args, "TARGET", target);
    args.put("TARGETSTAGE", targetStage);
    return args;
  }

  private static void put(Map<String, String> args, String prefix, Platform platform) {
    args.put(prefix + "PLATFORM", platform.toString());
    args.put(prefix + "OS", platform.os());
    args.put(prefix + "ARCH", platform.architecture());
    args.put(prefix + "VARIANT", platform.variant().orElse(""));
  }

  /** An ARG line was met: the user's value counts first, then the default, then the global one. */
  void declare(String name, Optional<String> defaultValue) {
    Optional<String> value = Optional.ofNullable(given.get(name)).or(() -> defaultValue);
    if (value.isEmpty()) {
      value = Optional.ofNullable(inherited.get(name));
    }
    declared.put(name, value);
  }

  Optional<String> value(String name) {
    return declared.getOrDefault(name, Optional.empty());
  }

  /** Those declared so far, in order, with their values if they have one. */
  Map<String, Optional<String>> declared() {
    return Collections.unmodifiableMap(declared);
  }

  /** Proxy settings the user gave and the stage did not declare. */
  Map<String, String> proxies() {
    Map<String, String> proxies = new LinkedHashMap<>();
    for (String name : PROXIES) {
      String value = given.get(name);
      if (value != null && !declared.containsKey(name)) {
        proxies.put(name, value);
      }
    }
    return proxies;
  }
}
