package dev.brickyard.engine.registry;

import dev.brickyard.engine.image.ContainerConfig;
import dev.brickyard.engine.image.Descriptor;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.image.History;
import dev.brickyard.engine.image.ImageConfig;
import dev.brickyard.engine.image.MediaTypes;
import dev.brickyard.engine.image.Platform;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.registry.ImageToPush.PushableLayer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Small real images for tests: each layer a tar with one file. */
public final class TestImages {
  private static final Instant CREATED = Instant.parse("2026-01-02T03:04:05Z");

  private TestImages() {}

  /** An image with one layer for each text, which is its file's content. */
  public static ImageToPush image(Platform platform, String... contents) {
    ImageConfig config =
        ImageConfig.empty(platform)
            .withCreated(CREATED)
            .withConfig(
                ContainerConfig.EMPTY.withEnv("PATH", "/usr/bin:/bin").withCmd(List.of("/file0")));
    List<PushableLayer> layers = new ArrayList<>();
    for (int i = 0; i < contents.length; i++) {
      byte[] tar = tar("file" + i, contents[i]);
      byte[] blob = gzip(tar);
      Layer layer =
          new Layer(
              Digest.of(tar),
              Descriptor.of(MediaTypes.OCI_LAYER_GZIP, Digest.of(blob), blob.length));
      config = config.plusLayer(layer.diffId(), History.layer(CREATED, "COPY file" + i + " /", ""));
      layers.add(new PushableLayer(layer, Optional.empty(), () -> new ByteArrayInputStream(blob)));
    }
    return new ImageToPush(config, layers);
  }

  private static byte[] tar(String name, String content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      byte[] data = content.getBytes(StandardCharsets.UTF_8);
      TarArchiveEntry entry = new TarArchiveEntry(name);
      entry.setSize(data.length);
      entry.setModTime(CREATED.toEpochMilli());
      tar.putArchiveEntry(entry);
      tar.write(data);
      tar.closeArchiveEntry();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static byte[] gzip(byte[] content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
