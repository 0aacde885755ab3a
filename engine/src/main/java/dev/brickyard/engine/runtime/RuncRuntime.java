package dev.brickyard.engine.runtime;

import java.nio.file.Path;

/** Runs containers with {@code runc}, or with {@code crun} where that is what is installed. */
public final class RuncRuntime implements OciRuntime {
  private final Path stateDirectory;

  /**
   * @param stateDirectory for bundles and the runtime's state, made when missing; one per process
   */
  public RuncRuntime(Path stateDirectory) {
    this.stateDirectory = stateDirectory;
  }

  /** Removes the containers a killed predecessor left. Call before any other use. */
  public void recover() throws RuntimeFailure, InterruptedException {
    throw new RuntimeFailure(RuntimeFailure.Reason.MACHINE, "not yet " + stateDirectory, null);
  }

  @Override
  public ExitStatus run(ContainerSpec spec, OutputSink out)
      throws RuntimeFailure, InterruptedException {
    throw new RuntimeFailure(RuntimeFailure.Reason.MACHINE, "not yet " + spec + out, null);
  }
}
