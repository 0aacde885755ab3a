package dev.brickyard.engine.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.engine.image.Digest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LayerWriterTest {
  @TempDir Path directory;

  private static final String LONG = "d/" + "long-name-".repeat(30);

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void file(LayerWriter writer, String path, int mode, byte[] content)
      throws IOException {
    writer.addFile(
        new ImagePath(path),
        mode,
        3_000_000,
        7,
        1_700_000_000,
        content.length,
        new TreeMap<>(Map.of("security.capability", "\u0001\u0000\u0000\u0002\u00ff")),
        () -> new ByteArrayInputStream(content));
  }

  private static LayerEntry special(
      String path, EntryType type, Optional<String> target, long device) {
    return new LayerEntry(
        new ImagePath(path),
        type,
        type == EntryType.OPAQUE ? 0 : 0644,
        type == EntryType.OPAQUE ? 0 : 1,
        type == EntryType.OPAQUE ? 0 : 2,
        type == EntryType.OPAQUE ? 0 : -5,
        0,
        target,
        Optional.empty(),
        new TreeMap<>(),
        device,
        -1);
  }

  private NewLayer everything(Compression compression) throws IOException {
    byte[] large = new byte[3_000_000];
    new Random(1).nextBytes(large);
    java.util.Arrays.fill(large, 0, 2_000_000, (byte) 'x');
    try (LayerWriter writer = new LayerWriter(directory, compression)) {
      writer.add(LayerEntry.directory(new ImagePath("d"), 01755, 0, 0, 1));
      writer.add(special("d", EntryType.OPAQUE, Optional.empty(), 0));
      file(writer, "d/large", 0644, large);
      file(writer, LONG, 04755, bytes("long"));
      file(writer, "d/été \udc80", 0600, bytes("name that is not UTF-8"));
      writer.add(special("d/link", EntryType.HARD_LINK, Optional.of(LONG), 0));
      writer.add(LayerEntry.symlink(new ImagePath("d/sym"), "../" + LONG, 0, 0, 9));
      writer.add(special("d/chr", EntryType.CHARACTER_DEVICE, Optional.empty(), 5L << 32 | 300));
      writer.add(special("d/fifo", EntryType.FIFO, Optional.empty(), 0));
      file(writer, "etc/passwd", 0644, bytes("root:x:0:0::/root:/bin/sh\n"));
      file(writer, "empty", 0644, new byte[0]);
      writer.add(LayerEntry.whiteout(new ImagePath("gone")));
      return writer.finish();
    }
  }

  @ParameterizedTest
  @EnumSource(Compression.class)
  void readsBackWhatItWrote(Compression compression) throws IOException {
    NewLayer written = everything(compression);
    assertThat(Digest.of(Files.readAllBytes(written.blobFile())))
        .isEqualTo(written.layer().blob().digest());
    try (InputStream in = Files.newInputStream(written.blobFile())) {
      IndexedLayer read = LayerReader.readIndex(in);
      assertThat(read.diffId()).isEqualTo(written.layer().diffId());
      assertThat(read.index().entries()).isEqualTo(written.index().entries());
      assertThat(read.index().inlined(new ImagePath("etc/passwd")))
          .hasValue(bytes("root:x:0:0::/root:/bin/sh\n"));
    }
  }

  @Test
  void theSameInputGivesTheSameBytes() throws IOException {
    NewLayer one = everything(Compression.GZIP);
    NewLayer other = everything(Compression.GZIP);
    assertThat(other.layer()).isEqualTo(one.layer());
    // Fixed for good: a change of it makes every cached layer of every user a stranger.
    assertThat(one.layer().diffId().hex())
        .isEqualTo("b4908e715eee93a3d5d6d4025a444f042976b0e4b96058186e7f1bbcfe54198c");
  }

  @Test
  void contentStandsWhereTheIndexSays() throws IOException {
    NewLayer layer = everything(Compression.NONE);
    byte[] tar = Files.readAllBytes(layer.blobFile());
    for (LayerEntry entry : layer.index().entries()) {
      if (entry.type() == EntryType.FILE) {
        byte[] content =
            java.util.Arrays.copyOfRange(
                tar, (int) entry.offset(), (int) (entry.offset() + entry.size()));
        assertThat(entry.digest()).as(entry.path().value()).hasValue(Digest.of(content));
      }
    }
  }

  @Test
  void otherToolsReadTheBlob() throws Exception {
    NewLayer layer = everything(Compression.GZIP);
    try (InputStream in = new GZIPInputStream(Files.newInputStream(layer.blobFile()))) {
      assertThat(Digest.of(in.readAllBytes())).isEqualTo(layer.layer().diffId());
    }
    Process tar =
        new ProcessBuilder("tar", "--numeric-owner", "-tvzf", layer.blobFile().toString())
            .redirectErrorStream(true)
            .start();
    String listing = new String(tar.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(tar.waitFor()).as(listing).isZero();
    assertThat(listing)
        .contains("drwxr-xr-t 0/0", "d/.wh..wh..opq", ".wh.gone")
        .containsPattern("-rwsr-xr-x 3000000/7 +4 2023-11-14 .* " + LONG)
        .containsPattern("crw-r--r-- 1/2 +5,300 ")
        .contains("link to " + LONG)
        .contains("-> ../" + LONG);
  }

  @Test
  void contentOfAnotherSizeIsRefusedAndLeavesNoBlob() throws IOException {
    try (LayerWriter writer = new LayerWriter(directory, Compression.GZIP)) {
      LayerEntry file =
          LayerEntry.file(new ImagePath("f"), 0644, 0, 0, 0, 4, Digest.of("none of this"));
      assertThatThrownBy(() -> writer.add(file, () -> new ByteArrayInputStream(bytes("12345"))))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("f changed while it was read");
    }
    try (Stream<Path> left = Files.list(directory)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void orderIsKept() throws IOException {
    try (LayerWriter writer = new LayerWriter(directory, Compression.NONE)) {
      file(writer, "a/b/c", 0644, bytes("x"));
      assertThatThrownBy(() -> writer.add(LayerEntry.directory(new ImagePath("a"), 0755, 0, 0, 0)))
          .hasMessageContaining("a was added after something inside of it");
      assertThatThrownBy(() -> file(writer, "a/b/c", 0644, bytes("x")))
          .hasMessageContaining("a/b/c was added twice");
      assertThatThrownBy(() -> file(writer, "a/b/c/d", 0644, bytes("x")))
          .hasMessageContaining("stands below a/b/c");
      assertThatThrownBy(
              () -> writer.add(special("l", EntryType.HARD_LINK, Optional.of("nothing"), 0)))
          .hasMessageContaining("was not added before");
    }
  }
}
