package dev.brickyard.engine.dockerfile;

import java.util.Optional;

/**
 * The parser directives at the top of a Dockerfile.
 *
 * @param syntax the front end asked for
 * @param escape the escape character: backslash or backtick
 * @param check configuration of the build checks
 */
public record Directives(Optional<String> syntax, char escape, Optional<String> check) {
  /** What holds when a file says nothing. */
  public static final Directives DEFAULT = new Directives(Optional.empty(), '\\', Optional.empty());
}
