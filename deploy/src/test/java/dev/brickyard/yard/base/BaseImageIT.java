package dev.brickyard.yard.base;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.engine.image.Platform;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.IndexedLayer;
import dev.brickyard.engine.layer.LayerReader;
import dev.brickyard.engine.registry.RegistryClient;
import dev.brickyard.engine.registry.RegistryCredentials;
import dev.brickyard.engine.registry.RegistrySettings;
import dev.brickyard.engine.registry.ResolvedImage;
import dev.brickyard.yard.configuration.ServiceName;
import dev.brickyard.yard.testing.TestYard;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(600)
class BaseImageIT {
  @Test
  void aDebianIsMadeOnceAndFoundUnderDockerHubsName() throws Exception {
    try (TestYard yard = TestYard.prepare(1, List.of(Platform.current()))) {
      yard.up(ServiceName.REGISTRY);
      Path cache = yard.data().resolve("base-images");
      ConcurrentLinkedQueue<String> said = new ConcurrentLinkedQueue<>();
      BaseImage base = new BaseImage(yard.registry(), cache, said::add);
      base.make(List.of(Platform.current()));
      assertThat(said).anyMatch(line -> line.contains("installing"));

      try (RegistryClient client = new RegistryClient(RegistrySettings.DEFAULT)) {
        ResolvedImage found =
            client.resolve(
                yard.reference("library/debian:bookworm-slim"),
                Platform.current(),
                RegistryCredentials.NONE);
        assertThat(found.config().config().cmd()).containsExactly("bash");
        assertThat(found.config().config().environment()).containsKey("PATH");
        try (InputStream blob =
            client.openBlob(
                found.location(), found.layers().getFirst().blob(), RegistryCredentials.NONE)) {
          IndexedLayer layer = LayerReader.readIndex(blob);
          assertThat(layer.diffId()).isEqualTo(found.layers().getFirst().diffId());
          assertThat(layer.index().entries())
              .anyMatch(entry -> entry.path().equals(new ImagePath("usr/bin/apt-get")))
              .noneMatch(entry -> entry.path().toString().contains("share/man/man1/"));
        }
      }

      Path blob;
      try (var files = Files.list(cache)) {
        blob = files.filter(file -> file.toString().endsWith(".tar.gz")).findFirst().orElseThrow();
      }
      FileTime made = Files.getLastModifiedTime(blob);
      said.clear();
      base.ensure(List.of(Platform.current()));
      assertThat(said).anyMatch(line -> line.contains("is there: " + yard.registry()));
      base.make(List.of(Platform.current()));
      assertThat(Files.getLastModifiedTime(blob)).isEqualTo(made);
      try (var files = Files.list(cache)) {
        assertThat(files).as("nothing half-made").hasSize(2);
      }
    }
  }
}
