package dev.brickyard.engine.registry;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a registry wants to be authenticated: a {@code WWW-Authenticate} header (RFC 9110, 11.6.1).
 */
sealed interface Challenge {
  Pattern PARAMETER =
      Pattern.compile("\\G[\\s,]*([A-Za-z_]+)=(?:\"((?:[^\"\\\\]|\\\\.)*)\"|([^\\s,\"]+))");

  /** User name and password with every request. */
  record Basic() implements Challenge {}

  /** A token from the server at {@code realm} (distribution token specification). */
  record Bearer(String realm, String service, String scope) implements Challenge {}

  /** The first challenge this client can answer; a token is preferred to a password. */
  static Optional<Challenge> strongest(List<String> headers) {
    Optional<Challenge> basic = Optional.empty();
    for (String header : headers) {
      String lower = header.toLowerCase(Locale.ROOT);
      if (lower.startsWith("bearer ")) {
        Map<String, String> parameters = parameters(header.substring("bearer ".length()));
        String realm = parameters.get("realm");
        if (realm != null) {
          return Optional.of(
              new Bearer(
                  realm,
                  parameters.getOrDefault("service", ""),
                  parameters.getOrDefault("scope", "")));
        }
      } else if (lower.equals("basic") || lower.startsWith("basic ")) {
        basic = Optional.of(new Basic());
      }
    }
    return basic;
  }

  private static Map<String, String> parameters(String text) {
    Map<String, String> parameters = new TreeMap<>();
    Matcher parameter = PARAMETER.matcher(text);
    while (parameter.find()) {
      String quoted = parameter.group(2);
      parameters.put(
          parameter.group(1).toLowerCase(Locale.ROOT),
          quoted == null ? parameter.group(3) : quoted.replaceAll("\\\\(.)", "$1"));
    }
    return parameters;
  }
}
