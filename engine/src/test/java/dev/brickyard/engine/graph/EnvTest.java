package dev.brickyard.engine.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** ENV: both forms, what it sees, what is left in the image. */
class EnvTest extends InstructionFixture {
  @Test
  void everyPairSeesTheEnvironmentBeforeTheLine() throws Exception {
    Stage stage =
        stage("FROM base:1", "ENV abc=hello", "ENV abc=bye def=$abc", "ENV ghi=$abc", "RUN x");

    assertThat(stage.config().env())
        .containsExactly("PATH=/bin", "abc=bye", "def=hello", "ghi=bye");
    assertThat(history(stage))
        .startsWith("(ENV abc=hello)", "(ENV abc=bye def=hello)", "(ENV ghi=bye)");
    assertThat(run(stage).env()).containsEntry("abc", "bye").containsEntry("def", "hello");
  }

  @Test
  void theOldFormTakesTheRestOfTheLine() throws Exception {
    Stage stage =
        stage("FROM base:1", "ENV one two = three", "ENV q  \"a b\"  c ", "ENV e $one\\ x");

    assertThat(stage.config().env())
        .containsExactly("PATH=/bin", "one=two = three", "q=a b  c", "e=two = three x");
    assertThat(history(stage).getFirst()).isEqualTo("(ENV one=two = three)");
  }

  @Test
  void quotesAndEscapesAreRemoved() throws Exception {
    Stage stage =
        stage(
            "FROM base:1",
            "ENV a=\"x y\" b='$a' c=x\\ y d=\"\\$a\" e=\"q\\\"q\" f=a\"b c\"d g= h=\"\"");

    assertThat(stage.config().environment())
        .containsEntry("a", "x y")
        .containsEntry("b", "$a")
        .containsEntry("c", "x y")
        .containsEntry("d", "$a")
        .containsEntry("e", "q\"q")
        .containsEntry("f", "ab cd")
        .containsEntry("g", "")
        .containsEntry("h", "");
  }

  @Test
  void namesMayHoldVariablesToo() throws Exception {
    Stage stage = stage("FROM base:1", "ENV N=name", "ENV $N=1");

    assertThat(stage.config().environment()).containsEntry("name", "1");
    assertThat(told(failure("FROM base:1", "ENV $NOTHING=1")))
        .isEqualTo("bad-env 2 ENV names can not be blank");
  }

  @Test
  void aVariableKeepsItsPlaceAndAppendsToItself() throws Exception {
    Stage stage = stage("FROM base:1", "ENV A=1", "ENV PATH=/opt/bin:$PATH", "ENV A=2");

    assertThat(stage.config().env()).containsExactly("PATH=/opt/bin:/bin", "A=2");
  }

  @Test
  void argsCanBeMadeToLast() throws Exception {
    Stage stage =
        stageWith(Map.of("V", "9"), "FROM base:1", "ARG V", "ENV V=${V:-1}", "ENV W=${X:-1}");

    assertThat(stage.config().environment()).containsEntry("V", "9").containsEntry("W", "1");
  }

  @Test
  void mistakesHaveALine() {
    assertThat(told(failure("FROM base:1", "", "ENV A=${B:?needed}")))
        .isEqualTo("bad-expansion 3 failed to process \"${B:?needed}\": B: needed");
    assertThat(told(failure("FROM base:1", "ENV A='x")))
        .startsWith("bad-expansion 2 ")
        .endsWith("unexpected end of statement while looking for matching single-quote");
    assertThat(told(failure("FROM base:1", "ENV A=${B")))
        .isEqualTo("bad-expansion 2 failed to process \"${B\": syntax error: missing '}'");
    assertThat(told(failure("FROM base:1", "ENV A=${B^^}")))
        .endsWith("unsupported modifier (^) in substitution");
  }
}
