package dev.brickyard.engine.lint;

import dev.brickyard.engine.dockerfile.Dockerfile;
import dev.brickyard.engine.dockerfile.ExpansionException;
import dev.brickyard.engine.dockerfile.Instruction;
import dev.brickyard.engine.dockerfile.StageDefinition;
import dev.brickyard.engine.dockerfile.Suggestion;
import dev.brickyard.engine.dockerfile.WordExpansion;
import dev.brickyard.engine.image.Platform;
import java.util.Optional;
import java.util.Set;

/** The rules about what a stage begins with. */
final class FromChecks {
  private static final Set<String> SYSTEMS = Set.of("linux", "windows", "darwin", "freebsd");
  private static final Set<String> ARCHITECTURES =
      Set.of(
          "386",
          "amd64",
          "arm",
          "arm64",
          "loong64",
          "mips",
          "mips64",
          "mips64le",
          "mipsle",
          "ppc64",
          "ppc64le",
          "riscv64",
          "s390x",
          "sparc64",
          "wasm",
          "aarch64",
          "armel",
          "armhf",
          "i386",
          "x86-64",
          "x86_64");
  private static final String TARGET = "TARGETPLATFORM";

  private final LintRequest request;
  private final Dockerfile dockerfile;
  private final Findings findings;
  private final GlobalArgs globals;
  private final Effort effort;

  FromChecks(LintRequest request, Findings findings, GlobalArgs globals, Effort effort) {
    this.effort = effort;
    this.request = request;
    this.dockerfile = request.dockerfile();
    this.findings = findings;
    this.globals = globals;
  }

  /**
   * What a FROM means with the arguments of this build.
   *
   * @param image reference, {@code scratch}, or name of a stage
   */
  record Base(String image, Platform platform) {}

  /**
   * Looks at a FROM.
   *
   * @throws LintException at the FROM, when it means nothing with these arguments
   */
  Base check(StageDefinition stage) throws LintException, Effort.ExhaustedException {
    Instruction.From from = stage.from();
    Lookups seen = new Lookups(globals.values());
    String image = expand(from.image(), seen, from);
    undeclared(seen, from);
    if (image.isEmpty()) {
      throw failure("bad-image-name", "base name (" + from.image() + ") should not be blank", from);
    }
    Platform platform = request.platform();
    if (from.platform().isPresent()) {
      platform = platform(stage, from.platform().get());
    }
    return new Base(image, platform);
  }

  private Platform platform(StageDefinition stage, String written)
      throws LintException, Effort.ExhaustedException {
    Instruction.From from = stage.from();
    Lookups seen = new Lookups(globals.values());
    String text = expand(written, seen, from);
    undeclared(seen, from);
    if (seen.unmatched().isEmpty()
        && seen.matched().equals(Set.of(TARGET))
        && text.equals(globals.values().get(TARGET))) {
      findings.report(Rule.REDUNDANT_TARGET_PLATFORM, findings.at(from), written);
    }
    Optional<Platform> platform = parse(text);
    if (platform.isEmpty()) {
      throw failure(
          "bad-platform",
          (text.isEmpty()
                  ? "empty platform value from expression " + written
                  : "failed to parse platform " + written)
              + seen.unmatched().stream()
                  .flatMap(name -> Suggestion.nearest(name, globals.values().keySet()).stream())
                  .findFirst()
                  .map(FromChecks::hint)
                  .orElse(""),
          from);
    }
    boolean constant = seen.matched().isEmpty() && seen.unmatched().isEmpty();
    String name = stage.name().orElse("");
    if (constant
        && !name.contains(platform.get().os())
        && !name.contains(platform.get().architecture())) {
      findings.report(Rule.FROM_PLATFORM_FLAG_CONST_DISALLOWED, findings.at(from), Quote.of(text));
    }
    return platform.get();
  }

  /** As containerd reads platforms: a system or an architecture alone will do. */
  private Optional<Platform> parse(String text) {
    try {
      if (text.isEmpty() || text.contains("/")) {
        return Optional.of(Platform.parse(text));
      }
      Platform here = request.buildPlatform();
      if (SYSTEMS.contains(text)) {
        return Optional.of(new Platform(text, here.architecture(), here.variant()));
      }
      return ARCHITECTURES.contains(text)
          ? Optional.of(new Platform(here.os(), text, Optional.empty()))
          : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private String expand(String word, Lookups seen, Instruction.From from)
      throws LintException, Effort.ExhaustedException {
    try {
      String expanded = WordExpansion.expand(word, seen, dockerfile.directives().escape());
      effort.spend(expanded.length());
      return expanded;
    } catch (ExpansionException e) {
      undeclared(seen, from);
      throw failure("bad-expansion", e.sentence(), from);
    }
  }

  private void undeclared(Lookups seen, Instruction.From from) throws Effort.ExhaustedException {
    for (String name : seen.unmatched()) {
      if (!globals.names().contains(name)) {
        effort.spend(globals.names().size());
        findings.report(
            Rule.UNDEFINED_ARG_IN_FROM,
            findings.at(from),
            name,
            Suggestion.nearest(name, globals.names()).map(FromChecks::hint).orElse(""));
      }
    }
  }

  private static String hint(String near) {
    return " (did you mean " + near + "?)";
  }

  private LintException failure(String code, String sentence, Instruction.From from) {
    return LintException.of(code, sentence).at(dockerfile, from.range());
  }
}
