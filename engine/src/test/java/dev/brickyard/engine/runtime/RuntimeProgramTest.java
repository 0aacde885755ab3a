package dev.brickyard.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How each program says that a container could not be started. */
class RuntimeProgramTest {
  private static final Runc RUNC = new Runc(Path.of("/usr/bin/runc"), true);
  private static final Crun CRUN = new Crun(Path.of("/usr/bin/crun"), true);

  @Test
  void bothSayAlikeThatACommandIsMissing() {
    String sentence = "exec: \"nonsense\": executable file not found in $PATH";
    assertThat(
            RUNC.error(
                List.of(
                    "{\"level\":\"warning\",\"msg\":\"no matter\"}",
                    "{\"level\":\"error\",\"msg\":\"runc run failed: exec: \\\"nonsense\\\":"
                        + " executable file not found in $PATH\"}")))
        .hasValue(sentence);
    assertThat(
            CRUN.error(
                List.of(
                    "executable file `nonsense` not found in $PATH: No such file or directory")))
        .hasValue(sentence);
  }

  @Test
  void whateverElseIsPassedOn() {
    assertThat(CRUN.error(List.of("", "mkdir `/bin/true/x`: Not a directory")))
        .hasValue("mkdir `/bin/true/x`: Not a directory");
    assertThat(CRUN.error(List.of())).isEmpty();
    assertThat(RUNC.error(List.of("{\"level\":\"warning\",\"msg\":\"no matter\"}"))).isEmpty();
    assertThat(RUNC.error(List.of("not JSON at all"))).hasValue("not JSON at all");
  }

  @Test
  void whatIsReadAfterwardsIsAroundOrIsWhatTheProgramGets() {
    assertThat(RUNC.controlGroup("b1")).isEqualTo(ControlGroups.path("b1"));
    assertThat(CRUN.controlGroup("b1")).startsWith(ControlGroups.path("b1") + "/");
    assertThat(new Crun(Path.of("/usr/bin/crun"), false).tellsOutOfMemory()).isFalse();
  }

  @Test
  void anUnknownProgramIsRefusedByName() {
    assertThatThrownBy(() -> ProgramChoice.only("gvisor"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("gvisor")
        .hasMessageContaining("crun or runc");
  }
}
