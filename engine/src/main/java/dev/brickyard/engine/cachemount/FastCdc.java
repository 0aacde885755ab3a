package dev.brickyard.engine.cachemount;

import dev.brickyard.engine.image.Digest;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * Cuts bytes into chunks where their content says so, so that an insertion moves the boundaries
 * near it and no others. FastCDC as in Xia et al., "The Design of Fast Content-Defined Chunking for
 * Data Deduplication Based Storage Systems", IEEE TPDS 31(9), 2020: a gear hash over two bytes at a
 * time, no cut below a minimum, and normalized chunking, which makes cuts rarer before the normal
 * size and likelier behind it.
 *
 * <p>Where it cuts is a format: another gear table or mask means that nothing already stored is
 * found again.
 */
public final class FastCdc {
  /** How many bits the two masks differ from the one of the plain algorithm. */
  private static final int NORMALIZATION = 2;

  private static final int MASKED_BITS = 48;
  private static final long[] GEAR = new long[256];
  private static final long[] GEAR_SHIFTED = new long[256];

  static {
    // Any random table will do; a derived one needs no page of numbers.
    for (int i = 0; i < 256; i++) {
      byte[] random = HexFormat.of().parseHex(Digest.of("brickyard gear " + i).hex());
      GEAR[i] = ByteBuffer.wrap(random).getLong();
      GEAR_SHIFTED[i] = GEAR[i] << 1;
    }
  }

  private final int minimum;
  private final int normal;
  private final int maximum;
  private final long strict;
  private final long loose;

  /**
   * @param minimum no chunk but the last is smaller; even
   * @param normal most chunks are about this large; a power of two
   * @param maximum no chunk is larger; even
   */
  public FastCdc(int minimum, int normal, int maximum) {
    if (minimum < 64
        || minimum >= normal
        || normal >= maximum
        || Integer.bitCount(normal) != 1
        || minimum % 2 != 0
        || maximum % 2 != 0) {
      throw new IllegalArgumentException(
          "sizes must be even, at least 64 and grow, the normal one a power of two");
    }
    this.minimum = minimum;
    this.normal = normal;
    this.maximum = maximum;
    int bits = Integer.numberOfTrailingZeros(normal);
    this.strict = mask(bits + NORMALIZATION);
    this.loose = mask(bits - NORMALIZATION);
  }

  /** That many ones, spread so that a window of many bytes decides, below the topmost bit. */
  private static long mask(int ones) {
    long mask = 0;
    for (int i = 0; i < ones; i++) {
      mask |= 1L << (62 - (long) i * MASKED_BITS / ones);
    }
    return mask;
  }

  /** No chunk is larger. */
  public int maximum() {
    return maximum;
  }

  /**
   * The length of the first chunk of these bytes.
   *
   * @param length what is there: all that is left, or at least {@link #maximum} bytes
   * @return at most {@code length}
   */
  public int cut(byte[] bytes, int offset, int length) {
    if (length <= minimum) {
      return length;
    }
    int end = Math.min(length, maximum);
    int middle = Math.min(end, normal);
    long hash = 0;
    int i = minimum;
    // The hash of a pair's first byte stands one bit further left: so must the mask.
    for (long first = strict << 1; i + 1 < middle; i += 2) {
      hash = (hash << 2) + GEAR_SHIFTED[bytes[offset + i] & 0xFF];
      if ((hash & first) == 0) {
        return i + 1;
      }
      hash += GEAR[bytes[offset + i + 1] & 0xFF];
      if ((hash & strict) == 0) {
        return i + 2;
      }
    }
    for (long first = loose << 1; i + 1 < end; i += 2) {
      hash = (hash << 2) + GEAR_SHIFTED[bytes[offset + i] & 0xFF];
      if ((hash & first) == 0) {
        return i + 1;
      }
      hash += GEAR[bytes[offset + i + 1] & 0xFF];
      if ((hash & loose) == 0) {
        return i + 2;
      }
    }
    return end;
  }
}
