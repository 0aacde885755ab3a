package dev.brickyard.engine.runtime;

import java.nio.file.Path;
import java.util.OptionalLong;

/** Something to be seen at a path of a container besides its root filesystem. */
public sealed interface ContainerMount {
  /** The absolute path in the container. */
  String target();

  /** A file or directory of the worker. */
  record Bind(Path source, String target, boolean readOnly) implements ContainerMount {}

  /**
   * An empty file system in memory.
   *
   * @param sizeBytes how much it may hold; empty for the kernel's default
   * @param mode permission bits of its root
   */
  record Tmpfs(String target, OptionalLong sizeBytes, int mode) implements ContainerMount {}
}
