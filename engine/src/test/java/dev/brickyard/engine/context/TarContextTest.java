package dev.brickyard.engine.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.LayerEntry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TarContextTest {
  @TempDir Path folder;
  private Path tar;
  private ReceivedContext received;

  @BeforeEach
  void receive() throws Exception {
    tar = folder.resolve("context.tar");
    byte[] archive =
        new TarForge().file("a", "first").file("b", "second").file("empty", "").finish();
    try (OutputStream out = Files.newOutputStream(tar)) {
      received =
          ContextArchive.receive(
              new ByteArrayInputStream(archive), out, ContextLimits.DEFAULT, Set.of());
    }
  }

  private LayerEntry entry(String path) {
    return received.index().find(new ImagePath(path)).orElseThrow();
  }

  private String read(BuildContext context, LayerEntry file) throws IOException {
    try (InputStream in = context.open(file)) {
      return new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    }
  }

  @Test
  void readsSingleFilesByTheirOffset() throws Exception {
    TarContext context = TarContext.ofFile(tar, received.index());

    assertThat(read(context, entry("b"))).isEqualTo("second");
    assertThat(read(context, entry("a"))).isEqualTo("first");
    assertThat(read(context, entry("b").at(new ImagePath("elsewhere")))).isEqualTo("second");
  }

  @Test
  void anEmptyFileNeedsNoRange() throws Exception {
    TarContext context =
        new TarContext(
            received.index(),
            (offset, length) -> {
              throw new IOException("asked for " + length + " bytes");
            });

    assertThat(read(context, entry("empty"))).isEmpty();
  }

  @Test
  void damagedContentIsNoticedWithTheLastByte() throws Exception {
    byte[] bytes = Files.readAllBytes(tar);
    bytes[(int) entry("b").offset()] ^= 1;
    Files.write(tar, bytes);
    TarContext context = TarContext.ofFile(tar, received.index());

    try (InputStream in = context.open(entry("b"))) {
      // Exactly the content and not the end after it: enough to notice.
      assertThatThrownBy(() -> in.readNBytes(6)).hasMessageContaining("b of the build context");
    }
    assertThat(read(context, entry("a"))).isEqualTo("first");
  }

  @Test
  void aTarCutShortIsNoticed() throws Exception {
    Files.write(
        tar, java.util.Arrays.copyOf(Files.readAllBytes(tar), (int) entry("b").offset() + 2));

    assertThatThrownBy(() -> read(TarContext.ofFile(tar, received.index()), entry("b")))
        .hasMessageContaining("ends too early");
  }

  @Test
  void onlyFilesCanBeOpened() {
    TarContext context = TarContext.ofFile(tar, received.index());
    LayerEntry directory = LayerEntry.directory(new ImagePath("d"), 0755, 0, 0, 0);

    assertThatThrownBy(() -> context.open(directory)).hasMessageContaining("d is no file");
    assertThatThrownBy(() -> context.open(entry("a").withOffset(-1)))
        .isInstanceOf(IOException.class);
  }
}
