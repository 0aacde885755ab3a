package dev.brickyard.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.worker.kafka.KafkaClients;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the environment says about Kafka reaches the clients, and nothing else does. */
class KafkaConnectionTest {
  @Test
  void credentialsAndCertificatesComeFromTheEnvironment() {
    SmallRyeConfig config =
        new SmallRyeConfigBuilder()
            .withSources(
                new EnvConfigSource(
                    Map.of(
                        "KAFKA_BOOTSTRAP_SERVERS", "a:9093,b:9093",
                        "KAFKA_SECURITY_PROTOCOL", "SASL_SSL",
                        "KAFKA_SASL_MECHANISM", "SCRAM-SHA-512",
                        "KAFKA_SASL_JAAS_CONFIG", "a login",
                        "KAFKA_SSL_TRUSTSTORE_TYPE", "PEM",
                        "KAFKA_SSL_TRUSTSTORE_LOCATION", "/ca.crt",
                        "KAFKA_REQUEST_TIMEOUT_MS", "1"),
                    300))
            .build();

    assertThat(KafkaClients.connection(name -> config.getOptionalValue(name, String.class)))
        .isEqualTo(
            Map.of(
                "bootstrap.servers", "a:9093,b:9093",
                "security.protocol", "SASL_SSL",
                "sasl.mechanism", "SCRAM-SHA-512",
                "sasl.jaas.config", "a login",
                "ssl.truststore.type", "PEM",
                "ssl.truststore.location", "/ca.crt"));
  }
}
