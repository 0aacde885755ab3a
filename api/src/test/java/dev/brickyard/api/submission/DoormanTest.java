package dev.brickyard.api.submission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.api.problem.ProblemException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class DoormanTest {
  @Test
  void whoFindsNoPlaceIsSentAwayAndAPlaceGivenBackIsFreeAgain() {
    Doorman doorman = new Doorman(2, Duration.ofMillis(10));
    Doorman.Place first = doorman.enter();
    doorman.enter();
    assertThatThrownBy(doorman::enter)
        .isInstanceOfSatisfying(
            ProblemException.class,
            refused -> {
              assertThat(refused.problem().status()).isEqualTo(503);
              assertThat(refused.problem().code()).isEqualTo("too-many-contexts");
            });
    first.close();
    doorman.enter();
  }
}
