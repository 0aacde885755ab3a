package dev.brickyard.engine.runtime;

import java.nio.file.Files;
import java.nio.file.Path;

/** The contract, kept by {@code crun}. */
class CrunRuntimeIT extends OciRuntimeContract {
  @Override
  ProgramRuntime runtime(Path directory) {
    return ProgramRuntime.with("crun", directory);
  }

  /** Where there is version 1 of control groups it leaves nothing behind that could be read. */
  @Override
  boolean tellsOutOfMemory() {
    return Files.exists(Path.of("/sys/fs/cgroup/cgroup.controllers"));
  }
}
