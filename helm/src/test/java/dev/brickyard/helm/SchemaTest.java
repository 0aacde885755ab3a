package dev.brickyard.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Values that cannot be meant are refused before anything is changed, by the field's name. */
class SchemaTest {
  @TempDir Path folder;

  private Chart chart(String more) throws IOException {
    return Chart.with(Files.readString(Rendered.ValueSets.file("minimal")) + more + "\n", folder);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          apis: {}                                                     | apis
          api: {replica: 3}                                            | replica
          api: {replicas: -1}                                          | replicas
          api: {replicas: "3"}                                         | replicas
          api: {service: {type: ExternalName}}                         | type
          api: {resources: {request: {}}}                              | request
          api: {tolerations: [{effekt: NoSchedule}]}                   | effekt
          api: {settings: {"brickyard.s3.endpoint": "http://x"}}       | brickyard.s3.endpoint
          api: {settings: {BRICKYARD_S3_REGION: x}}                    | BRICKYARD_S3_REGION
          scheduler: {settings: {quarkus.datasource.password: secret}} | quarkus.datasource.password
          worker: {limits: {memory: 4Gi}}                              | memory
          worker: {slots: 0}                                           | slots
          worker: {seccompProfile: {type: None}}                       | seccompProfile
          worker: {cache: {accessMode: ReadWriteMany}}                 | accessMode
          pools: []                                                    | pools
          pools: [{name: a}]                                           | platform
          pools: [{name: a, platform: linux/riscv64}]                  | platform
          pools: [{name: A, platform: linux/amd64}]                    | name
          pools: [{name: a, platform: linux/amd64, slot: 3}]           | slot
          image: {pullPolicy: Sometimes}                               | pullPolicy
          networkPolicy: {apiFrom: [{namespace: x}]}                   | namespace
          networkPolicy: {workerEgress: {cidrs: [everywhere]}}         | cidrs
          ingress: {hosts: [brickyard.example.com]}                    | hosts
          registry: {mirrors: {docker.io: []}}                         | docker.io
          registry: {insecure: ["http://registry"]}                    | insecure
          serviceMonitor: {interval: 30}                               | interval
          test: {tag: "app@sha256:0"}                                  | tag
          logLevel: LOUD                                               | logLevel
          """)
  void wrongValuesAreRefused(String values, String field) throws IOException {
    Chart chart = chart(values);
    assertThatThrownBy(chart::render).hasMessageContaining(field);
    assertThat(chart.lint().isFailed()).as("lint refuses it, too").isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          kafka: {bootstrapServers: kafka}                 | bootstrapServers
          kafka: {securityProtocol: sasl_ssl}              | securityProtocol
          kafka: {sasl: {password: secret}}                | password
          database: {password: secret}                     | password
          database: {port: 0}                              | port
          objectStore: {endpoint: s3.example.com}          | endpoint
          objectStore: {secretKey: secret}                 | secretKey
          internalToken: {token: secret}                   | token
          """)
  void noCredentialCanBeGivenInTheClear(String values, String field) throws IOException {
    // A folder of values by itself: it must not repeat the keys of the others.
    Chart chart = Chart.with(values, folder);
    assertThatThrownBy(chart::render).hasMessageContaining(field);
  }

  @Test
  void everythingThatLacksIsNamedAtOnce() throws IOException {
    Chart chart =
        Chart.with("kafka: {securityProtocol: SASL_SSL}\ningress: {enabled: true}", folder);
    assertThatThrownBy(chart::render)
        .hasMessageContainingAll(
            "database.host",
            "database.existingSecret.name",
            "kafka.bootstrapServers",
            "kafka.sasl.existingSecret.name",
            "objectStore.endpoint",
            "objectStore.existingSecret.name",
            "internalToken.existingSecret.name",
            "ingress.hosts");
  }

  @Test
  void poolsHaveNamesOfTheirOwn() throws IOException {
    Chart chart =
        chart("pools: [{name: a, platform: linux/amd64}, {name: a, platform: linux/arm64}]");
    assertThatThrownBy(chart::render).hasMessageContaining("\"a\" is given twice");
  }
}
