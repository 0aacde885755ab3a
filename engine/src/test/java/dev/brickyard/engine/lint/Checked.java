package dev.brickyard.engine.lint;

import dev.brickyard.engine.context.ContextException;
import dev.brickyard.engine.context.DockerIgnore;
import dev.brickyard.engine.dockerfile.Dockerfile;
import dev.brickyard.engine.dockerfile.DockerfileException;
import dev.brickyard.engine.image.ImageConfig;
import dev.brickyard.engine.image.Platform;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A check of a Dockerfile, put together step by step. */
final class Checked {
  private final Dockerfile dockerfile;
  private final Map<String, String> buildArgs = new HashMap<>();
  private Optional<String> target = Optional.empty();
  private boolean everyStage = true;
  private Optional<DockerIgnore> ignore = Optional.empty();
  private KnownBases bases = KnownBases.NONE;

  private Checked(Dockerfile dockerfile) {
    this.dockerfile = dockerfile;
  }

  static Checked of(String dockerfile) {
    try {
      return new Checked(Dockerfile.parse("Dockerfile", dockerfile));
    } catch (DockerfileException e) {
      throw new AssertionError(e);
    }
  }

  Checked with(String name, String value) {
    buildArgs.put(name, value);
    return this;
  }

  Checked target(String stage) {
    target = Optional.of(stage);
    return this;
  }

  /** Only what the target needs. */
  Checked asBuilt() {
    everyStage = false;
    return this;
  }

  Checked ignoring(String patterns) {
    try {
      ignore = Optional.of(DockerIgnore.parse(patterns));
    } catch (ContextException e) {
      throw new AssertionError(e);
    }
    return this;
  }

  /** Every image has this config. */
  Checked onBase(ImageConfig config) {
    bases = stage -> Optional.of(config);
    return this;
  }

  LintReport report() throws LintException {
    return Linter.check(
        new LintRequest(
            dockerfile,
            buildArgs,
            target,
            everyStage,
            Platform.LINUX_AMD64,
            Platform.LINUX_AMD64,
            ignore,
            bases));
  }

  /** Each warning as {@code line Rule: detail}. */
  List<String> warnings() {
    try {
      LintReport report = report();
      report
          .failure()
          .ifPresent(
              failure -> {
                throw new AssertionError(failure);
              });
      return lines(report);
    } catch (LintException e) {
      throw new AssertionError(e);
    }
  }

  static List<String> lines(LintReport report) {
    return report.warnings().stream()
        .map(w -> w.range().startLine() + " " + w.rule().id() + ": " + w.detail())
        .toList();
  }
}
