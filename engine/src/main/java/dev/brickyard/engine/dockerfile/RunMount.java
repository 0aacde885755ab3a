package dev.brickyard.engine.dockerfile;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** A mount of RUN, expanded and checked. */
public sealed interface RunMount {
  /** The stage or image that is mounted; empty for the build context, and where there is none. */
  default Optional<String> from() {
    return Optional.empty();
  }

  /**
   * Files of the context, of another stage or of an image. Writes are discarded.
   *
   * @param from stage or image; empty for the build context
   * @param source path in it; empty for its root
   */
  record Bind(String target, String source, Optional<String> from, boolean readOnly)
      implements RunMount {}

  /**
   * A directory kept between builds.
   *
   * @param id by default the target
   * @param from stage or image whose {@code source} is the content to start with
   * @param mode of the directory when it is made; by default 0755
   */
  record Cache(
      String target,
      String id,
      Sharing sharing,
      boolean readOnly,
      Optional<String> from,
      String source,
      OptionalInt mode,
      OptionalLong uid,
      OptionalLong gid)
      implements RunMount {}

  /** A file system in memory; {@code sizeBytes} is its bound. */
  record Tmpfs(String target, OptionalLong sizeBytes) implements RunMount {}

  /**
   * A secret of the build.
   *
   * @param target path of the file; empty when it is only an environment variable
   * @param env variable that gets the value
   * @param required true when a missing secret fails the build
   */
  record Secret(
      String id,
      Optional<String> target,
      Optional<String> env,
      boolean required,
      int mode,
      long uid,
      long gid)
      implements RunMount {}

  /** The socket of an SSH agent. */
  record Ssh(String id, Optional<String> target, boolean required, int mode, long uid, long gid)
      implements RunMount {}

  /** How concurrent builds share a cache mount. */
  enum Sharing {
    SHARED,
    PRIVATE,
    LOCKED
  }
}
