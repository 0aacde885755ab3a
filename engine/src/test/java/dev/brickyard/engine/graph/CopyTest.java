package dev.brickyard.engine.graph;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.engine.copy.CopySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** COPY and ADD: where they copy to, and what their flags come to. */
class CopyTest extends InstructionFixture {
  private CopySpec copyOf(String line) throws Exception {
    Stage stage = stage("FROM base:1", "ARG a=1", "ENV e=x", line);
    return ((Operation.Copy) stage.steps().getLast().operation()).spec();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "COPY a .|/base/",
        "COPY a ./|/base/",
        "COPY a b|/base/b",
        "COPY a b/|/base/b/",
        "COPY a b/.|/base/b/",
        "COPY a ..|/",
        "COPY a ../c|/c",
        "COPY a $none|/base/",
        "COPY a /$e/../y|/y",
        "COPY a /|/",
        "COPY a b c|/base/c",
      })
  void destinationsOfCopies(String line, String destination) throws Exception {
    assertThat(copyOf(line).destination()).isEqualTo(destination);
  }

  @Test
  void flagsOfCopiesAreExpandedAndShown() throws Exception {
    CopySpec spec =
        copyOf("COPY --parents --exclude=$e/* --exclude=y --chown=$a --chmod=u+${e} p /z");
    assertThat(spec.parents()).isTrue();
    assertThat(spec.exclude()).containsExactly("x/*", "y");
    assertThat(spec.chown()).contains("1");
    assertThat(spec.mode().orElseThrow().text()).isEqualTo("u+x");
    assertThat(
            history(stage("FROM base:1", "ADD --chmod=7 --chown=a:b --exclude=q x y <<f /z/", "f")))
        .containsExactly("ADD --chown=a:b --chmod=7 x y <<f /z/ # buildkit");
    assertThat(history(stage("FROM base:1", "COPY --parents a b")))
        .containsExactly("COPY --parents a b # buildkit");
    assertThat(copyOf("COPY --chmod=$none --chown=$none a b").mode()).isEmpty();
  }

  @Test
  void chmodSwitchesLinkOff() throws Exception {
    assertThat(copyOf("COPY --link --chown=root:7 a b").link()).isTrue();
    assertThat(copyOf("COPY --link --chmod=7 --chown=web a b").link()).isFalse();
  }
}
