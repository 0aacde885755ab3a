package dev.brickyard.engine.lint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.engine.image.ImageConfig;
import dev.brickyard.engine.image.Platform;
import org.junit.jupiter.api.Test;

/** Names of stages, and what stages begin with. */
class StageRulesTest {
  @Test
  void stageNameCasing() {
    assertThat(Checked.of("\nFROM scratch AS BadStageName\n\nFROM scratch AS base3\n").warnings())
        .containsExactly("2 StageNameCasing: Stage name 'BadStageName' should be lowercase");
  }

  @Test
  void fromAsCasing() {
    assertThat(Checked.of("FROM scratch as a\nFROM scratch AS b\n").warnings())
        .containsExactly("1 FromAsCasing: 'as' and 'FROM' keywords' casing do not match");
    assertThat(Checked.of("from scratch AS a\nfrom scratch as b\n").warnings())
        .containsExactly("1 FromAsCasing: 'AS' and 'from' keywords' casing do not match");
    assertThat(Checked.of("FROM --platform=$BUILDPLATFORM \\\n  scratch aS a\n").warnings())
        .containsExactly("1 FromAsCasing: 'aS' and 'FROM' keywords' casing do not match");
  }

  @Test
  void aKeywordInMixedCaseIsNotReportedTwice() {
    assertThat(Checked.of("From scratch as base\nFROM scratch AS base2\n").warnings())
        .containsExactly(
            "1 ConsistentInstructionCasing: Command 'From' should match the case of the command"
                + " majority (uppercase)");
  }

  @Test
  void duplicateStageName() {
    assertThat(Checked.of("FROM scratch AS b\nFROM scratch AS B2\nFROM scratch AS b\n").warnings())
        .containsExactly(
            "2 StageNameCasing: Stage name 'B2' should be lowercase",
            "3 DuplicateStageName: Duplicate stage name \"b\", stage names should be unique");
    assertThat(Checked.of("FROM scratch AS b1\nFROM scratch AS b2\nFROM scratch\n").warnings())
        .isEmpty();
  }

  @Test
  void reservedStageName() {
    assertThat(Checked.of("FROM scratch AS scratch\nFROM scratch AS context\n").warnings())
        .containsExactly(
            "1 ReservedStageName: Stage name should not use the same name as reserved stage"
                + " \"scratch\"",
            "2 ReservedStageName: Stage name should not use the same name as reserved stage"
                + " \"context\"");
    assertThat(Checked.of("FROM scratch\nFROM scratch AS a\n").warnings()).isEmpty();
  }

  @Test
  void undefinedArgInFrom() {
    assertThat(Checked.of("ARG tag=latest\nFROM busybox:${tag}${version} AS b\n").warnings())
        .containsExactly("2 UndefinedArgInFrom: FROM argument 'version' is not declared");
    assertThat(Checked.of("ARG VERSION=3\nFROM busybox:${VERSOIN:-1}\n").warnings())
        .containsExactly(
            "2 UndefinedArgInFrom: FROM argument 'VERSOIN' is not declared (did you mean"
                + " VERSION?)");
    assertThat(Checked.of("ARG DEBUG\nFROM scra${DEBUG:-tch}\n").warnings()).isEmpty();
    assertThat(Checked.of("ARG DEBUG\nFROM scratch${DEBUG}\n").warnings()).isEmpty();
    assertThat(Checked.of("FROM --platform=$BUILDPLATFORM scratch\n").warnings()).isEmpty();
  }

  @Test
  void aBlankPlatformFailsAsItDoesInABuild() throws Exception {
    LintReport report = Checked.of("FROM --platform=$BULIDPLATFORM scratch\n").report();
    assertThat(Checked.lines(report))
        .containsExactly(
            "1 UndefinedArgInFrom: FROM argument 'BULIDPLATFORM' is not declared (did you mean"
                + " BUILDPLATFORM?)");
    assertThat(report.failure().orElseThrow().sentence())
        .isEqualTo(
            "empty platform value from expression $BULIDPLATFORM (did you mean BUILDPLATFORM?)");
    assertThat(report.failure().orElseThrow().range().orElseThrow().startLine()).isEqualTo(1);
  }

  @Test
  void aBlankBaseFailsAsItDoesInABuild() throws Exception {
    LintReport report = Checked.of("FROM scratch AS a\nFROM $none\n").report();
    assertThat(Checked.lines(report))
        .containsExactly(
            "2 InvalidDefaultArgInFrom: Default value for ARG $none results in empty or invalid"
                + " base image name",
            "2 UndefinedArgInFrom: FROM argument 'none' is not declared");
    assertThat(report.failure().orElseThrow().sentence())
        .isEqualTo("base name ($none) should not be blank");
  }

  @Test
  void invalidDefaultArgInFrom() {
    assertThat(Checked.of("ARG VERSION\nFROM busybox:$VERSION\n").with("VERSION", "1").warnings())
        .containsExactly(
            "2 InvalidDefaultArgInFrom: Default value for ARG busybox:$VERSION results in empty or"
                + " invalid base image name");
    assertThat(Checked.of("ARG IMAGE\nFROM $IMAGE\n").with("IMAGE", "busybox").warnings())
        .containsExactly(
            "2 InvalidDefaultArgInFrom: Default value for ARG $IMAGE results in empty or invalid"
                + " base image name");
    assertThat(
            Checked.of("ARG SFX=\"box:\"\nFROM busy${SFX}\n").with("SFX", "box:latest").warnings())
        .containsExactly(
            "2 InvalidDefaultArgInFrom: Default value for ARG busy${SFX} results in empty or invalid"
                + " base image name");
    assertThat(Checked.of("ARG VERSION=\"latest\"\nFROM busybox:${VERSION}\n").warnings())
        .isEmpty();
    assertThat(
            Checked.of("ARG VARIANT\nFROM busybox:stable${VARIANT}\n")
                .with("VARIANT", "-musl")
                .warnings())
        .isEmpty();
  }

  @Test
  void redundantTargetPlatform() {
    assertThat(Checked.of("FROM --platform=$TARGETPLATFORM scratch\n").warnings())
        .containsExactly(
            "1 RedundantTargetPlatform: Setting platform to predefined $TARGETPLATFORM in FROM is"
                + " redundant as this is the default behavior");
    assertThat(Checked.of("FROM --platform=${TARGETPLATFORM} scratch\n").warnings())
        .containsExactly(
            "1 RedundantTargetPlatform: Setting platform to predefined ${TARGETPLATFORM} in FROM is"
                + " redundant as this is the default behavior");
    assertThat(Checked.of("FROM --platform=$BUILDPLATFORM scratch\n").warnings()).isEmpty();
    assertThat(Checked.of("FROM --platform=linux/${TARGETARCH} scratch\n").warnings()).isEmpty();
  }

  @Test
  void fromPlatformFlagConstDisallowed() {
    assertThat(Checked.of("FROM --platform=linux/amd64 scratch\n").warnings())
        .containsExactly(
            "1 FromPlatformFlagConstDisallowed: FROM --platform flag should not use constant value"
                + " \"linux/amd64\"");
    assertThat(Checked.of("FROM --platform=arm64 scratch\n").warnings())
        .containsExactly(
            "1 FromPlatformFlagConstDisallowed: FROM --platform flag should not use constant value"
                + " \"arm64\"");
    assertThat(Checked.of("FROM --platform=linux/amd64 scratch AS my_amd64_stage\n").warnings())
        .isEmpty();
    assertThat(Checked.of("FROM --platform=linux/amd64 scratch AS linux\n").warnings()).isEmpty();
  }

  @Test
  void invalidBaseImagePlatform() {
    ImageConfig arm = ImageConfig.empty(Platform.LINUX_ARM64);
    assertThat(Checked.of("FROM busybox\n").onBase(arm).warnings())
        .containsExactly(
            "1 InvalidBaseImagePlatform: Base image busybox was pulled with platform"
                + " \"linux/arm64\", expected \"linux/amd64\" for current build");
    assertThat(Checked.of("FROM --platform=linux/arm64 busybox AS arm64\n").onBase(arm).warnings())
        .isEmpty();
    assertThat(Checked.of("FROM busybox\n").warnings()).as("nobody knows").isEmpty();
  }

  @Test
  void invalidDefinitionDescription() {
    String good =
        """
        # check=experimental=InvalidDefinitionDescription
        # foo this is the foo
        ARG foo=bar

        # base this is the base image
        FROM scratch AS base

        # version this is the version number
        ARG version=latest

        # baz this is the baz
        ARG foo=baz bar=qux baz=quux
        #
        ARG bit=bat

        # comment for something other than ARG or FROM
        COPY Dockerfile .
        """;
    assertThat(Checked.of(good).warnings()).isEmpty();
    String bad =
        """
        # check=experimental=InvalidDefinitionDescription
        # bar this is the bar
        ARG foo=bar
        # BasE this is the BasE image
        FROM scratch AS base
        # definitely a bad comment
        ARG version=latest
        # definitely a bad comment
        ARG foo=baz bar=qux baz=quux
        """;
    assertThat(Checked.of(bad).warnings())
        .containsExactly(
            "3 InvalidDefinitionDescription: Comment for ARG should follow the format: `# foo"
                + " <description>`",
            "5 InvalidDefinitionDescription: Comment for FROM should follow the format: `# base"
                + " <description>`",
            "7 InvalidDefinitionDescription: Comment for ARG should follow the format: `# version"
                + " <description>`",
            "9 InvalidDefinitionDescription: Comment for ARG should follow the format: `# <arg_key>"
                + " <description>`");
    assertThat(Checked.of(bad.substring(bad.indexOf('\n') + 1)).warnings()).isEmpty();
  }
}
