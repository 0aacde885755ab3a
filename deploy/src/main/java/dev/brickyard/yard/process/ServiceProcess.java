package dev.brickyard.yard.process;

import dev.brickyard.yard.configuration.ServiceName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The process of one service: a session of its own that outlives the launcher, found again through
 * a pid file. Everything it starts is known by that session or by a mark in its environment, so
 * that nothing is left behind and nothing else is ever touched.
 */
public final class ServiceProcess {
  private static final String MARK = "BRICKYARD_YARD_SERVICE";
  private static final long LOG_LIMIT = 16L << 20;
  private static final Set<String> INHERITED =
      Set.of(
          "PATH",
          "HOME",
          "LANG",
          "LC_ALL",
          "TZ",
          "http_proxy",
          "https_proxy",
          "no_proxy",
          "HTTP_PROXY",
          "HTTPS_PROXY",
          "NO_PROXY");
  private static final Duration POLL = Duration.ofMillis(20);

  private final Path pidFile;
  private final Path log;
  private final String mark;

  /** The service's process in the yard with this data folder. */
  public ServiceProcess(Path data, ServiceName name) {
    this.pidFile = data.resolve("run").resolve(name + ".pid");
    this.log = data.resolve("logs").resolve(name + ".log");
    this.mark = data + ":" + name;
  }

  /** Where its output goes. */
  public Path log() {
    return log;
  }

  /** True when it was started and never stopped through here: it runs, or it was killed. */
  public boolean wanted() {
    return Files.exists(pidFile);
  }

  /** The process when it runs. */
  public Optional<ProcessId> running() {
    return recorded().filter(ProcessId::running);
  }

  /** Everything that belongs to the service and runs, its main process among it. */
  public List<ProcessTable.Stat> members() {
    List<ProcessTable.Stat> members = new ArrayList<>();
    Optional<ProcessId> recorded = recorded();
    if (recorded.isPresent()) {
      long leader = recorded.get().pid();
      Optional<ProcessId> now = ProcessId.current(leader);
      // While a session lives on without its leader, no new process gets the leader's pid.
      if (now.isEmpty() || now.equals(recorded)) {
        members.addAll(ProcessTable.session(leader));
      }
    }
    for (ProcessTable.Stat stat : ProcessTable.withEnvironment(MARK, mark)) {
      if (members.stream().noneMatch(member -> member.pid() == stat.pid())) {
        members.add(stat);
      }
    }
    return members;
  }

  /** Starts it, detached, its output appended to the log. */
  public ProcessId start(Launch launch) throws IOException {
    Files.createDirectories(launch.directory());
    Files.createDirectories(pidFile.getParent());
    Files.createDirectories(log.getParent());
    rotate();
    List<String> command = new ArrayList<>();
    // A child of the JVM never leads a process group, so setsid execs and the pid stays the same.
    command.add("setsid");
    command.addAll(launch.command());
    ProcessBuilder builder = new ProcessBuilder(command);
    // A variable of the terminal, such as QUARKUS_HTTP_PORT, must not change what is started.
    builder.environment().keySet().retainAll(INHERITED);
    builder.environment().putAll(launch.environment());
    builder.environment().putAll(Map.of(MARK, mark));
    Process process =
        builder
            .directory(launch.directory().toFile())
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    ProcessId id =
        ProcessId.current(process.pid())
            .orElseThrow(() -> new IOException(launch.command().getFirst() + " ended at once"));
    Path temporary = pidFile.resolveSibling(pidFile.getFileName() + ".new");
    Files.writeString(temporary, id + "\n");
    Files.move(
        temporary, pidFile, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    return id;
  }

  /** Asks the main process to end (SIGTERM); it may take its time. */
  public void terminate() {
    running().flatMap(id -> ProcessHandle.of(id.pid())).ifPresent(handle -> handle.destroy());
  }

  /**
   * Waits until nothing of the service runs.
   *
   * @return false when something still does after the time
   */
  public boolean awaitEnd(Duration atMost) throws InterruptedException {
    long deadline = System.nanoTime() + atMost.toNanos();
    while (!members().isEmpty()) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      Thread.sleep(POLL);
    }
    return true;
  }

  /** Kills whatever of the service runs, and returns when it is gone. */
  public void kill() throws InterruptedException, IOException {
    long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    for (List<ProcessTable.Stat> left = members(); !left.isEmpty(); left = members()) {
      if (System.nanoTime() > deadline) {
        throw new IOException("pid " + left.getFirst().pid() + " does not end, even when killed");
      }
      for (ProcessTable.Stat stat : left) {
        ProcessHandle.of(stat.pid()).ifPresent(handle -> handle.destroyForcibly());
      }
      Thread.sleep(POLL);
    }
  }

  /** Forgets it: from now on it is not wanted. */
  public void forget() throws IOException {
    Files.deleteIfExists(pidFile);
  }

  private Optional<ProcessId> recorded() {
    try {
      return ProcessId.parse(Files.readString(pidFile));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private void rotate() throws IOException {
    if (Files.exists(log) && Files.size(log) > LOG_LIMIT) {
      Files.move(
          log, log.resolveSibling(log.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
