package dev.brickyard.cli.progress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.cli.Script;
import dev.brickyard.contracts.BuildEvent;
import dev.brickyard.contracts.StepStatus;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FrameTest {
  private static final Instant NOW = Script.BEGAN.plusMillis(5_200);

  @Test
  void aMissSaysWhy() {
    BuildView view = runningBuild();
    view.apply(Script.missed(1, "s3", 2000, 5000, "file a\u001b[31m changed"));
    assertThat(new Frame(view, 70, false).whole(Script.BEGAN, NOW).getLast())
        .startsWith(" => [linux/amd64 3/4] RUN make (file a changed)  ");
  }

  @Test
  void showsWhatRunsWithItsLastOutput() {
    BuildView view = runningBuild();
    view.apply(Script.log(1, "s3", 2500, "one\ntwo\rthree\nunfinished"));

    assertThat(new Frame(view, 60, false).fitting(20, Script.BEGAN, NOW))
        .containsExactly(
            "[+] Building 5.2s (2/4)",
            " => CACHED [linux/amd64 1/4] FROM debian               0.0s",
            " => [linux/amd64 2/4] RUN apt-get install python3      1.9s",
            " => [linux/amd64 3/4] RUN make                         3.2s",
            " => => # one",
            " => => # three");
  }

  @Test
  void keepsRunningStepsWhenThereIsRoomForFewLines() {
    BuildView view = runningBuild();
    view.apply(Script.log(1, "s3", 2500, "one\ntwo\n"));

    assertThat(new Frame(view, 60, false).fitting(3, Script.BEGAN, NOW))
        .containsExactly(
            "[+] Building 5.2s (2/4)",
            " => [linux/amd64 3/4] RUN make                         3.2s",
            " => => # two");
    assertThat(new Frame(view, 60, false).fitting(2, Script.BEGAN, NOW))
        .containsExactly(
            "[+] Building 5.2s (2/4)",
            " => [linux/amd64 3/4] RUN make                         3.2s");
  }

  @ParameterizedTest
  @ValueSource(ints = {20, 21, 40, 79, 80, 200})
  void noLineIsWiderThanTheTerminalAndNoFrameHigher(int width) {
    BuildView view = runningBuild();
    view.apply(Script.log(1, "s3", 2500, "漢字かな交じり文の非常に長い行です。".repeat(20) + "\n"));
    view.apply(Script.log(1, "s3", 2500, "e\u0301".repeat(300) + "\n"));

    for (int height = 1; height < 12; height++) {
      List<String> frame = new Frame(view, width, false).fitting(height, Script.BEGAN, NOW);
      assertThat(frame).hasSizeLessThanOrEqualTo(Math.max(2, height));
      assertThat(frame).allMatch(line -> TerminalText.width(line) <= width);
    }
  }

  @Test
  void outputCannotSteerTheTerminal() {
    BuildView view = runningBuild();
    view.apply(
        Script.log(
            1,
            "s3",
            2500,
            "\u001b[2J\u001b]0;title\u0007\u001b[31mred\u001b[0m \u0007\u202eevil\n"));

    assertThat(new Frame(view, 60, false).fitting(20, Script.BEGAN, NOW))
        .last()
        .isEqualTo(" => => # red evil");
  }

  @Test
  void startsAfreshWithANewAttemptAndIgnoresTheOldOne() {
    BuildView view = runningBuild();
    for (BuildEvent event : Script.planned(2, "[1/1] RUN again")) {
      view.apply(event);
    }
    view.apply(Script.started(2, "s1", 4000));
    view.apply(Script.ended(1, "s3", StepStatus.FAILED, 2000, 4100));

    assertThat(new Frame(view, 60, false).whole(Script.BEGAN, NOW))
        .containsExactly(
            "[+] Building 5.2s (0/1)",
            " => CACHED [linux/amd64 1/4] FROM debian               0.0s",
            " => [linux/amd64 2/4] RUN apt-get install python3      1.9s",
            " => CANCELED [linux/amd64 3/4] RUN make                0.0s",
            " => [linux/amd64 1/1] RUN again                        1.2s");
  }

  private static BuildView runningBuild() {
    BuildView view = new BuildView();
    for (BuildEvent event :
        Script.planned(
            1,
            "[1/4] FROM debian",
            "[2/4] RUN apt-get install python3",
            "[3/4] RUN make",
            "[4/4] COPY . .")) {
      view.apply(event);
    }
    view.apply(Script.ended(1, "s1", StepStatus.CACHED, 10, 10));
    view.apply(Script.ended(1, "s2", StepStatus.DONE, 100, 2000));
    view.apply(Script.started(1, "s3", 2000));
    return view;
  }
}
