package dev.brickyard.engine.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.engine.image.Digest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LayerPackerTest {
  @TempDir Path directory;

  private static NewLayer write(LayerWriter opened, int bytes) throws IOException {
    byte[] content = new byte[bytes];
    new Random(5).nextBytes(content);
    try (LayerWriter writer = opened) {
      writer.addFile(
          ImagePath.normalize("/file"),
          0644,
          0,
          0,
          1,
          bytes,
          new TreeMap<>(),
          () -> new ByteArrayInputStream(content));
      return writer.finish();
    }
  }

  private LayerPacker packer() {
    return new LayerPacker(directory, Compression.GZIP);
  }

  private long files() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.count();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Compression.class,
      names = {"GZIP", "ZSTD"})
  void aLargeLayerPackedLaterHasTheBytesOfOnePackedAtOnce(Compression compression)
      throws Exception {
    int size = 3_000_000;
    NewLayer atOnce = write(new LayerWriter(directory, compression), size);
    NewLayer plain = write(LayerWriter.packingLater(directory, compression), size);
    LayerPacker packer = new LayerPacker(directory, compression);
    assertThat(packer.isDue(plain)).isTrue();
    assertThat(plain.layer().diffId()).isEqualTo(atOnce.layer().diffId());
    assertThat(plain.layer().blob().digest()).isEqualTo(plain.layer().diffId());
    assertThat(plain.layer().blob().size()).isEqualTo(Files.size(plain.blobFile()));
    assertThat(Digest.of(Files.readAllBytes(plain.blobFile()))).isEqualTo(plain.layer().diffId());
    ByteArrayOutputStream also = new ByteArrayOutputStream();
    NewLayer packed = packer.pack(plain, also);
    assertThat(packed.layer()).isEqualTo(atOnce.layer());
    assertThat(packer.isDue(packed)).isFalse();
    assertThat(packed.index().entries()).isEqualTo(atOnce.index().entries());
    assertThat(packed.blobFile()).hasSameBinaryContentAs(atOnce.blobFile());
    assertThat(also.toByteArray()).isEqualTo(Files.readAllBytes(packed.blobFile()));
    assertThat(plain.blobFile()).exists();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, SpooledOutput.SMALL - 3000, SpooledOutput.SMALL, 1_000_000})
  void whetherLargeOrSmallTheLayerIsTheSame(int size) throws Exception {
    NewLayer atOnce = write(new LayerWriter(directory, Compression.GZIP), size);
    NewLayer later = write(LayerWriter.packingLater(directory, Compression.GZIP), size);
    if (packer().isDue(later)) {
      later = packer().pack(later, OutputStream.nullOutputStream());
    }
    assertThat(later.layer()).isEqualTo(atOnce.layer());
    assertThat(later.blobFile()).hasSameBinaryContentAs(atOnce.blobFile());
  }

  @Test
  void aSmallLayerIsPackedWhenItIsFinished() throws Exception {
    NewLayer small = write(LayerWriter.packingLater(directory, Compression.GZIP), 1000);
    assertThat(small.layer().blob().mediaType()).isEqualTo(Compression.GZIP.mediaType());
    assertThat(packer().isDue(small)).isFalse();
  }

  @Test
  void anInterruptLeavesNothingBehind() throws Exception {
    NewLayer plain = write(LayerWriter.packingLater(directory, Compression.GZIP), 1_000_000);
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> packer().pack(plain, OutputStream.nullOutputStream()))
        .isInstanceOf(InterruptedException.class);
    assertThat(files()).isEqualTo(1);
  }

  @Test
  void aFileCutShortIsNotPacked() throws Exception {
    NewLayer plain = write(LayerWriter.packingLater(directory, Compression.GZIP), 1_000_000);
    Files.write(plain.blobFile(), new byte[5000]);
    assertThatThrownBy(() -> packer().pack(plain, OutputStream.nullOutputStream()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("changed while it was packed");
    assertThat(files()).isEqualTo(1);
  }

  @Test
  void anUnfinishedLayerLeavesNothingBehind() throws Exception {
    for (int size : new int[] {1000, 1_000_000}) {
      try (LayerWriter writer = LayerWriter.packingLater(directory, Compression.GZIP)) {
        writer.addFile(
            ImagePath.normalize("/file"),
            0644,
            0,
            0,
            1,
            size,
            new TreeMap<>(),
            () -> new ByteArrayInputStream(new byte[size]));
      }
      assertThat(files()).isZero();
    }
  }
}
