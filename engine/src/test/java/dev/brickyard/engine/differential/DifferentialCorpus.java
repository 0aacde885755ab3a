package dev.brickyard.engine.differential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.engine.differential.Outcome.Built;
import dev.brickyard.engine.differential.Outcome.Failed;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every case is built by this engine and by the BuildKit inside Debian's Docker engine, and comes
 * out the same: the flattened tree and the image config, or the refusal. Needs root, runc,
 * docker-registry and docker.io.
 *
 * <p>Not among the tests that always run: it takes the better part of ten minutes, and not every
 * case has been looked at. {@code ./brickyard test -pl engine -am -Dit.test=DifferentialCorpus}
 * runs it, {@code -Ddifferential.cases=REGEX} builds some of the cases only.
 */
class DifferentialCorpus {
  @TempDir static Path folder;
  private static BothBuilders builders;
  private static List<CaseFile> cases;

  private static Path resource(String name) throws URISyntaxException {
    return Path.of(DifferentialCorpus.class.getResource(name).toURI());
  }

  @BeforeAll
  static void buildAll() throws Exception {
    Pattern wanted = Pattern.compile(System.getProperty("differential.cases", ""));
    cases =
        CaseFile.all(resource("cases")).stream()
            .filter(file -> wanted.matcher(file.name()).find())
            .toList();
    builders = new BothBuilders(folder);
    builders.makeBases(CaseFile.all(resource("bases")));
    builders.build(cases);
  }

  @AfterAll
  static void close() throws Exception {
    if (builders != null) {
      builders.close();
    }
  }

  static List<CaseFile> cases() {
    return cases;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void isBuiltAsBuildKitBuildsIt(CaseFile file) {
    if (file.open().isPresent()) {
      assertThatThrownBy(() -> agrees(file))
          .as("agrees now, so it is no longer open: %s", file.open().get())
          .isInstanceOf(AssertionError.class);
    } else {
      agrees(file);
    }
  }

  private static void agrees(CaseFile file) {
    Outcome here = builders.here(file);
    if (file.fails().isPresent()) {
      refused(file, here);
      return;
    }
    ImageFacts ours = built("here", here);
    List<String> differences;
    if (BothBuilders.usesDocker(file)) {
      ImageFacts theirs = built("in Docker", builders.there(file));
      differences = ours.differences(theirs, builders.begun(), file.newer().isEmpty());
    } else {
      String expected =
          file.section(CaseFile.EXPECTED)
              .orElseThrow(() -> new AssertionError("neither @older nor @expected"));
      differences = ours.differencesFromExpected(ImageFacts.parse(expected));
    }
    List<String> unknown = new ArrayList<>(differences);
    for (Pattern known : file.known()) {
      assertThat(unknown.removeIf(difference -> known.matcher(difference).find()))
          .as("still differs: %s", known)
          .isTrue();
    }
    if (!unknown.isEmpty()) {
      Assertions.fail(String.join("\n", unknown));
    }
  }

  private static ImageFacts built(String where, Outcome outcome) {
    return switch (outcome) {
      case Built(ImageFacts facts) -> facts;
      case Failed(String said, var line) ->
          throw new AssertionError("it is not built " + where + ": " + said);
    };
  }

  private static void refused(CaseFile file, Outcome here) {
    assertThat(here)
        .isInstanceOfSatisfying(
            Failed.class,
            failed -> {
              assertThat(failed.said()).containsPattern(file.fails().orElseThrow());
              file.line().ifPresent(line -> assertThat(failed.line()).hasValue(line));
            });
    if (file.newer().isEmpty()) {
      assertThat(builders.there(file))
          .isInstanceOfSatisfying(
              Failed.class,
              failed -> assertThat(failed.said()).containsPattern(file.dockerSays().orElseThrow()));
    }
  }
}
