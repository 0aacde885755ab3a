package dev.brickyard.engine.runtime;

import java.nio.file.Path;

/** The contract, kept by {@code runc}. */
class RuncRuntimeIT extends OciRuntimeContract {
  @Override
  ProgramRuntime runtime(Path directory) {
    return ProgramRuntime.with("runc", directory);
  }

  @Override
  boolean tellsOutOfMemory() {
    return true;
  }
}
