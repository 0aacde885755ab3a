package dev.brickyard.yard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.engine.image.Platform;
import dev.brickyard.yard.configuration.ConfigurationReader;
import dev.brickyard.yard.configuration.Ports;
import dev.brickyard.yard.configuration.Secrets;
import dev.brickyard.yard.configuration.ServiceName;
import dev.brickyard.yard.process.FreePorts;
import dev.brickyard.yard.process.Leftovers;
import dev.brickyard.yard.testing.TestYard;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The parts that hold the farm's data: PostgreSQL, Kafka, the S3 server and the registry. */
@Timeout(300)
class LocalYardIT {
  private static final ServiceName[] PARTS = {
    ServiceName.POSTGRES, ServiceName.KAFKA, ServiceName.S3, ServiceName.REGISTRY
  };

  private TestYard test;

  @BeforeEach
  void prepare() {
    test = TestYard.prepare(1, List.of(Platform.current()));
  }

  @AfterEach
  void end() {
    Path data = test.data();
    test.close();
    assertThat(data).doesNotExist();
  }

  @Test
  void upStartsWhatIsMissingAndDownLeavesNothingBehind() throws Exception {
    test.up(PARTS);
    assertThat(test.ailing()).isEmpty();
    assertThat(test.processes()).hasSizeGreaterThanOrEqualTo(PARTS.length);
    Set<ServiceName> started = new TreeSet<>();
    LocalYard again =
        new LocalYard(
            test.yard().configuration(),
            new YardObserver() {
              @Override
              public void starting(ServiceName service) {
                started.add(service);
              }
            });
    again.up(Set.of(PARTS));
    assertThat(started).as("nothing was missing").isEmpty();
    test.kill(ServiceName.REGISTRY);
    assertThat(test.ailing()).extracting(ServiceStatus::name).containsExactly(ServiceName.REGISTRY);
    again.up(Set.of(PARTS));
    assertThat(started).containsExactly(ServiceName.REGISTRY);

    test.down(PARTS);
    assertThat(test.processes()).isEmpty();
    assertThat(Leftovers.mounts(test.data())).isEmpty();
    assertThat(test.yard().wanted()).isEmpty();
    assertThat(test.data().resolve("run")).isEmptyDirectory();
  }

  @Test
  void aYardThatWasKilledHasLostNothing() throws Exception {
    test.up(PARTS);
    try (Connection database = database();
        Statement statement = database.createStatement()) {
      statement.execute("create table kept (text text)");
      statement.execute("insert into kept values ('brick')");
    }
    try (Admin admin = kafka()) {
      admin.createTopics(List.of(new NewTopic("kept", 1, (short) 1))).all().get();
    }
    test.pushBusybox(Platform.current());
    for (ServiceName part : PARTS) {
      test.kill(part);
    }
    assertThat(test.processes()).isEmpty();

    test.up(PARTS);
    try (Connection database = database();
        Statement statement = database.createStatement();
        ResultSet rows = statement.executeQuery("select text from kept")) {
      assertThat(rows.next()).isTrue();
      assertThat(rows.getString(1)).isEqualTo("brick");
    }
    try (Admin admin = kafka()) {
      assertThat(admin.listTopics().names().get()).contains("kept");
    }
    assertThat(test.data().resolve("registry/storage/docker/registry/v2/repositories/library"))
        .isDirectoryContaining("glob:**/busybox");
  }

  @Test
  void aTakenPortIsReportedByNameAndNothingIsStarted() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Ports ports = new Ports(Map.of("s3", taken.getLocalPort(), "registry", FreePorts.any()));
      LocalYard yard =
          new LocalYard(test.yard().configuration().withPorts(ports), YardObserver.SILENT);
      assertThatThrownBy(() -> yard.up(Set.of(ServiceName.S3, ServiceName.REGISTRY)))
          .isInstanceOf(YardException.class)
          .hasMessageContaining(
              "port %d (s3) is taken by pid %d (",
              taken.getLocalPort(), ProcessHandle.current().pid())
          .hasMessageContaining("--port s3=PORT");
      assertThat(test.processes()).isEmpty();
      assertThat(yard.wanted()).isEmpty();
    }
  }

  @Test
  void aPartThatCannotStartIsNamedWithTheEndOfItsLog() throws Exception {
    Path storage = Files.createDirectories(test.data().resolve("registry"));
    Files.writeString(storage.resolve("storage"), "a file where a folder should be");
    assertThatThrownBy(() -> test.yard().up(Set.of(ServiceName.REGISTRY, ServiceName.S3)))
        .isInstanceOf(YardException.class)
        .hasMessageContaining("registry");
    assertThat(test.yard().status(Set.of(ServiceName.S3)))
        .as("the others stay up")
        .allMatch(ServiceStatus::healthy);
  }

  @Test
  void chosenPortsAreRememberedWhileTheYardIsUp() throws Exception {
    test.up(ServiceName.REGISTRY);
    int port = test.yard().configuration().ports().of(ServiceName.REGISTRY);
    Map<String, String> options = Map.of("data", test.data().toString());
    ConfigurationReader reader =
        new ConfigurationReader(test.yard().configuration().checkout(), Map.of());
    assertThat(reader.read(Optional.empty(), options).ports().of(ServiceName.REGISTRY))
        .isEqualTo(port);
    test.down(ServiceName.REGISTRY);
    assertThat(reader.read(Optional.empty(), options).ports().of(ServiceName.REGISTRY))
        .isEqualTo(5001);
  }

  private Connection database() throws Exception {
    Secrets secrets = Secrets.of(test.data(), new SecureRandom());
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:%d/brickyard"
            .formatted(test.yard().configuration().ports().of(ServiceName.POSTGRES)),
        Secrets.DATABASE_USER,
        secrets.databasePassword());
  }

  private Admin kafka() {
    return Admin.create(
        Map.of(
            "bootstrap.servers",
            "127.0.0.1:" + test.yard().configuration().ports().of(ServiceName.KAFKA)));
  }
}
