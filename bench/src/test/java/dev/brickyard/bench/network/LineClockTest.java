package dev.brickyard.bench.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LineClockTest {
  private static final long MILLI = 1_000_000;

  /** 1 Mbit/s: a byte takes 8 µs, 1000 bytes take 8 ms. */
  private final LineClock clock =
      new LineClock(1_000_000, Duration.ofMillis(10), Duration.ofMillis(20));

  @Test
  void aPacketIsSentThenTravels() {
    assertThat(clock.arrival(5 * MILLI, 1000)).hasValue((5 + 8 + 10) * MILLI);
  }

  @Test
  void aPacketWaitsForThoseBefore() {
    assertThat(clock.arrival(0, 1000)).hasValue(18 * MILLI);
    assertThat(clock.arrival(2 * MILLI, 1000)).hasValue(26 * MILLI);
    assertThat(clock.arrival(40 * MILLI, 1000)).hasValue(58 * MILLI);
  }

  @Test
  void whatWouldWaitTooLongIsDroppedAndTakesNoTime() {
    for (int number = 1; number <= 3; number++) {
      assertThat(clock.arrival(0, 1000)).isPresent();
    }
    assertThat(clock.arrival(0, 1000)).as("24 ms to wait").isEmpty();
    assertThat(clock.arrival(10 * MILLI, 1000)).hasValue((24 + 8 + 10) * MILLI);
  }

  @Test
  void clocksMayBeNegative() {
    assertThat(clock.arrival(-100 * MILLI, 1000)).hasValue((-100 + 18) * MILLI);
  }
}
