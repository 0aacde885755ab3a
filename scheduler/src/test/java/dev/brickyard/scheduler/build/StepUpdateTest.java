package dev.brickyard.scheduler.build;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.contracts.CheckWarning;
import dev.brickyard.contracts.StepCause;
import dev.brickyard.contracts.StepStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StepUpdateTest {
  private static final UUID JOB = new UUID(1, 1);
  private static final Instant START = Instant.parse("2026-11-23T12:00:00Z");
  private static final Instant END = START.plusSeconds(2);

  private static StepUpdate update(
      StepUpdate.@Nullable Plan plan,
      StepStatus status,
      @Nullable Instant start,
      @Nullable Instant end,
      @Nullable Map<String, Long> counters) {
    return new StepUpdate(
        JOB, 1, "s", plan, status, start, end, counters, null, List.of(), List.of());
  }

  private static StepUpdate warned(
      StepStatus status,
      @Nullable StepCause cause,
      List<String> warnings,
      List<CheckWarning> checks) {
    return new StepUpdate(JOB, 1, "s", null, status, null, null, null, cause, warnings, checks);
  }

  private static CheckWarning check(int line) {
    return new CheckWarning("Rule", "about", "detail", "url", "Dockerfile", line, line, "excerpt");
  }

  @Test
  void factsInAnyOrderAndNumberFoldToTheSame() {
    StepUpdate.Plan plan = new StepUpdate.Plan(3, "RUN x", 4, List.of());
    StepCause cause = new StepCause(StepCause.Verdict.HIT, "same-definition", "same", List.of());
    List<StepUpdate> facts =
        List.of(
            warned(StepStatus.PENDING, null, List.of("b", "a"), List.of(check(9), check(1))),
            warned(StepStatus.DONE, cause, List.of("c"), List.of(check(5), check(9))),
            update(plan, StepStatus.PENDING, null, null, null),
            update(null, StepStatus.RUNNING, START, null, null),
            update(null, StepStatus.DONE, START, END, Map.of("bytes", 9L)));
    StepUpdate all =
        new StepUpdate(
            JOB,
            1,
            "s",
            plan,
            StepStatus.DONE,
            START,
            END,
            Map.of("bytes", 9L),
            cause,
            List.of("a", "b", "c"),
            List.of(check(1), check(5), check(9)));
    Random random = new Random(3);
    for (int run = 0; run < 100; run++) {
      List<StepUpdate> shuffled = new ArrayList<>(facts);
      shuffled.addAll(facts);
      Collections.shuffle(shuffled, random);
      StepUpdates updates = new StepUpdates();
      shuffled.forEach(updates::add);
      assertThat(updates.drain()).containsExactly(all);
      assertThat(updates.drain()).isEmpty();
    }
  }

  @Test
  void nulsAreReplacedInJsonAndLiteralTextIsNot() {
    assertThat(JsonColumns.text("a\0b")).isEqualTo("\"a\ufffdb\"");
    assertThat(JsonColumns.text("a\\u0000b")).isEqualTo("\"a\\\\u0000b\"");
    assertThat(JsonColumns.text("a\\\0b")).isEqualTo("\"a\\\\\ufffdb\"");
    assertThat(JsonColumns.text("\0\0")).isEqualTo("\"\ufffd\ufffd\"");
  }
}
