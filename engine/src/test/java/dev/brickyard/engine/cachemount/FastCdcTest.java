package dev.brickyard.engine.cachemount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.engine.image.Digest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FastCdcTest {
  private static final int MINIMUM = 2 << 10;
  private static final int NORMAL = 8 << 10;
  private static final int MAXIMUM = 32 << 10;
  private static final FastCdc CDC = new FastCdc(MINIMUM, NORMAL, MAXIMUM);

  private static byte[] random(long seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static List<byte[]> chunks(byte[] bytes) {
    List<byte[]> chunks = new ArrayList<>();
    for (int at = 0; at < bytes.length; ) {
      int length = CDC.cut(bytes, at, bytes.length - at);
      chunks.add(Arrays.copyOfRange(bytes, at, at + length));
      at += length;
    }
    return chunks;
  }

  private static Set<Digest> digests(byte[] bytes) {
    Set<Digest> digests = new HashSet<>();
    chunks(bytes).forEach(chunk -> digests.add(Digest.of(chunk)));
    return digests;
  }

  @Test
  void sizesStayWithinTheirBoundsAndNearTheNormalOne() {
    List<byte[]> chunks = chunks(random(1, 8 << 20));
    assertThat(chunks.subList(0, chunks.size() - 1))
        .allSatisfy(chunk -> assertThat(chunk.length).isBetween(MINIMUM, MAXIMUM));
    double average = (8 << 20) / (double) chunks.size();
    assertThat(average).isBetween(NORMAL * 0.8, NORMAL * 1.6);
    long near = chunks.stream().filter(c -> c.length > NORMAL / 2 && c.length < NORMAL * 2).count();
    assertThat((double) near / chunks.size()).isGreaterThan(0.8);
  }

  @Test
  void contentWithoutFeaturesIsCutAtTheMaximum() {
    assertThat(chunks(new byte[3 * MAXIMUM + 5]))
        .extracting(chunk -> chunk.length)
        .containsExactly(MAXIMUM, MAXIMUM, MAXIMUM, 5);
  }

  @Test
  void whatIsShorterThanTheMinimumIsOneChunk() {
    assertThat(chunks(random(2, MINIMUM))).hasSize(1);
    assertThat(CDC.cut(new byte[0], 0, 0)).isZero();
  }

  @Test
  void anEditMovesOnlyTheBoundariesNearIt() {
    Random random = new Random(3);
    byte[] before = random(4, 2 << 20);
    Set<Digest> old = digests(before);
    for (int round = 0; round < 60; round++) {
      int at = random.nextInt(before.length);
      int removed = Math.min(random.nextInt(200), before.length - at);
      byte[] inserted = random(random.nextLong(), random.nextInt(200));
      byte[] after = new byte[before.length - removed + inserted.length];
      System.arraycopy(before, 0, after, 0, at);
      System.arraycopy(inserted, 0, after, at, inserted.length);
      System.arraycopy(
          before, at + removed, after, at + inserted.length, before.length - at - removed);
      Set<Digest> fresh = digests(after);
      fresh.removeAll(old);
      assertThat(fresh.size()).as("edit at %d", at).isLessThanOrEqualTo(6);
    }
  }

  @Test
  void boundariesDoNotDependOnWhatComesAfterTheMaximum() {
    byte[] bytes = random(5, 4 * MAXIMUM);
    assertThat(CDC.cut(bytes, 0, MAXIMUM)).isEqualTo(CDC.cut(bytes, 0, bytes.length));
    byte[] shifted = new byte[bytes.length + 7];
    System.arraycopy(bytes, 0, shifted, 7, bytes.length);
    assertThat(CDC.cut(shifted, 7, bytes.length)).isEqualTo(CDC.cut(bytes, 0, bytes.length));
  }

  /** Stored chunks are found again only as long as this holds. */
  @Test
  void theBoundariesAreAFormat() {
    assertThat(chunks(random(6, 100_000)))
        .extracting(chunk -> chunk.length)
        .containsExactly(8387, 7288, 9074, 12622, 11568, 5607, 12582, 8873, 8254, 6916, 8210, 619);
  }

  @Test
  void sizesThatCannotBeAreRefused() {
    assertThatThrownBy(() -> new FastCdc(100, 1000, 2000))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new FastCdc(1024, 1024, 4096))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
