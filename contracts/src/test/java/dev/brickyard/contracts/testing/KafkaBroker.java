package dev.brickyard.contracts.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;

/**
 * A real single-node Kafka in a child JVM, with the class path of the test. Ports are free ones,
 * data lives in a temporary folder; {@link #close} ends the process and removes the folder.
 *
 * <p>Timings are those of a small farm: a share group is joined in under a second, a silent member
 * is dropped after six. Topics are not made on first use: whoever needs one must create it.
 */
public final class KafkaBroker implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int START_ATTEMPTS = 3;

  private final Path folder;
  private int port;
  private int controllerPort;
  private @Nullable Process process;

  private KafkaBroker(Path folder) {
    this.folder = folder;
  }

  /**
   * Starts a broker with no topics and waits until it answers.
   *
   * @throws IllegalStateException with the end of the broker's log when it does not come up
   */
  public static KafkaBroker start() {
    KafkaBroker broker;
    try {
      broker = new KafkaBroker(Files.createTempDirectory("brickyard-kafka-"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try {
      broker.startOnFreePorts();
    } catch (RuntimeException | Error e) {
      broker.close();
      throw e;
    }
    return broker;
  }

  /** What clients are configured with: {@code 127.0.0.1:port}. The same after {@link #restart}. */
  public String bootstrapServers() {
    return "127.0.0.1:" + port;
  }

  /** Kills the broker without warning; its data stays. */
  public void kill() {
    Process running = process;
    if (running != null) {
      running.destroyForcibly();
      running.onExit().join();
      process = null;
    }
  }

  /** Brings a killed broker back with its data, on the same port, and waits until it answers. */
  public void restart() {
    kill();
    launch();
    awaitAnswer();
  }

  @Override
  public void close() {
    kill();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void startOnFreePorts() {
    for (int attempt = 1; ; attempt++) {
      port = freePort();
      controllerPort = freePort();
      writeConfiguration();
      launch();
      try {
        awaitAnswer();
        return;
      } catch (IllegalStateException e) {
        // Between our look and the broker's start somebody else may have taken a port.
        boolean portTaken = String.valueOf(e.getMessage()).contains("already in use");
        if (!portTaken || attempt == START_ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void writeConfiguration() {
    Map<String, Object> settings =
        Map.ofEntries(
            Map.entry("process.roles", "broker,controller"),
            Map.entry("node.id", 1),
            Map.entry("controller.quorum.voters", "1@127.0.0.1:" + controllerPort),
            Map.entry("controller.listener.names", "CONTROLLER"),
            Map.entry(
                "listeners",
                "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort),
            Map.entry("log.dirs", folder.resolve("data")),
            Map.entry("auto.create.topics.enable", false),
            Map.entry("log.cleaner.dedupe.buffer.size", 4 << 20),
            Map.entry("offsets.topic.replication.factor", 1),
            Map.entry("offsets.topic.num.partitions", 1),
            Map.entry("transaction.state.log.replication.factor", 1),
            Map.entry("transaction.state.log.min.isr", 1),
            Map.entry("transaction.state.log.num.partitions", 1),
            Map.entry("share.coordinator.state.topic.replication.factor", 1),
            Map.entry("share.coordinator.state.topic.min.isr", 1),
            Map.entry("share.coordinator.state.topic.num.partitions", 1),
            Map.entry("group.initial.rebalance.delay.ms", 0),
            Map.entry("group.share.heartbeat.interval.ms", 500),
            Map.entry("group.share.min.heartbeat.interval.ms", 500),
            Map.entry("group.share.session.timeout.ms", 6000),
            Map.entry("group.share.min.session.timeout.ms", 6000),
            Map.entry("group.share.assignment.interval.ms", 0),
            Map.entry("group.share.min.record.lock.duration.ms", 1000));
    String text =
        settings.entrySet().stream()
            .map(e -> e.getKey() + "=" + e.getValue())
            .collect(Collectors.joining("\n", "", "\n"));
    try {
      Files.writeString(folder.resolve("server.properties"), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void launch() {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx160m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xshare:auto",
            "-cp",
            System.getProperty("java.class.path"),
            FormatAndRunKafka.class.getName(),
            folder.resolve("server.properties").toString(),
            // Ends the broker when the test's JVM is gone, however it went.
            Long.toString(ProcessHandle.current().pid()));
    try {
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void awaitAnswer() {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    Process running = Objects.requireNonNull(process);
    try {
      while (!listens()) {
        if (running.waitFor(20, TimeUnit.MILLISECONDS)) {
          throw new IllegalStateException("Kafka ended while it started: " + logTail());
        }
        if (System.nanoTime() > deadline) {
          throw new IllegalStateException("Kafka did not start in " + PATIENCE + ": " + logTail());
        }
      }
      try (Admin admin = admin()) {
        admin.describeCluster().nodes().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while Kafka started", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("Kafka does not answer: " + logTail(), e);
    }
  }

  private Admin admin() {
    // The client loads its parts by the thread's class loader, and Quarkus' tests have several.
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(Admin.class.getClassLoader());
    try {
      return Admin.create(Map.of("bootstrap.servers", bootstrapServers()));
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private boolean listens() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private Path log() {
    return folder.resolve("kafka.log");
  }

  private String logTail() {
    try {
      String all = Files.readString(log());
      return all.substring(Math.max(0, all.length() - 4000));
    } catch (IOException e) {
      return "(no log: " + e.getMessage() + ")";
    }
  }
}
