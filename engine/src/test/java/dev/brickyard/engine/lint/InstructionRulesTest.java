package dev.brickyard.engine.lint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.engine.image.ContainerConfig;
import dev.brickyard.engine.image.ImageConfig;
import dev.brickyard.engine.image.Platform;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How instructions are written, and instructions that have no effect. */
class InstructionRulesTest {
  @Test
  void noEmptyContinuation() {
    assertThat(
            Checked.of("\nFROM scratch\n# a comment\nCOPY Dockerfile \\\n\n.\nCOPY a \\\n# c\n.\n")
                .warnings())
        .containsExactly("6 NoEmptyContinuation: Empty continuation line");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          FROM scratch;copy a /foo;COPY a /bar                 | 2 | copy | uppercase
          from scratch;COPY a /foo;copy a /bar                 | 2 | COPY | lowercase
          from scratch;COPY a /1;COPY a /2                     | 1 | from | uppercase
          FROM scratch;copy a /1;copy a /2                     | 1 | FROM | lowercase
          FROM scratch;Copy a /1                               | 2 | Copy | uppercase
          FROM scratch;run x                                   | 2 | run  | uppercase
          """)
  void consistentInstructionCasing(String file, int line, String word, String majority) {
    assertThat(Checked.of(file.replace(';', '\n')).warnings())
        .containsExactly(
            line
                + " ConsistentInstructionCasing: Command '"
                + word
                + "' should match the case of the command majority ("
                + majority
                + ")");
  }

  @Test
  void oneCaseThroughoutIsFine() {
    assertThat(Checked.of("from scratch\ncopy a /foo\n").warnings()).isEmpty();
    assertThat(Checked.of("FROM scratch\nRUN <<'EOT'\nenv\nEOT\n").warnings()).isEmpty();
    assertThat(Checked.of("arg a\nFROM scratch\n").warnings()).as("before FROM").isEmpty();
  }

  @Test
  void jsonArgsRecommended() {
    String said = " to prevent unintended behavior related to OS signals";
    assertThat(Checked.of("FROM scratch\nCMD mycommand\nENTRYPOINT other\n").warnings())
        .containsExactly(
            "2 JSONArgsRecommended: JSON arguments recommended for CMD" + said,
            "3 JSONArgsRecommended: JSON arguments recommended for ENTRYPOINT" + said);
    assertThat(Checked.of("from scratch\ncmd\n").warnings())
        .containsExactly("2 JSONArgsRecommended: JSON arguments recommended for cmd" + said);
    assertThat(Checked.of("FROM scratch\nCMD [\"a\"]\nENTRYPOINT []\n").warnings()).isEmpty();
    assertThat(Checked.of("FROM scratch\nSHELL [\"/x\"]\nCMD a\n").warnings()).isEmpty();
    assertThat(Checked.of("FROM scratch AS a\nSHELL [\"/x\"]\nFROM a\nENTRYPOINT b\n").warnings())
        .isEmpty();
    ImageConfig config =
        ImageConfig.empty(Platform.LINUX_AMD64)
            .withConfig(ContainerConfig.EMPTY.withShell(List.of("/bin/bash", "-c")));
    assertThat(Checked.of("FROM busybox\nCMD a\n").onBase(config).warnings()).isEmpty();
  }

  @Test
  void maintainerDeprecated() {
    assertThat(Checked.of("FROM scratch\nMAINTAINER me@example.org\n").warnings())
        .containsExactly(
            "2 MaintainerDeprecated: Maintainer instruction is deprecated in favor of using label");
    assertThat(
            Checked.of("FROM scratch\nLABEL org.opencontainers.image.authors=\"me\"\n").warnings())
        .isEmpty();
  }

  @Test
  void workdirRelativePath() {
    assertThat(Checked.of("FROM scratch\nWORKDIR app/\nWORKDIR deeper\n").warnings())
        .containsExactly(
            "2 WorkdirRelativePath: Relative workdir \"app/\" can have unexpected results if the"
                + " base image changes");
    assertThat(
            Checked.of("FROM scratch AS a\nWORKDIR /app\n\nFROM a AS b\nWORKDIR subdir/\n")
                .warnings())
        .isEmpty();
    assertThat(Checked.of("FROM scratch\nARG dir=/srv\nWORKDIR $dir/a\n").warnings()).isEmpty();
    assertThat(Checked.of("FROM debian\nWORKDIR $IMAGES_OWN/a\n").warnings()).isEmpty();
  }

  @Test
  void multipleInstructionsDisallowed() {
    String file =
        """
        FROM scratch
        ENTRYPOINT ["/myapp"]
        CMD ["/myapp"]
        HEALTHCHECK CMD ["/myapp"]
        COPY <<EOF /a.txt
        Hello, World!
        EOF
        ENTRYPOINT ["/myotherapp"]
        CMD ["/myotherapp"]
        HEALTHCHECK NONE
        CMD ["/third"]
        """;
    assertThat(Checked.of(file).warnings())
        .containsExactly(
            multiple(2, "ENTRYPOINT"),
            multiple(3, "CMD"),
            multiple(4, "HEALTHCHECK"),
            multiple(9, "CMD"));
    assertThat(Checked.of("FROM scratch AS a\nCMD [\"x\"]\nFROM a\nCMD [\"y\"]\n").warnings())
        .isEmpty();
  }

  private static String multiple(int line, String keyword) {
    return line
        + " MultipleInstructionsDisallowed: Multiple "
        + keyword
        + " instructions should not be used in the same stage because only the last one will be"
        + " used";
  }

  @Test
  void legacyKeyValueFormat() {
    assertThat(Checked.of("FROM scratch\nENV testkey value\nLABEL key value\n").warnings())
        .containsExactly(
            "2 LegacyKeyValueFormat: \"ENV key=value\" should be used instead of legacy \"ENV key"
                + " value\" format",
            "3 LegacyKeyValueFormat: \"LABEL key=value\" should be used instead of legacy \"LABEL"
                + " key value\" format");
    assertThat(Checked.of("FROM scratch\nENV testkey=value\nLABEL a=b c=d\n").warnings()).isEmpty();
  }

  @Test
  void exposeProtoCasing() {
    assertThat(Checked.of("FROM scratch\nEXPOSE 80/TCP 53/udp 8000-8010/Udp\n").warnings())
        .containsExactly(
            "2 ExposeProtoCasing: Defined protocol '80/TCP' in EXPOSE instruction should be"
                + " lowercase",
            "2 ExposeProtoCasing: Defined protocol '8000-8010/Udp' in EXPOSE instruction should be"
                + " lowercase");
    assertThat(Checked.of("FROM scratch\nEXPOSE 80/tcp 53\n").warnings()).isEmpty();
  }

  @Test
  void exposeInvalidFormat() {
    String said = "EXPOSE instruction should not define an IP address or host-port mapping, found ";
    assertThat(
            Checked.of("FROM scratch\nARG p=80\nEXPOSE 127.0.0.1:80:80 5000:$p [::1]:8080:8080\n")
                .warnings())
        .containsExactly(
            "3 ExposeInvalidFormat: " + said + "'127.0.0.1:80:80'",
            "3 ExposeInvalidFormat: " + said + "'5000:80'",
            "3 ExposeInvalidFormat: " + said + "'[::1]:8080:8080'");
    assertThat(Checked.of("FROM scratch\nEXPOSE 80 8000-8010\n").warnings()).isEmpty();
  }

  @Test
  void triggersAreCheckedWhereTheyRun() {
    String file =
        "FROM scratch AS a\nONBUILD ENV name value\nONBUILD WORKDIR rel\n\nFROM a\nFROM a AS c\n";
    assertThat(Checked.of(file).asBuilt().warnings())
        .containsExactly(
            "6 LegacyKeyValueFormat: \"ENV key=value\" should be used instead of legacy \"ENV key"
                + " value\" format",
            "6 WorkdirRelativePath: Relative workdir \"rel\" can have unexpected results if the base"
                + " image changes");
    ImageConfig config =
        ImageConfig.empty(Platform.LINUX_AMD64)
            .withConfig(ContainerConfig.EMPTY.withOnBuild(List.of("CMD x")));
    assertThat(Checked.of("\nFROM busybox\n").onBase(config).warnings())
        .containsExactly(
            "2 JSONArgsRecommended: JSON arguments recommended for CMD to prevent unintended"
                + " behavior related to OS signals");
  }

  @Test
  void stagesThatTheTargetDoesNotNeedAreLookedIntoOnlyWhenAsked() {
    String file =
        """
        FROM scratch AS a

        FROM a AS b
        ENV testkey value

        FROM a AS c
        COPY --from=d / /
        FROM scratch AS d
        ENV other value
        FROM c
        """;
    assertThat(Checked.of(file).asBuilt().warnings())
        .containsExactly(
            "9 LegacyKeyValueFormat: \"ENV key=value\" should be used instead of legacy \"ENV key"
                + " value\" format");
    assertThat(Checked.of(file).warnings()).hasSize(2);
    assertThat(Checked.of(file).target("a").warnings()).isEmpty();
  }
}
