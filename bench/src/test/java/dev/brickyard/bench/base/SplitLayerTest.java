package dev.brickyard.bench.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.engine.image.Digest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SplitLayerTest {
  private static final List<List<String>> UPPER =
      List.of(List.of("./usr/lib/b"), List.of("./opt/"));

  @TempDir Path folder;

  @Test
  void everyEntryLandsInOneLayerWithItsContent() throws IOException {
    Path whole =
        whole(
            tar -> {
              file(tar, "./usr/lib/a", "A");
              file(tar, "./usr/lib/b/one", "B");
              file(tar, "./opt/" + "long/".repeat(60) + "two", "C");
              link(tar, "./usr/lib/b/again", "./usr/lib/b/one");
            });
    List<KeptLayer> layers = new SplitLayer(whole, UPPER).layers();
    assertThat(names(layers.get(0))).containsExactly("./usr/lib/a=A");
    assertThat(names(layers.get(1))).containsExactly("./usr/lib/b/one=B", "./usr/lib/b/again=");
    assertThat(names(layers.get(2))).containsExactly("./opt/" + "long/".repeat(60) + "two=C");
  }

  @Test
  void digestsAreThoseOfTheFiles() throws IOException {
    Path whole = whole(tar -> file(tar, "./usr/lib/a", "A"));
    for (KeptLayer kept : new SplitLayer(whole, UPPER).layers()) {
      byte[] packed = Files.readAllBytes(kept.blob());
      assertThat(kept.layer().blob().digest()).isEqualTo(Digest.of(packed));
      assertThat(kept.layer().blob().size()).isEqualTo(packed.length);
      try (InputStream in = new GZIPInputStream(Files.newInputStream(kept.blob()))) {
        assertThat(kept.layer().diffId()).isEqualTo(Digest.of(in.readAllBytes()));
      }
    }
  }

  @Test
  void whatWasSplitIsNotSplitAgain() throws IOException {
    Path whole = whole(tar -> file(tar, "./usr/lib/a", "A"));
    List<KeptLayer> first = new SplitLayer(whole, UPPER).layers();
    Files.delete(whole);
    assertThat(new SplitLayer(whole, UPPER).layers()).isEqualTo(first);
  }

  @Test
  void aHardLinkAcrossLayersIsRefused() throws IOException {
    Path whole =
        whole(
            tar -> {
              file(tar, "./usr/lib/a", "A");
              link(tar, "./opt/a", "./usr/lib/a");
            });
    assertThatThrownBy(() -> new SplitLayer(whole, UPPER).layers())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("./opt/a");
  }

  private interface Content {
    void write(TarArchiveOutputStream tar) throws IOException;
  }

  private Path whole(Content content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      content.write(tar);
    }
    Path file = folder.resolve("whole.tar.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(bytes.toByteArray());
    }
    return file;
  }

  private static void file(TarArchiveOutputStream tar, String name, String content)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    entry.setSize(bytes.length);
    tar.putArchiveEntry(entry);
    tar.write(bytes);
    tar.closeArchiveEntry();
  }

  private static void link(TarArchiveOutputStream tar, String name, String target)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name, TarConstants.LF_LINK);
    entry.setLinkName(target);
    tar.putArchiveEntry(entry);
    tar.closeArchiveEntry();
  }

  private static List<String> names(KeptLayer kept) throws IOException {
    List<String> names = new ArrayList<>();
    try (TarArchiveInputStream in =
        new TarArchiveInputStream(new GZIPInputStream(Files.newInputStream(kept.blob())))) {
      for (TarArchiveEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        names.add(entry.getName() + "=" + new String(in.readAllBytes(), StandardCharsets.UTF_8));
      }
    }
    return names;
  }
}
