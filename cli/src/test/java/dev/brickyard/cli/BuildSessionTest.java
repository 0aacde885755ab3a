package dev.brickyard.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.brickyard.cli.client.BuildFollower;
import dev.brickyard.cli.client.FarmClient;
import dev.brickyard.cli.client.FarmException;
import dev.brickyard.cli.progress.PlainProgress;
import dev.brickyard.contracts.Outcome;
import dev.brickyard.contracts.StepStatus;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class BuildSessionTest {
  private final FarmServer farm = new FarmServer();
  private final ByteArrayOutputStream shown = new ByteArrayOutputStream();

  @AfterEach
  void close() {
    farm.close();
  }

  @Test
  void showsStepsAndOutputInTheOrderTheyHappened() throws Exception {
    playWholeBuild();

    BuildSession.Ending ending = follow(Duration.ofSeconds(20));

    assertThat(ending.outcome()).isEqualTo(Outcome.SUCCEEDED);
    assertThat(ending.digest()).isEqualTo("sha256:" + "a".repeat(64));
    assertThat(text()).isEqualTo(WHOLE_BUILD);
  }

  @Test
  void showsWhatChecksFoundOnceAndBeforeTheFirstStep() throws Exception {
    farm.play(Script.planned(1, "[1/1] RUN make"))
        .play(Script.checked(1, "s1", 7, 5), Script.checked(1, "s1", 2, 6))
        .play(Script.checked(1, "s1", 7, 7), Script.started(1, "s1", 10))
        .play(Script.ended(1, "s1", StepStatus.DONE, 10, 1210))
        .play(Script.succeeded(1, 1400));

    follow(Duration.ofSeconds(20));

    assertThat(text())
        .isEqualTo(
            """
            # WARNING FromAsCasing: they differ (line 7)
            # WARNING FromAsCasing: they differ (line 2)

            #1 [linux/amd64 1/1] RUN make
            #1 DONE 1.2s
            """);
  }

  @Test
  void losesAndRepeatsNothingWhenConnectionsBreak() throws Exception {
    playWholeBuild();
    farm.breakStreams(5);

    BuildSession.Ending ending = follow(Duration.ofSeconds(20));

    assertThat(farm.breaksLeft()).isZero();
    assertThat(ending.outcome()).isEqualTo(Outcome.SUCCEEDED);
    assertThat(text().lines().filter(line -> !line.startsWith("# ")).sorted())
        .containsExactlyElementsOf(WHOLE_BUILD.lines().sorted().toList());
  }

  @Test
  void givesUpOnAFarmThatStaysAway() {
    farm.close();

    assertThatExceptionOfType(FarmException.class)
        .isThrownBy(() -> follow(Duration.ofSeconds(3)))
        .satisfies(e -> assertThat(e.farmIsAway()).isTrue());
    assertThat(text()).contains("(trying again)");
  }

  private static final String WHOLE_BUILD =
      """

      #1 [linux/amd64 1/2] FROM debian
      #1 CACHED

      #2 [linux/amd64 2/2] RUN make
      #2 0.100 compiling ü
      #2 0.200 linked
      #2 DONE 1.2s (file a changed)
      """;

  private void playWholeBuild() {
    farm.play(Script.planned(1, "[1/2] FROM debian", "[2/2] RUN make"))
        .play(Script.ended(1, "s1", StepStatus.CACHED, 10, 10), Script.started(1, "s2", 100))
        .play(Script.missed(1, "s2", 100, 1300, "file a changed"))
        .play(Script.succeeded(1, 1400));
    byte[] output = "compiling ü\nlinked".getBytes(StandardCharsets.UTF_8);
    // Cut in the middle of the two bytes of "ü".
    byte[] first = java.util.Arrays.copyOf(output, 11);
    byte[] second = java.util.Arrays.copyOfRange(output, 11, 13);
    byte[] third = java.util.Arrays.copyOfRange(output, 13, output.length);
    farm.play(Script.log(1, "s2", 150, first))
        .play(Script.log(1, "s2", 200, second))
        .play(Script.log(1, "s2", 300, third))
        .play(Script.log(1, "s2", 300, "\n"));
  }

  private BuildSession.Ending follow(Duration patience) throws FarmException, InterruptedException {
    try (BuildFollower follower =
        new BuildFollower(new FarmClient(farm.address()), FarmServer.BUILD, patience)) {
      return new BuildSession(
              follower, new PlainProgress(new PrintStream(shown, true, StandardCharsets.UTF_8)))
          .run();
    }
  }

  private String text() {
    return shown.toString(StandardCharsets.UTF_8);
  }
}
