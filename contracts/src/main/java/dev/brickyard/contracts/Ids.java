package dev.brickyard.contracts;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * Makes the ids of builds and jobs: UUIDs of version 7 (RFC 9562, section 5.7), so that ids sort by
 * the time they were made. The twelve bits after the milliseconds count within a millisecond
 * (section 6.2, method 1): ids of one instance always ascend, also when the clock steps back.
 * Thread-safe.
 */
public final class Ids {
  private static final int COUNTER_BITS = 12;
  private static final long VERSION = 0x7000L;
  private static final long VARIANT = 0x8000_0000_0000_0000L;
  private static final long RANDOM_MASK = 0x3fff_ffff_ffff_ffffL;

  private final Clock clock;
  private final RandomGenerator random;

  /** The last id's milliseconds and counter, as one number that only grows. */
  private long last;

  /**
   * Ids by this clock, with 62 bits of this randomness.
   *
   * @param random must be safe against guessing where an id is a secret
   */
  public Ids(Clock clock, RandomGenerator random) {
    this.clock = clock;
    this.random = random;
  }

  /** Ids by the system's clock and a secure random generator. */
  public static Ids system() {
    return new Ids(Clock.systemUTC(), new SecureRandom());
  }

  /** An id greater than all this instance has made. */
  public synchronized UUID next() {
    last = Math.max(clock.millis() << COUNTER_BITS, last + 1);
    long milliseconds = last >>> COUNTER_BITS;
    long counter = last & ((1L << COUNTER_BITS) - 1);
    return new UUID(
        (milliseconds << 16) | VERSION | counter, VARIANT | (random.nextLong() & RANDOM_MASK));
  }

  /**
   * When a version 7 id was made.
   *
   * @throws IllegalArgumentException when it is of another version
   */
  public static Instant madeAt(UUID id) {
    if (id.version() != 7) {
      throw new IllegalArgumentException("not a version 7 UUID: " + id);
    }
    return Instant.ofEpochMilli(id.getMostSignificantBits() >>> 16);
  }
}
