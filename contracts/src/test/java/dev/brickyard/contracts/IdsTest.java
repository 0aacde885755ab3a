package dev.brickyard.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class IdsTest {
  private static final Instant NOON = Instant.parse("2026-11-23T12:00:00.123Z");

  @Test
  void holdsTheTimeAndTheVersion() {
    UUID id = new Ids(Clock.fixed(NOON, ZoneOffset.UTC), new Random(1)).next();
    assertThat(id.version()).isEqualTo(7);
    assertThat(id.variant()).isEqualTo(2);
    assertThat(Ids.madeAt(id)).isEqualTo(NOON);
  }

  @Test
  void ascendsWithinAMillisecondAndOverflowsIntoTheNext() {
    Ids ids = new Ids(Clock.fixed(NOON, ZoneOffset.UTC), new Random(1));
    List<String> made = Stream.generate(ids::next).limit(5000).map(UUID::toString).toList();
    assertThat(made).isSorted().doesNotHaveDuplicates();
    assertThat(Ids.madeAt(UUID.fromString(made.getLast()))).isEqualTo(NOON.plusMillis(1));
  }

  @Test
  void ascendsWhenTheClockStepsBack() {
    Deque<Instant> times = new ArrayDeque<>(List.of(NOON, NOON.minusSeconds(60), NOON));
    InstantSource source = times::removeFirst;
    Ids ids = new Ids(source.withZone(ZoneOffset.UTC), new Random(1));
    assertThat(Stream.generate(ids::next).limit(3).map(UUID::toString).toList()).isSorted();
  }

  @Test
  void otherVersionsHaveNoTime() {
    assertThatThrownBy(() -> Ids.madeAt(UUID.randomUUID()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
