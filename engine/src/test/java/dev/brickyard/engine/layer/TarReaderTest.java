package dev.brickyard.engine.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Archives as strangers make them, friendly and hostile. */
class TarReaderTest {
  private static byte[] tar(int longNames, int bigNumbers, TarArchiveEntry... entries)
      throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out, "UTF-8")) {
      tar.setLongFileMode(longNames);
      tar.setBigNumberMode(bigNumbers);
      for (TarArchiveEntry entry : entries) {
        byte[] content = new byte[(int) entry.getSize()];
        Arrays.fill(content, (byte) 'c');
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
      }
    }
    return out.toByteArray();
  }

  private static TarArchiveEntry entry(String name, byte type) {
    return new TarArchiveEntry(name, type, true);
  }

  private static TarArchiveEntry file(String name, int size) {
    TarArchiveEntry entry = entry(name, TarConstants.LF_NORMAL);
    entry.setSize(size);
    entry.setModTime(1_000L);
    return entry;
  }

  private static LayerIndex index(byte[] tar) throws IOException {
    return LayerReader.readIndex(new ByteArrayInputStream(tar)).index();
  }

  @Test
  void readsGnuAndPosixLongNamesAndNumbers() throws IOException {
    String name = "x".repeat(120) + "/" + "y".repeat(200);
    TarArchiveEntry big = file(name, 3);
    big.setUserId(4_000_000_000L);
    TarArchiveEntry link = entry("l", TarConstants.LF_SYMLINK);
    link.setLinkName("z".repeat(150));
    LayerIndex gnu =
        index(
            tar(
                TarArchiveOutputStream.LONGFILE_GNU,
                TarArchiveOutputStream.BIGNUMBER_STAR,
                big,
                link));
    LayerIndex posix =
        index(
            tar(
                TarArchiveOutputStream.LONGFILE_POSIX,
                TarArchiveOutputStream.BIGNUMBER_POSIX,
                big,
                link));
    for (LayerIndex index : new LayerIndex[] {gnu, posix}) {
      LayerEntry read = index.find(new ImagePath(name)).orElseThrow();
      assertThat(read.uid()).isEqualTo(4_000_000_000L);
      assertThat(read.mtime()).isEqualTo(1);
      assertThat(index.find(new ImagePath("l")).orElseThrow().linkTarget())
          .hasValue("z".repeat(150));
    }
  }

  @Test
  void readsTheRootsAndNamesPeopleWrite() throws IOException {
    LayerIndex index =
        index(
            tar(
                TarArchiveOutputStream.LONGFILE_GNU,
                TarArchiveOutputStream.BIGNUMBER_STAR,
                entry("./", TarConstants.LF_DIR),
                file("./a", 1),
                file("/b//c", 1),
                file("d/.wh.e", 0),
                file("d/.wh..wh..opq", 0),
                file(".wh..wh.aufs", 0)));
    assertThat(index.entries().stream().map(e -> e.type() + " " + e.path()))
        .containsExactly("FILE a", "FILE b/c", "OPAQUE d", "WHITEOUT d/e");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../x", "a/../../x", "a/..", "..", "/../etc/passwd"})
  void refusesNamesThatLeadOut(String name) throws IOException {
    byte[] tar =
        tar(
            TarArchiveOutputStream.LONGFILE_GNU,
            TarArchiveOutputStream.BIGNUMBER_STAR,
            file(name, 1));
    assertThatThrownBy(() -> index(tar))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("leads out of it");
  }

  @Test
  void refusesWhiteoutsOfDots() throws IOException {
    for (String name : new String[] {".wh..", ".wh...", "a/.wh."}) {
      byte[] tar =
          tar(
              TarArchiveOutputStream.LONGFILE_GNU,
              TarArchiveOutputStream.BIGNUMBER_STAR,
              file(name, 0));
      assertThatThrownBy(() -> index(tar)).as(name).isInstanceOf(IOException.class);
    }
  }

  @Test
  void refusesMoreThanTheLimits() throws IOException {
    byte[] tar =
        tar(
            TarArchiveOutputStream.LONGFILE_GNU,
            TarArchiveOutputStream.BIGNUMBER_STAR,
            file("a", 2000),
            file("b", 2000));
    assertThatThrownBy(
            () -> LayerReader.readIndex(new ByteArrayInputStream(tar), new TarLimits(3000, 10)))
        .hasMessageContaining("larger than 3000 bytes");
    assertThatThrownBy(
            () -> LayerReader.readIndex(new ByteArrayInputStream(tar), new TarLimits(30000, 1)))
        .hasMessageContaining("more than 1 entries");
  }

  @Test
  void aZipBombEndsAtTheLimit(@TempDir Path directory) throws IOException {
    try (LayerWriter writer = new LayerWriter(directory, Compression.GZIP)) {
      writer.addFile(
          new ImagePath("zeros"),
          0644,
          0,
          0,
          0,
          50_000_000,
          new java.util.TreeMap<>(),
          () -> new ByteArrayInputStream(new byte[50_000_000]));
      NewLayer bomb = writer.finish();
      assertThat(Files.size(bomb.blobFile())).isLessThan(500_000);
      assertThatThrownBy(
              () ->
                  LayerReader.readIndex(
                      Files.newInputStream(bomb.blobFile()), new TarLimits(10_000_000, 10)))
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void whatIsNoArchiveIsAnOrdinaryError() {
    assertThatThrownBy(() -> index("not a tar at all".repeat(100).getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no tar archive");
  }

  @Test
  void damageIsAlwaysAnOrdinaryError() throws IOException {
    TarArchiveEntry named = file("é".repeat(60), 700);
    named.addPaxHeader("SCHILY.xattr.user.a", "b");
    byte[] good =
        tar(
            TarArchiveOutputStream.LONGFILE_POSIX,
            TarArchiveOutputStream.BIGNUMBER_POSIX,
            entry("d/", TarConstants.LF_DIR),
            named,
            file("x".repeat(200), 10));
    Random random = new Random(42);
    int read = 0;
    for (int round = 0; round < 3000; round++) {
      byte[] bad = good.clone();
      for (int i = 0; i <= random.nextInt(3); i++) {
        bad[random.nextInt(4096)] = (byte) random.nextInt(256);
      }
      int length = random.nextInt(4) == 0 ? random.nextInt(bad.length) : bad.length;
      try {
        LayerReader.readIndex(
            new ByteArrayInputStream(bad, 0, length), new TarLimits(1 << 20, 100));
        read++;
      } catch (IOException expected) {
        assertThat(expected).hasMessageNotContaining("null");
      }
    }
    assertThat(read).isPositive();
  }
}
