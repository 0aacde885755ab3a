package dev.brickyard.engine.runtime;

import dev.brickyard.engine.linux.Trees;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs containers with an OCI runtime program of this machine ({@code crun} or {@code runc}): one
 * program started per container, and nothing else on the way.
 */
public final class ProgramRuntime implements OciRuntime, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ProgramRuntime.class);
  private static final long PATIENCE_SECONDS = 20;

  /** Not {@code /proc} and its like: BuildKit leaves those in the layer of a root without them. */
  private static final List<String> STANDARD_TARGETS =
      List.of(NetworkFiles.RESOLVER, NetworkFiles.HOSTS);

  private final ExecutorService removals = Executors.newVirtualThreadPerTaskExecutor();
  private final Path bundles;
  private final Path states;

  private final ProgramChoice choice;

  /**
   * With the quickest program that is installed and does what a container asks for.
   *
   * @param stateDirectory for bundles and the runtime's state, made when missing, better on tmpfs;
   *     one per process
   */
  public ProgramRuntime(Path stateDirectory) {
    this(stateDirectory, ProgramChoice.ofThisMachine());
  }

  /**
   * Like {@link #ProgramRuntime(Path)}, with one program and no other.
   *
   * @param program {@code crun} or {@code runc}
   * @throws IllegalArgumentException when it is neither
   */
  public static ProgramRuntime with(String program, Path stateDirectory) {
    return new ProgramRuntime(stateDirectory, ProgramChoice.only(program));
  }

  private ProgramRuntime(Path stateDirectory, ProgramChoice choice) {
    Path absolute = stateDirectory.toAbsolutePath();
    this.bundles = absolute.resolve("bundles");
    this.states = absolute.resolve("containers");
    this.choice = choice;
  }

  private static RuntimeFailure failure(
      String sentence, @org.jspecify.annotations.Nullable Throwable cause) {
    return new RuntimeFailure(RuntimeFailure.Reason.MACHINE, sentence, cause);
  }

  /**
   * Finds the program now rather than with the first container.
   *
   * @throws RuntimeFailure when it is not installed
   */
  public void requireProgram() throws RuntimeFailure {
    var _ = choice.of(Limits.NONE);
  }

  /** Kills and removes the containers a killed predecessor left. Call before any other use. */
  public void recover() throws RuntimeFailure, InterruptedException {
    try {
      ControlGroups groups = new ControlGroups();
      for (Path directory : List.of(states, bundles)) {
        for (String id : namesIn(directory)) {
          remove(choice.of(Limits.NONE), id, groups);
        }
      }
    } catch (IOException e) {
      throw failure("the containers of an earlier run cannot be removed", e);
    }
  }

  private static List<String> namesIn(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> children = Files.list(directory)) {
      return children.map(p -> String.valueOf(p.getFileName())).toList();
    }
  }

  @Override
  public ExitStatus run(ContainerSpec spec, OutputSink out)
      throws RuntimeFailure, InterruptedException {
    RuntimeProgram chosen = choice.of(spec.limits());
    String id = "b" + UUID.randomUUID().toString().replace("-", "");
    Path bundle = bundles.resolve(id);
    try {
      Files.createDirectories(bundle);
      Files.createDirectories(states);
      if (!spec.secretEnv().isEmpty()) {
        ConfidentialBundle.cover(bundle);
      }
      ControlGroups groups = new ControlGroups();
      List<ContainerMount> network = NetworkFiles.write(spec, bundle);
      List<String> targets = new ArrayList<>(STANDARD_TARGETS);
      spec.mounts().forEach(mount -> targets.add(mount.target()));
      MountPoints points = MountPoints.before(spec.rootfs(), targets);
      Files.write(
          bundle.resolve("config.json"), OciConfig.json(spec, chosen.controlGroup(id), network));
      try {
        return execute(chosen, id, bundle, groups, out);
      } finally {
        points.clean();
      }
    } catch (IOException e) {
      uncoverQuietly(bundle);
      throw failure("the container cannot be run: " + e.getMessage(), e);
    }
  }

  private static void uncoverQuietly(Path bundle) {
    try {
      ConfidentialBundle.uncover(bundle);
    } catch (IOException e) {
      LOG.warn("a container's environment stays in memory: {} cannot be unmounted", bundle, e);
    }
  }

  private ExitStatus execute(
      RuntimeProgram chosen, String id, Path bundle, ControlGroups groups, OutputSink out)
      throws IOException, RuntimeFailure, InterruptedException {
    Process process =
        ProgramStart.of(chosen, chosen.run(ConfidentialBundle.states(bundle, states), bundle, id));
    boolean ended = false;
    Thread stdout = pump(process.getInputStream(), false, out);
    Thread stderr = pump(process.getErrorStream(), true, out);
    try {
      int code = process.waitFor();
      stdout.join();
      stderr.join();
      ended = true;
      throwIfNotStarted(chosen, bundle, code);
      boolean oomKilled = groups.oomKilled(id);
      OptionalInt signal =
          code > 128 && code <= 192 ? OptionalInt.of(code - 128) : OptionalInt.empty();
      return new ExitStatus(code, signal, oomKilled);
    } finally {
      cleanUp(chosen, id, groups, ended, process, List.of(stdout, stderr));
    }
  }

  private static Thread pump(InputStream from, boolean stderr, OutputSink out) {
    return Thread.ofPlatform()
        .daemon()
        .name(stderr ? "container-stderr" : "container-stdout")
        .start(
            () -> {
              byte[] buffer = new byte[1 << 14];
              try (from) {
                for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
                  out.write(stderr, Arrays.copyOf(buffer, n));
                }
              } catch (IOException e) {
                LOG.debug("a container's output ended early", e);
              }
            });
  }

  /** Tells a command that failed from one that never ran: only the latter makes the program log. */
  private static void throwIfNotStarted(RuntimeProgram chosen, Path bundle, int code)
      throws IOException, RuntimeFailure {
    Path log = bundle.resolve(RuntimeProgram.LOG);
    if (code != 0 && Files.exists(log)) {
      Optional<String> error = chosen.error(Files.readAllLines(log));
      if (error.isPresent()) {
        throw asFailure(error.get());
      }
    }
  }

  private static RuntimeFailure asFailure(String sentence) {
    boolean command =
        sentence.contains("executable file not found")
            || ((sentence.contains("exec: \"")
                    || sentence.contains("exec /")
                    || sentence.startsWith("exec "))
                && (sentence.contains("no such file or directory")
                    || sentence.contains("permission denied")
                    || sentence.contains("exec format error")));
    return new RuntimeFailure(
        command ? RuntimeFailure.Reason.COMMAND_NOT_FOUND : RuntimeFailure.Reason.MACHINE,
        sentence,
        null);
  }

  /** Leaves nothing, however often the thread is interrupted meanwhile. */
  private void cleanUp(
      RuntimeProgram chosen,
      String id,
      ControlGroups groups,
      boolean ended,
      Process process,
      List<Thread> pumps)
      throws RuntimeFailure, IOException {
    if (ended) {
      // The container is gone: what is left of it need not hold up the next one.
      var _ = removals.submit(() -> removeQuietly(id, groups));
      return;
    }
    // On a thread that nobody interrupts.
    awaitWhateverComes(
        removals.submit(
            () -> {
              stop(chosen, id, groups, process);
              for (Thread pump : pumps) {
                pump.join(TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
              }
              remove(id, groups);
              return id;
            }),
        id);
  }

  private static void awaitWhateverComes(Future<String> removal, String id)
      throws RuntimeFailure, IOException {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          var _ = removal.get();
          return;
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          switch (e.getCause()) {
            case RuntimeFailure failure -> throw failure;
            case IOException failure -> throw failure;
            case null, default ->
                throw failure("the container " + id + " cannot be removed", e.getCause());
          }
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void removeQuietly(String id, ControlGroups groups) {
    try {
      remove(id, groups);
    } catch (IOException e) {
      LOG.warn("what is left of the container {} stays until the worker starts again", id, e);
    }
  }

  /** The bundle goes last: it is how a successor finds out that there is something to remove. */
  private void remove(String id, ControlGroups groups) throws IOException {
    groups.remove(id);
    Trees.delete(states.resolve(id));
    ConfidentialBundle.uncover(bundles.resolve(id));
    Trees.delete(bundles.resolve(id));
  }

  /**
   * Kills whatever of the container exists at this moment; the program itself last, which may be
   * about to make it.
   */
  private void stop(RuntimeProgram chosen, String id, ControlGroups groups, Process process)
      throws InterruptedException, RuntimeFailure {
    groups.kill(id);
    if (!process.waitFor(50, TimeUnit.MILLISECONDS)) {
      process.destroyForcibly();
      process.waitFor();
    }
    groups.kill(id);
    delete(chosen, id);
  }

  private void remove(RuntimeProgram chosen, String id, ControlGroups groups)
      throws RuntimeFailure, InterruptedException, IOException {
    groups.kill(id);
    delete(chosen, id);
    remove(id, groups);
  }

  private void delete(RuntimeProgram chosen, String id)
      throws RuntimeFailure, InterruptedException {
    try {
      Process delete =
          ProgramStart.unheard(
              chosen, chosen.delete(ConfidentialBundle.states(bundles.resolve(id), states), id));
      if (!delete.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        delete.destroyForcibly();
        LOG.warn("{} could not delete the container {} in time", chosen.name(), id);
      }
    } catch (IOException e) {
      throw failure(chosen.name() + " cannot be started", e);
    }
  }

  /** Removes what the runtime keeps between containers. Call when none runs any more. */
  @Override
  public void close() throws IOException {
    removals.close();
    new ControlGroups().removeParent();
    for (Path directory : List.of(bundles, states)) {
      if (Files.isDirectory(directory) && namesIn(directory).isEmpty()) {
        Files.delete(directory);
      }
    }
  }
}
