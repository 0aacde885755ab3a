package dev.brickyard.engine.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.engine.BuildFailure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The modes of {@code --chmod}, in octal and as BSD's setmode reads them. */
class ModeChangeTest {
  private static String octal(int mode) {
    return "%04o".formatted(mode);
  }

  @ParameterizedTest(name = "{0} makes {1} of anything")
  @CsvSource({"755,0755", "0755,0755", "0,0000", "4711,4711", "07777,7777", "000000644,0644"})
  void octalModesAreTakenAsTheyAre(String text, String expected) throws Exception {
    ModeChange change = ModeChange.parse(text);
    assertThat(octal(change.apply(0123, true))).isEqualTo(expected);
    assertThat(octal(change.apply(07000, false))).isEqualTo(expected);
    assertThat(change.octal()).isPresent();
  }

  @ParameterizedTest(name = "{0} makes of a file {1} {2} and of a directory {3}")
  @CsvSource({
    // BuildKit's own examples
    "go-w,            0666, 0644, 0644",
    "'u=rw,g=r,o=r',  0666, 0644, 0644",
    "a+X,             0666, 0666, 0777",
    "a+X,             0744, 0755, 0755",
    "'u+rw,g+r,o-x,o+w', 0124, 0766, 0766",
    // without a class all are meant, whatever the umask
    "+x,              0644, 0755, 0755",
    "-w,              0777, 0555, 0555",
    "=r,              0777, 0444, 0444",
    "=,               7777, 1000, 1000",
    // several operations on a class
    "u+x-w,           0644, 0544, 0544",
    "ug=rw+x,         0000, 0770, 0770",
    "'go=,u+s',       0755, 4700, 4700",
    // X counts only after a plus
    "a=rX,            0755, 0444, 0444",
    "'a=r,a+X',       0755, 0555, 0555",
    "'a-x,a+X',       0755, 0755, 0755",
    "'a+X,a-x',       0755, 0644, 0644",
    // special bits
    "u+s,             0755, 4755, 4755",
    "g+s,             0755, 2755, 2755",
    "+s,              0755, 6755, 6755",
    "o+s,             0755, 0755, 0755",
    "+t,              0755, 1755, 1755",
    "+xt,             0644, 1644, 1644",
    "u-s,             4755, 0755, 0755",
    "a-t,             1755, 0755, 0755",
    "u=rwx,           4755, 0755, 0755",
    // copies of other classes
    "g=u,             0740, 0770, 0770",
    "go=u-w,          0750, 0755, 0755",
    "o+g,             0754, 0755, 0755",
    "g-u,             0575, 0525, 0525",
    "u=g,             4750, 4550, 4550",
    "g=ur,            0740, 0740, 0740",
  })
  void symbolicModesChangeWhatWasThere(String text, String from, String file, String directory)
      throws Exception {
    ModeChange change = ModeChange.parse(text);
    int mode = Integer.parseInt(from, 8);
    assertThat(octal(change.apply(mode, false))).isEqualTo(file);
    assertThat(octal(change.apply(mode, true))).isEqualTo(directory);
    assertThat(change.octal()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"64a", "10000", "8", "0x1ff", "1000000000000000", "9u"})
  void numbersThatAreNoModesAreRefusedInBuildKitsWords(String text) {
    assertThatThrownBy(() -> ModeChange.parse(text))
        .isInstanceOfSatisfying(
            BuildFailure.class,
            e -> {
              assertThat(e.code()).isEqualTo("bad-chmod");
              assertThat(e.sentence())
                  .isEqualTo(
                      "invalid chmod parameter: '"
                          + text
                          + "'. it should be octal string and between 0 and 07777");
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"null", "u", "u+x,", ",u+x", "u+q", "x", "u+x g+x", "-755", "+755", "u*x", "ü+x"})
  void nonsenseIsRefused(String text) {
    assertThatThrownBy(() -> ModeChange.parse(text))
        .isInstanceOf(BuildFailure.class)
        .hasMessageContaining("invalid syntax")
        .hasMessageContaining("'" + text + "'");
  }

  @Test
  void equalTextsAreEqual() throws Exception {
    assertThat(ModeChange.parse("u+x")).isEqualTo(ModeChange.parse("u+x"));
    assertThat(ModeChange.parse("u+x")).isNotEqualTo(ModeChange.parse("u-x"));
    assertThat(ModeChange.parse("u+x")).hasSameHashCodeAs(ModeChange.parse("u+x"));
  }
}
