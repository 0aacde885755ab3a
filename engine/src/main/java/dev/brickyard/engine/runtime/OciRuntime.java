package dev.brickyard.engine.runtime;

/** Runs containers. Safe for use by many threads at once. */
public interface OciRuntime {
  /**
   * Runs a process in a container of its own until it ends. Nothing of the container remains
   * afterwards: no process, cgroup, mount or state, however this returns.
   *
   * @param out gets the output; all of it before this returns
   * @throws RuntimeFailure when the process could not be started
   * @throws InterruptedException when the thread was interrupted; the whole container is killed
   */
  ExitStatus run(ContainerSpec spec, OutputSink out) throws RuntimeFailure, InterruptedException;
}
