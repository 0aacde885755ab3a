package dev.brickyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.cli.client.BuildStatus;
import dev.brickyard.cli.client.FarmClient;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.image.Platform;
import dev.brickyard.engine.registry.RegistryClient;
import dev.brickyard.engine.registry.RegistryCredentials;
import dev.brickyard.engine.registry.RegistrySettings;
import dev.brickyard.engine.registry.ResolvedImage;
import dev.brickyard.yard.configuration.ServiceName;
import dev.brickyard.yard.testing.TestYard;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The shortest way through the whole farm: a build goes in over HTTP, its image comes out. */
@Timeout(300)
class BusyboxBuildIT {
  private final TestYard yard = TestYard.shared();
  private final FarmClient farm = new FarmClient(yard.api());

  @Test
  void aBuildSucceedsAndItsImageIsInTheRegistry() throws Exception {
    yard.pushBusybox(Platform.current());
    ImageReference image = yard.reference("e2e/hello:1");
    BuildStatus submitted =
        farm.submit(
            List.of(
                Map.entry("tag", image.toString()),
                Map.entry("platform", Platform.current().toString())),
            List.of(),
            context(
                Map.of(
                    "Dockerfile",
                    """
                    FROM busybox
                    RUN echo "laid at $(uname -m)" && echo brick > /brick
                    COPY greeting /greeting
                    CMD ["cat", "/greeting"]
                    """,
                    "greeting",
                    "hello\n")));
    BuildStatus finished = awaitEnd(submitted.id());

    assertThat(finished.state())
        .as("%s\nworker's log:\n%s", finished.failure(), yard.log(ServiceName.worker(1)))
        .isEqualTo(BuildStatus.State.SUCCEEDED);
    try (RegistryClient registry = new RegistryClient(RegistrySettings.DEFAULT)) {
      ResolvedImage found = registry.resolve(image, Platform.current(), RegistryCredentials.NONE);
      assertThat(found.config().config().cmd()).containsExactly("cat", "/greeting");
      assertThat(found.layers()).hasSize(3);
    }
    assertThat(farm.text("/v1/builds/" + submitted.id() + "/logs")).contains("laid at ");
  }

  private BuildStatus awaitEnd(UUID id) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + Duration.ofMinutes(3).toNanos();
    BuildStatus status;
    while (!(status = farm.build(id)).state().isFinal()) {
      assertThat(System.nanoTime())
          .as("%s\nscheduler's log:\n%s", status, yard.log(ServiceName.SCHEDULER))
          .isLessThan(deadline);
      Thread.sleep(100);
    }
    return status;
  }

  private static ByteArrayInputStream context(Map<String, String> files) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      for (Map.Entry<String, String> file : files.entrySet()) {
        byte[] content = file.getValue().getBytes(StandardCharsets.UTF_8);
        TarArchiveEntry entry = new TarArchiveEntry(file.getKey());
        entry.setSize(content.length);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
      }
    }
    return new ByteArrayInputStream(bytes.toByteArray());
  }
}
