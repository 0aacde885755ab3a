package dev.brickyard.engine.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ImageConfigTest {
  private static final String DIGEST = "sha256:" + "a".repeat(64);

  /** Field for field what Go's encoding/json makes of BuildKit's image structs. */
  private static final String GO =
      """
      {"created":"2026-01-02T03:04:05.12Z","author":"me","architecture":"arm","os":"linux",\
      "variant":"v7","config":{"User":"app","ExposedPorts":{"5000/tcp":{},"53/udp":{}},\
      "Env":["PATH=/bin","A=\\u003c\\u0026\\u003e\\u2028\\u001b\\"é"],"Entrypoint":["/e"],"Cmd":["c"],\
      "Volumes":{"/data":{}},"WorkingDir":"/w","Labels":{"a":"1","b":"2"},"StopSignal":"SIGINT",\
      "ArgsEscaped":true,"Healthcheck":{"Test":["CMD","x"],"Interval":1500000000,"Retries":3},\
      "OnBuild":["RUN x"],"Shell":["/bin/bash","-c"]},"rootfs":{"type":"layers","diff_ids":["%s"]},\
      "history":[{"created":"2026-01-02T03:04:05Z","created_by":"COPY a b","comment":"c"},\
      {"created_by":"CMD c","empty_layer":true}]}"""
          .formatted(DIGEST);

  @Test
  void writesByteForByteAsGoDoes() {
    ImageConfig config =
        ImageConfig.empty(Platform.parse("linux/arm/v7"))
            .withCreated(Instant.parse("2026-01-02T03:04:05.120Z"))
            .withAuthor("me")
            .withConfig(
                new ContainerConfig(
                        "",
                        ContainerConfig.EMPTY.exposedPorts(),
                        List.of("PATH=/usr/bin"),
                        List.of(),
                        List.of(),
                        ContainerConfig.EMPTY.volumes(),
                        "",
                        ContainerConfig.EMPTY.labels(),
                        "",
                        true,
                        Optional.empty(),
                        List.of(),
                        List.of())
                    .withUser("app")
                    .withExposedPorts(List.of("53/udp", "5000/tcp"))
                    .withEnv("A", "<&>\u2028\u001b\"é")
                    .withEnv("PATH", "/bin")
                    .withEntrypoint(List.of("/e"))
                    .withCmd(List.of("c"))
                    .withVolumes(List.of("/data"))
                    .withWorkingDir("/w")
                    .withLabels(Map.of("b", "2"))
                    .withLabels(Map.of("a", "1"))
                    .withStopSignal("SIGINT")
                    .withHealthcheck(
                        new Healthcheck(
                            List.of("CMD", "x"),
                            Duration.ofMillis(1500),
                            Duration.ZERO,
                            Duration.ZERO,
                            Duration.ZERO,
                            3))
                    .withOnBuild(List.of("RUN x"))
                    .withShell(List.of("/bin/bash", "-c")))
            .plusLayer(
                Digest.parse(DIGEST),
                History.layer(Instant.parse("2026-01-02T03:04:05Z"), "COPY a b", "c"))
            .plusHistory(new History(Optional.empty(), "CMD c", "", "", true));

    assertThat(new String(config.toJson(), StandardCharsets.UTF_8)).isEqualTo(GO);
    assertThat(ImageConfig.parse(config.toJson())).isEqualTo(config);
    assertThat(config.descriptor().digest()).isEqualTo(Digest.of(GO));
  }

  @Test
  void readsWhatOtherToolsWrote() {
    ImageConfig config =
        parse(
            """
            {"architecture":"aarch64","os":"linux","created":"2026-01-02T05:04:05+02:00",
             "container_config":{"Cmd":["x"]},"docker_version":"20.10",
             "config":{"Hostname":"h","Env":null,"Cmd":"one text","Labels":null,"Volumes":null,
                       "ExposedPorts":null,"Healthcheck":null,"OnBuild":null},
             "history":null,"rootfs":{"type":"layers","diff_ids":null}}""");

    assertThat(config.platform()).isEqualTo(Platform.LINUX_ARM64);
    assertThat(config.created()).contains(Instant.parse("2026-01-02T03:04:05Z"));
    assertThat(config.config().cmd()).containsExactly("one text");
    assertThat(config.config().env()).isEmpty();
    assertThat(config.diffIds()).isEmpty();
    assertThat(parse("{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":null}").config())
        .isEqualTo(ContainerConfig.EMPTY);
  }

  @Test
  void refusesWhatIsNoConfig() {
    for (String text :
        List.of("", "[]", "null", "{}", "{\"os\":1}", "[".repeat(100_000), "{\"os\":\"linux\"}")) {
      assertThatIllegalArgumentException().as(text).isThrownBy(() -> parse(text));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                parse(
                    "{\"os\":\"linux\",\"architecture\":\"amd64\","
                        + "\"rootfs\":{\"diff_ids\":[\"sha256:zz\"]}}"));
  }

  private static ImageConfig parse(String json) {
    return ImageConfig.parse(json.getBytes(StandardCharsets.UTF_8));
  }
}
