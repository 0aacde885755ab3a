package dev.brickyard.storage.object;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RetryPolicyTest {
  private static Duration allPauses(RetryPolicy policy, double random) {
    Duration all = Duration.ZERO;
    for (int failed = 1; failed < policy.tries(); failed++) {
      all = all.plus(policy.pause(failed, random));
    }
    return all;
  }

  @Test
  void whoIsPatientOutlivesAMinuteEvenWithTheShortestPauses() {
    assertThat(allPauses(RetryPolicy.PATIENT, 0)).isGreaterThan(Duration.ofMinutes(1));
    assertThat(allPauses(RetryPolicy.PATIENT, 1)).isLessThan(Duration.ofMinutes(3));
  }

  @Test
  void theFirstPausesAreShort() {
    assertThat(RetryPolicy.PATIENT.pause(1, 1)).isEqualTo(Duration.ofMillis(100));
    assertThat(RetryPolicy.PATIENT.pause(2, 0)).isEqualTo(Duration.ofMillis(100));
  }
}
