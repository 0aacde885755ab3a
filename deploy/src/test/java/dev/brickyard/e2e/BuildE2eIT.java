package dev.brickyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.brickyard.yard.configuration.ServiceName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Whole builds through every part of the farm. */
class BuildE2eIT extends FarmE2e {
  /** Used by no other test, so that its disk is empty. */
  private static final ServiceName SECOND = ServiceName.worker(3);

  private final String name = yard.registry() + "/built/" + UUID.randomUUID();

  @Test
  void twoPlatformsBecomeOneImageThatOtherToolsAccept() throws Exception {
    JsonNode build =
        farm.build(
            ContextTar.of(
                """
                FROM busybox AS base
                ARG TARGETARCH
                RUN echo "$TARGETARCH is $(uname -m)" > /arch && cat /arch
                FROM base AS unneeded
                RUN exit 1
                FROM base
                LABEL made.by=brickyard
                WORKDIR /srv
                USER 1000:1000
                EXPOSE 8080/tcp
                CMD ["cat", "/arch"]
                """),
            "tag=" + name + ":1",
            "tag=" + name + ":latest",
            "platform=linux/amd64",
            "platform=linux/arm64");

    assertThat(build.get("state").asText()).as(build.toString()).isEqualTo("SUCCEEDED");
    assertThat(farm.log(build.get("id").asText()))
        .contains("amd64 is x86_64")
        .contains("arm64 is aarch64");
    JsonNode index = skopeo("inspect", "--raw", "docker://" + name + ":1");
    assertThat(index.get("mediaType").asText())
        .isEqualTo("application/vnd.oci.image.index.v1+json");
    assertThat(index.get("manifests")).hasSize(2);
    JsonNode arm =
        skopeo("--override-arch", "arm64", "inspect", "--config", "docker://" + name + ":latest");
    assertThat(arm.get("architecture").asText()).isEqualTo("arm64");
    assertThat(arm.get("config").get("Cmd").toString()).isEqualTo("[\"cat\",\"/arch\"]");
    assertThat(arm.get("config").get("WorkingDir").asText()).isEqualTo("/srv");
    assertThat(arm.get("config").get("User").asText()).isEqualTo("1000:1000");
    assertThat(arm.get("config").get("Labels").get("made.by").asText()).isEqualTo("brickyard");
    assertThat(skopeo("inspect", "docker://" + name + ":1").get("Digest"))
        .isEqualTo(build.get("image").get("digest"));
  }

  @Test
  void aWorkerWithAnEmptyDiskFindsEverythingCachedAndFetchesNoLayer() throws IOException {
    ContextTar first = context("one");
    farm.build(first, "tag=" + name);
    yard.up(SECOND);
    yard.down(WORKER);
    try {
      JsonNode same = farm.build(context("one"), "tag=" + name);
      assertThat(ApiClient.step(same, "RUN cat /x > /y")).isEqualTo("CACHED");
      assertThat(ApiClient.step(same, "COPY app /app")).isEqualTo("CACHED");

      JsonNode changed = farm.build(context("two"), "tag=" + name);
      assertThat(ApiClient.step(changed, "RUN cat /x > /y")).isEqualTo("CACHED");
      assertThat(ApiClient.step(changed, "COPY app /app")).isEqualTo("DONE");
      assertThat(unpackedLayers(WORKER)).isNotEmpty();
      assertThat(unpackedLayers(SECOND)).isEmpty();
    } finally {
      yard.up(WORKER);
      yard.down(SECOND);
    }
  }

  private ContextTar context(String app) {
    return ContextTar.of(
            """
            FROM busybox
            RUN echo %s > /x
            RUN cat /x > /y
            COPY app /app
            """
                .formatted(name))
        .file("app", app);
  }

  /** Layers a worker has unpacked on its disk; it can use none that it did not fetch or make. */
  private List<Path> unpackedLayers(ServiceName worker) throws IOException {
    try (Stream<Path> layers =
        Files.list(yard.data().resolve(worker.value()).resolve("disk/engine/layers/layers"))) {
      return layers.toList();
    }
  }
}
