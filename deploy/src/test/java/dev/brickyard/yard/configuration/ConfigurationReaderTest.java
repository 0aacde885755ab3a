package dev.brickyard.yard.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.engine.image.Platform;
import dev.brickyard.yard.YardException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationReaderTest {
  @TempDir Path checkout;

  private YardConfiguration read(Map<String, String> environment, Map<String, String> options)
      throws YardException {
    return new ConfigurationReader(checkout, environment).read(Optional.empty(), options);
  }

  @Test
  void nothingSetGivesTheDefaults() throws YardException {
    YardConfiguration configuration = read(Map.of(), Map.of());
    assertThat(configuration.data()).isEqualTo(checkout.resolve(".yard"));
    assertThat(configuration.workers()).isEqualTo(1);
    assertThat(configuration.platforms()).isEmpty();
    assertThat(configuration.ports().of(ServiceName.API)).isEqualTo(8080);
    assertThat(configuration.ports().of(ServiceName.worker(3))).isEqualTo(8084);
  }

  @Test
  void optionsWinOverEnvironmentOverSavedOverFile() throws Exception {
    Files.writeString(
        checkout.resolve("yard.properties"),
        "port.api=1001\nport.kafka=1002\nport.s3=1003\nport.registry=1004\nworkers=4\n");
    Path data = Files.createDirectories(checkout.resolve(".yard"));
    Files.writeString(
        data.resolve(ConfigurationReader.SAVED), "port.api=2001\nport.kafka=2002\nport.s3=2003\n");
    YardConfiguration configuration =
        read(
            Map.of("BRICKYARD_YARD_PORT_API", "3001", "BRICKYARD_YARD_PORT_KAFKA", "3002"),
            Map.of("port.api", "4001"));
    assertThat(configuration.ports().of(ServiceName.API)).isEqualTo(4001);
    assertThat(configuration.ports().of(ServiceName.KAFKA)).isEqualTo(3002);
    assertThat(configuration.ports().of(ServiceName.S3)).isEqualTo(2003);
    assertThat(configuration.ports().of(ServiceName.REGISTRY)).isEqualTo(1004);
    assertThat(configuration.workers()).isEqualTo(4);
  }

  @Test
  void environmentNamesPortsOfTwoWords() throws YardException {
    YardConfiguration configuration =
        read(
            Map.of(
                "BRICKYARD_YARD_PORT_KAFKA_CONTROLLER", "3001",
                "BRICKYARD_YARD_PORT_WORKER_2", "3002"),
            Map.of());
    assertThat(configuration.ports().kafkaController()).isEqualTo(3001);
    assertThat(configuration.ports().of(ServiceName.worker(2))).isEqualTo(3002);
  }

  @Test
  void everyMistakeIsNamedWithItsSource() {
    assertThatThrownBy(
            () ->
                read(
                    Map.of("BRICKYARD_YARD_PORT_API", "http", "BRICKYARD_YARD_COLOUR", "red"),
                    Map.of("workers", "0", "platforms", "linux", "port.s4", "1")))
        .isInstanceOf(YardException.class)
        .hasMessageContaining("the environment: port.api is \"http\"")
        .hasMessageContaining("the environment sets colour")
        .hasMessageContaining("the command line: workers is \"0\"")
        .hasMessageContaining("\"linux\" is no platform")
        .hasMessageContaining("the command line sets port.s4");
  }

  @Test
  void aPortOutsideOfTheRangeIsRefused() {
    assertThatThrownBy(() -> read(Map.of(), Map.of("port.api", "65536")))
        .hasMessageContaining("port.api is \"65536\", not a number between 0 and 65535");
  }

  @Test
  void aFileThatWasNamedMustExist() {
    Path missing = checkout.resolve("missing.properties");
    assertThatThrownBy(
            () -> new ConfigurationReader(checkout, Map.of()).read(Optional.of(missing), Map.of()))
        .isInstanceOf(YardException.class)
        .hasMessageContaining("missing.properties");
  }

  @Test
  void whatWasSavedIsReadAgainUntilItIsForgotten() throws Exception {
    YardConfiguration started =
        read(
            Map.of(),
            Map.of("port.api", "9080", "workers", "2", "platforms", "linux/amd64,linux/arm64"));
    Files.createDirectories(started.data());
    ConfigurationReader.save(started);
    assertThat(read(Map.of(), Map.of())).isEqualTo(started);
    assertThat(started.platforms()).isEqualTo(List.of(Platform.LINUX_AMD64, Platform.LINUX_ARM64));
    ConfigurationReader.forget(started.data());
    assertThat(read(Map.of(), Map.of()).ports().of(ServiceName.API)).isEqualTo(8080);
  }

  @Test
  void namesOfServices() {
    assertThat(ServiceName.worker(1)).hasToString("worker");
    assertThat(new ServiceName("worker-12").workerNumber()).isEqualTo(12);
    assertThat(ServiceName.API.workerNumber()).isZero();
    for (String wrong : List.of("", "worker-0", "worker-1", "worker-", "Api", "../api")) {
      assertThatThrownBy(() -> new ServiceName(wrong)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void workersCanLiveInANetworkNamespaceAndThatIsRemembered() throws Exception {
    Map<String, String> options =
        Map.of(
            "address",
            "198.18.0.1",
            "worker-address",
            "198.18.0.2",
            "worker-namespace",
            "far-away");
    YardConfiguration configuration = read(Map.of(), options);
    assertThat(configuration.network())
        .isEqualTo(new YardNetwork("198.18.0.1", "198.18.0.2", Optional.of("far-away")));
    assertThat(configuration.network().of(ServiceName.API)).isEqualTo("198.18.0.1");
    assertThat(configuration.network().of(ServiceName.worker(2))).isEqualTo("198.18.0.2");
    assertThat(configuration.network().of(ServiceName.POSTGRES)).isEqualTo("127.0.0.1");
    Files.createDirectories(configuration.data());
    ConfigurationReader.save(configuration);
    assertThat(read(Map.of(), Map.of()).network()).isEqualTo(configuration.network());
    assertThat(read(Map.of("BRICKYARD_YARD_WORKER_ADDRESS", "198.18.0.3"), Map.of()).network())
        .isEqualTo(configuration.network().withWorkerAddress("198.18.0.3"));
  }

  @Test
  void whatIsNoAddressOrNamespaceIsAMistakeWithItsSource() {
    assertThatThrownBy(
            () ->
                read(
                    Map.of(),
                    Map.of(
                        "address",
                        "localhost",
                        "worker-namespace",
                        "../x",
                        "worker-address",
                        "1.2.3.256")))
        .isInstanceOf(YardException.class)
        .hasMessageContaining("the command line: \"localhost\" is not an IPv4 address")
        .hasMessageContaining("\"../x\" is not the name of a network namespace")
        .hasMessageContaining("\"1.2.3.256\" is not an IPv4 address");
  }
}
