package dev.brickyard.engine.cache;

import java.util.regex.Pattern;

/**
 * The part of the cache a build reads and writes: today its project. Records of one scope are never
 * seen from another.
 *
 * @param name one path segment: letters, digits, {@code . _ -}
 */
public record CacheScope(String name) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

  public CacheScope {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("\"" + name + "\" cannot name a cache scope");
    }
  }
}
