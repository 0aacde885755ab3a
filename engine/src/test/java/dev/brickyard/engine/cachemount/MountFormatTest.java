package dev.brickyard.engine.cachemount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.engine.cache.CacheScope;
import dev.brickyard.engine.cache.CorruptBlobException;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.ImagePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Generations, states and chunks in bytes, good and bad. */
class MountFormatTest {
  private static MountGeneration generation() {
    SortedMap<ImagePath, MountEntry> entries =
        new TreeMap<>(
            new MountTree()
                .directory("d")
                .file("d/a", "content of a")
                .symlink("link", "d/a")
                .file("ünïcode", "x")
                .entries());
    Chunk chunk = new Chunk(Digest.of("chunk"), 1000);
    ImagePath path = new ImagePath("odd\udc80name");
    entries.put(
        path,
        new MountEntry(
            path,
            MountEntry.Kind.FILE,
            06755,
            4_000_000_000L,
            65534,
            -5,
            999_999_999,
            Optional.of("d/a"),
            new TreeMap<>(Map.of("user.note", "\u0000\u00ff", "security.capability", "x")),
            Optional.of(
                new FileContent(
                    Digest.of("two slices"),
                    300,
                    77,
                    List.of(new Slice(chunk, 0, 100), new Slice(chunk, 800, 200))))));
    return new MountGeneration(7, Instant.ofEpochMilli(1234567), "worker-1", entries);
  }

  @Test
  void aGenerationComesBackAsItWas() throws Exception {
    byte[] encoded = GenerationCodec.encode(generation());
    assertThat(GenerationCodec.decode(encoded)).isEqualTo(generation());
    assertThat(GenerationCodec.encode(GenerationCodec.decode(encoded))).isEqualTo(encoded);
    assertThat(generation().chunks()).hasSize(3).contains(new Chunk(Digest.of("chunk"), 1000));
  }

  @Test
  void damagedBytesAreRefusedWhateverTheDamage() {
    byte[] encoded = GenerationCodec.encode(generation());
    Random random = new Random(11);
    int refused = 0;
    for (int round = 0; round < 3000; round++) {
      byte[] damaged =
          random.nextInt(4) == 0
              ? Arrays.copyOf(encoded, random.nextInt(encoded.length))
              : encoded.clone();
      for (int i = random.nextInt(3); i >= 0 && damaged.length > 0; i--) {
        damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
      }
      try {
        // Some damage makes another good generation: the seal around it is what tells.
        GenerationCodec.decode(damaged);
      } catch (IOException e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(2000);
  }

  @Test
  void aStateComesBackAndADamagedOneIsForgotten(@TempDir Path folder) throws Exception {
    MountState state =
        new MountState(
            Optional.of(new MountVersion(new CacheScope("shop@branch"), 7)),
            generation().entries(),
            Map.of(new ImagePath("d/a"), new MountState.Seen(1, 2, 3, 4, 5, 6)),
            Set.of(Digest.of("lost")));
    Path file = folder.resolve("state");
    state.store(file);
    assertThat(MountState.load(file)).isEqualTo(state);
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 3));
    assertThat(MountState.load(file)).isEqualTo(MountState.EMPTY);
    assertThat(MountState.load(folder.resolve("none"))).isEqualTo(MountState.EMPTY);
  }

  @Test
  void onlyTheChunksOwnBytesUnpack() throws Exception {
    byte[] plain =
        "some bytes some bytes some bytes".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    Chunk chunk = new Chunk(Digest.of(plain), plain.length);
    byte[] packed = ChunkCodec.pack(plain, plain.length);
    assertThat(ChunkCodec.unpack(chunk, packed)).isEqualTo(plain);
    for (byte[] bad :
        List.of(
            new byte[0],
            Arrays.copyOf(packed, packed.length - 1),
            ChunkCodec.pack(plain, plain.length - 1),
            ChunkCodec.pack(new byte[plain.length], plain.length),
            ChunkCodec.pack(new byte[plain.length + 1], plain.length + 1))) {
      assertThatThrownBy(() -> ChunkCodec.unpack(chunk, bad))
          .isInstanceOf(CorruptBlobException.class);
    }
  }

  @Test
  void impossibleThingsCannotBeMade() {
    Chunk chunk = new Chunk(Digest.of("x"), 10);
    assertThatThrownBy(() -> new Slice(chunk, 5, 6)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Chunk(Digest.of("x"), Chunk.MAXIMUM + 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> new FileContent(Digest.of("x"), 11, 0, List.of(new Slice(chunk, 0, 10))))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
