package dev.brickyard.engine.runtime;

import dev.brickyard.engine.linux.MountNamespace;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Finds and starts runtime programs. */
final class ProgramStart {
  private static final String HOST_PATH =
      "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  private static final File NOTHING = new File("/dev/null");

  /** Where version 2 of control groups stands beside version 1. */
  private static final Path HYBRID = Path.of("/sys/fs/cgroup/unified");

  private ProgramStart() {}

  /** The program of this name on the usual path. */
  static Optional<Path> find(String name) {
    for (String directory : HOST_PATH.split(":", -1)) {
      Path path = Path.of(directory, name);
      if (Files.isExecutable(path)) {
        return Optional.of(path);
      }
    }
    return Optional.empty();
  }

  /** All that a program says before it ends. */
  static String outputOf(List<String> command) throws RuntimeFailure {
    try {
      Process process = builder(command).redirectErrorStream(true).start();
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new RuntimeFailure(
          RuntimeFailure.Reason.MACHINE, command.getFirst() + " cannot be started", e);
    }
  }

  /** Starts a program, with nothing of the worker's environment and no input. */
  static Process of(RuntimeProgram program, List<String> command) throws IOException {
    return start(program, builder(command));
  }

  /** Like {@link #of}, with nobody hearing what it says. */
  static Process unheard(RuntimeProgram program, List<String> command) throws IOException {
    return start(
        program,
        builder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD));
  }

  private static Process start(RuntimeProgram program, ProcessBuilder builder) throws IOException {
    return program instanceof Crun && confusesCrun()
        ? startWithoutHybrid(builder)
        : builder.start();
  }

  private static ProcessBuilder builder(List<String> command) {
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectInput(ProcessBuilder.Redirect.from(NOTHING));
    // The worker's environment is nobody's business in a container's.
    builder.environment().clear();
    builder.environment().put("PATH", HOST_PATH);
    return builder;
  }

  /**
   * {@code crun} refuses machines on which version 2 of control groups stands beside version 1 with
   * a controller of its own, whether a container needs that controller or not.
   */
  private static boolean confusesCrun() throws IOException {
    Path controllers = HYBRID.resolve("cgroup.controllers");
    return Files.exists(controllers) && !Files.readString(controllers).isBlank();
  }

  /** Starts the program where it sees version 1 only; what it starts is born there as well. */
  private static Process startWithoutHybrid(ProcessBuilder builder) throws IOException {
    FutureTask<Process> start =
        new FutureTask<>(
            () -> {
              MountNamespace.unshare();
              MountNamespace.cover(HYBRID);
              return builder.start();
            });
    // A thread of its own, since it does not come back from that namespace.
    Thread thread = Thread.ofPlatform().name("container-start").start(start);
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return start.get();
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          throw e.getCause() instanceof IOException failure
              ? failure
              : new IOException(thread.getName() + " failed", e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
