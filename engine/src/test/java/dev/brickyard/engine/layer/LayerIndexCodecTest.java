package dev.brickyard.engine.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.engine.image.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LayerIndexCodecTest {
  /** Version 1 for good: stores are full of it. */
  private static final String GOLDEN =
      "42594c4901ac00000028b52ffd20ac6105000600056465762f7815800300000a8180808080010106"
          + "757365722e610200ff000365746301ed030000f6c39fd50c030008000000ffc39fd50c03072f7061"
          + "7373776400a41380d0acf30e070116880a0678ad89a64c15bcc76c6ae5a3dce6b417457a7b89e7d8"
          + "dce3ee80397c6180180401ff02ff03010208052e2e2fc3a90004676f6e650700000005010a657463"
          + "2f70617373776416726f6f743a783a303a303a3a2f3a2f62696e2f73680a";

  private static LayerIndex sample() {
    ImagePath passwd = new ImagePath("etc/passwd");
    byte[] users = "root:x:0:0::/:/bin/sh\n".getBytes(StandardCharsets.UTF_8);
    return new LayerIndex(
        List.of(
            LayerEntry.directory(new ImagePath("etc"), 0755, 0, 0, 1_700_000_000),
            new LayerEntry(
                new ImagePath("etc"),
                EntryType.OPAQUE,
                0,
                0,
                0,
                0,
                0,
                Optional.empty(),
                Optional.empty(),
                new TreeMap<>(),
                0,
                -1),
            LayerEntry.file(passwd, 04644, 4_000_000_000L, 7, -1, users.length, Digest.of(users))
                .withOffset(1536),
            LayerEntry.symlink(new ImagePath("etc/\udcff"), "../\u00e9", 1, 2, 3),
            new LayerEntry(
                new ImagePath("dev/x"),
                EntryType.BLOCK_DEVICE,
                0600,
                0,
                0,
                5,
                0,
                Optional.empty(),
                Optional.empty(),
                new TreeMap<>(Map.of("user.a", "\u0000\u00ff")),
                8L << 32 | 1,
                -1),
            LayerEntry.whiteout(new ImagePath("gone"))),
        Map.of(passwd, users));
  }

  @Test
  void givesBackWhatItGot() throws IOException {
    LayerIndex decoded = LayerIndexCodec.decode(LayerIndexCodec.encode(sample()));
    assertThat(decoded.entries()).isEqualTo(sample().entries());
    assertThat(decoded.isOpaque(new ImagePath("etc"))).isTrue();
    assertThat(decoded.inlined(new ImagePath("etc/passwd")).orElseThrow())
        .isEqualTo(sample().inlined(new ImagePath("etc/passwd")).orElseThrow());
  }

  @Test
  void readsTheFirstVersion() throws IOException {
    LayerIndex decoded = LayerIndexCodec.decode(HexFormat.of().parseHex(GOLDEN));
    assertThat(decoded.entries()).isEqualTo(sample().entries());
  }

  @Test
  void anEmptyIndexIsOneToo() throws IOException {
    LayerIndex empty = new LayerIndex(List.of(), Map.of());
    assertThat(LayerIndexCodec.decode(LayerIndexCodec.encode(empty)).entries()).isEmpty();
  }

  @Test
  void anotherVersionIsRefused() {
    byte[] newer = LayerIndexCodec.encode(sample());
    newer[4]++;
    assertThatThrownBy(() -> LayerIndexCodec.decode(newer)).isInstanceOf(IOException.class);
  }

  @Test
  void aClaimOfGigabytesIsRefusedBeforeMemoryIsTaken() {
    byte[] liar = LayerIndexCodec.encode(sample());
    liar[8] = 0x7F;
    assertThatThrownBy(() -> LayerIndexCodec.decode(liar))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("claims");
  }

  @Test
  void damageIsAlwaysAnOrdinaryError() {
    byte[] good = LayerIndexCodec.encode(sample());
    Random random = new Random(7);
    for (int round = 0; round < 5000; round++) {
      byte[] bad = good.clone();
      bad[9 + random.nextInt(bad.length - 9)] ^= (byte) (1 << random.nextInt(8));
      try {
        LayerIndexCodec.decode(bad);
      } catch (IOException expected) {
        assertThat(expected.getMessage()).contains("layer index");
      }
    }
  }

  @Test
  void twentyThousandEntriesAreSmall() throws IOException {
    List<LayerEntry> entries = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      entries.add(
          LayerEntry.file(
              new ImagePath("usr/lib/python3/dist-packages/package" + i / 100 + "/module" + i),
              0644,
              0,
              0,
              1_700_000_000 + i,
              i,
              Digest.of("content " + i)));
    }
    byte[] encoded = LayerIndexCodec.encode(new LayerIndex(entries, Map.of()));
    // Of these, 640,000 bytes are digests, which cannot be made smaller.
    assertThat(encoded.length).isLessThan(900_000);
    assertThat(LayerIndexCodec.decode(encoded).entries()).hasSize(20_000);
  }
}
