package dev.brickyard.engine.registry;

import java.net.URI;

/**
 * Another place to pull a registry's images from. Its path, if it has one, goes in front of the
 * repository's name.
 *
 * @param endpoint such as {@code http://127.0.0.1:5000} or {@code https://mirror.example/hub}
 * @param only true when the registry itself must not be asked after this mirror
 */
public record Mirror(URI endpoint, boolean only) {
  /** Throws {@link IllegalArgumentException} when the address is no {@code http(s)} one. */
  public Mirror {
    boolean web = "http".equals(endpoint.getScheme()) || "https".equals(endpoint.getScheme());
    if (!web || endpoint.getHost() == null || endpoint.getUserInfo() != null) {
      throw new IllegalArgumentException(
          "\"" + endpoint + "\" is no mirror's address: write http(s)://host[:port][/path]");
    }
  }

  /** A mirror that is tried first, before the registry itself. */
  public static Mirror at(String endpoint) {
    return new Mirror(URI.create(endpoint), false);
  }
}
