package dev.brickyard.yard.service;

import dev.brickyard.yard.YardException;
import dev.brickyard.yard.configuration.Ports;
import dev.brickyard.yard.configuration.ServiceName;
import dev.brickyard.yard.configuration.YardConfiguration;
import dev.brickyard.yard.process.Folders;
import dev.brickyard.yard.process.Launch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Uuid;

/** A single Kafka node, broker and controller in one JVM. */
final class KafkaService implements Service {
  private final YardConfiguration configuration;
  private final Path home;

  KafkaService(YardConfiguration configuration) {
    this.configuration = configuration;
    this.home = configuration.data().resolve("kafka");
  }

  @Override
  public ServiceName name() {
    return ServiceName.KAFKA;
  }

  @Override
  public Map<String, Integer> ports() {
    Map<String, Integer> ports = new LinkedHashMap<>();
    ports.put("kafka", port());
    ports.put(Ports.KAFKA_CONTROLLER, configuration.ports().kafkaController());
    return ports;
  }

  @Override
  public List<ServiceName> needs() {
    return List.of();
  }

  @Override
  public Launch prepare() throws IOException, YardException, InterruptedException {
    Files.createDirectories(home);
    Path properties = home.resolve("server.properties");
    Path data = home.resolve("data");
    if (!Files.exists(data)) {
      Path fresh = home.resolve("data.new");
      Folders.delete(fresh);
      Files.writeString(properties, serverProperties(fresh));
      Tool.run(
          java(
              "kafka.tools.StorageTool",
              "format",
              "-t",
              Uuid.randomUuid().toString(),
              "-c",
              properties.toString()),
          "");
      Files.move(fresh, data, StandardCopyOption.ATOMIC_MOVE);
    }
    Files.writeString(properties, serverProperties(data));
    return new Launch(java("kafka.Kafka", properties.toString()), Map.of(), home);
  }

  @Override
  public Optional<String> ailment() throws InterruptedException {
    Map<String, Object> settings =
        Map.of(
            AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
            bootstrap(configuration),
            AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
            2000,
            AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
            2000,
            AdminClientConfig.RECONNECT_BACKOFF_MS_CONFIG,
            50,
            AdminClientConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG,
            100);
    try (Admin admin = Admin.create(settings)) {
      return admin.describeCluster().nodes().get(3, TimeUnit.SECONDS).isEmpty()
          ? Optional.of("no broker is registered yet")
          : Optional.empty();
    } catch (ExecutionException | TimeoutException | KafkaException e) {
      return Optional.of("no answer from " + bootstrap(configuration) + ": " + e.getMessage());
    }
  }

  /** What clients connect to. */
  static String bootstrap(YardConfiguration configuration) {
    return configuration.network().address() + ":" + configuration.ports().of(ServiceName.KAFKA);
  }

  private int port() {
    return configuration.ports().of(ServiceName.KAFKA);
  }

  private List<String> java(String mainClass, String... arguments)
      throws IOException, YardException {
    Path logging = home.resolve("log4j2.properties");
    Files.writeString(
        logging,
        """
        status = error
        appender.console.type = Console
        appender.console.name = console
        appender.console.layout.type = PatternLayout
        appender.console.layout.pattern = %d{ISO8601} %p %c{1}: %m%n
        rootLogger.level = warn
        rootLogger.appenderRef.console.ref = console
        """);
    return JavaCommand.mainClass(
        List.of(
            "-Xmx192m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "--sun-misc-unsafe-memory-access=allow",
            "-Dlog4j2.configurationFile=" + logging),
        configuration.built("deploy/target/yard/kafka"),
        mainClass,
        List.of(arguments));
  }

  /**
   * One node, and share groups that notice at once who joins and soon who died. A broker that was
   * killed may come back only when its old session has ended, hence the short one.
   */
  private String serverProperties(Path data) {
    int controller = configuration.ports().kafkaController();
    return """
    process.roles=broker,controller
    node.id=1
    controller.quorum.voters=1@127.0.0.1:%2$d
    listeners=PLAINTEXT://%4$s:%1$d,CONTROLLER://127.0.0.1:%2$d
    advertised.listeners=PLAINTEXT://%4$s:%1$d
    listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
    controller.listener.names=CONTROLLER
    log.dirs=%3$s
    auto.create.topics.enable=false
    num.partitions=1
    default.replication.factor=1
    offsets.topic.replication.factor=1
    offsets.topic.num.partitions=3
    transaction.state.log.replication.factor=1
    transaction.state.log.min.isr=1
    share.coordinator.state.topic.replication.factor=1
    share.coordinator.state.topic.min.isr=1
    share.coordinator.state.topic.num.partitions=3
    log.cleaner.dedupe.buffer.size=4194304
    broker.heartbeat.interval.ms=500
    broker.session.timeout.ms=4000
    group.initial.rebalance.delay.ms=0
    group.consumer.heartbeat.interval.ms=500
    group.consumer.min.heartbeat.interval.ms=500
    group.share.heartbeat.interval.ms=500
    group.share.min.heartbeat.interval.ms=500
    group.share.assignment.interval.ms=0
    group.share.min.session.timeout.ms=6000
    group.share.session.timeout.ms=6000
    """
        .formatted(port(), controller, data, configuration.network().address());
  }
}
