package dev.brickyard.engine.lint;

import dev.brickyard.engine.dockerfile.Dockerfile;
import dev.brickyard.engine.dockerfile.DockerfileException;
import dev.brickyard.engine.dockerfile.ExpansionException;
import dev.brickyard.engine.dockerfile.Instruction;
import dev.brickyard.engine.dockerfile.MountFlag;
import dev.brickyard.engine.dockerfile.StageDefinition;
import dev.brickyard.engine.image.ImageConfig;
import dev.brickyard.engine.lint.Findings.Place;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Checks a Dockerfile against the {@linkplain Rule rules}. The conditions, the places and the words
 * are BuildKit's ({@code frontend/dockerfile/linter}, and where {@code dockerfile2llb} calls it).
 *
 * <p>Needs no registry. Where the config of a base image is not {@linkplain KnownBases known}, what
 * depends on it is left out: {@link Rule#INVALID_BASE_IMAGE_PLATFORM}, and {@link
 * Rule#UNDEFINED_VAR} but for names that look misspelt.
 */
public final class Linter {
  private final LintRequest request;
  private final Dockerfile dockerfile;
  private final Findings findings;
  private final List<FromChecks.Base> bases = new ArrayList<>();
  private final Map<Integer, StageState> states = new HashMap<>();
  private final Effort effort = new Effort();

  private Linter(LintRequest request, Findings findings) {
    this.request = request;
    this.dockerfile = request.dockerfile();
    this.findings = findings;
  }

  /**
   * Checks a file.
   *
   * @throws LintException code {@code bad-check-option}, when it cannot be told what to check
   */
  public static LintReport check(LintRequest request) throws LintException {
    Findings findings =
        new Findings(
            request.dockerfile(), LintOptions.of(request.dockerfile(), request.buildArgs()));
    try {
      new Linter(request, findings).check();
    } catch (LintException e) {
      return findings.report(Optional.of(e));
    } catch (Effort.ExhaustedException e) {
      // What was found so far is more than anybody will read.
      return findings.report();
    }
    return findings.report();
  }

  private void check() throws LintException, Effort.ExhaustedException {
    new FileChecks(request, findings, effort).check();
    GlobalArgs globals = GlobalArgs.of(request, request.buildArgs(), effort);
    FromChecks froms = new FromChecks(request, findings, globals, effort);
    for (StageDefinition stage : dockerfile.stages()) {
      bases.add(froms.check(stage));
    }
    Set<Integer> wanted = wanted();
    for (StageDefinition stage : dockerfile.stages()) {
      if (wanted.contains(stage.index())) {
        check(stage, globals);
      }
    }
  }

  private void check(StageDefinition stage, GlobalArgs globals)
      throws LintException, Effort.ExhaustedException {
    FromChecks.Base base = bases.get(stage.index());
    Optional<StageDefinition> below = below(stage.index());
    StageState state;
    List<String> triggers = List.of();
    if (below.isPresent()) {
      StageState before = states.getOrDefault(below.get().index(), StageState.ofScratch(effort));
      state = StageState.ofStage(before);
      triggers = before.triggers();
    } else if (base.image().equals("scratch")) {
      state = StageState.ofScratch(effort);
    } else {
      Optional<ImageConfig> image = request.bases().of(stage.index());
      image.ifPresent(config -> platform(stage, base, config));
      state = StageState.ofImage(image, effort);
      triggers = image.map(config -> config.config().onBuild()).orElse(List.of());
    }
    states.put(stage.index(), state);
    StageChecks checks = new StageChecks(request, findings, globals, state, effort);
    for (String trigger : triggers) {
      checks.check(parse(trigger, stage), Findings.at(stage.from().range()));
    }
    for (Instruction instruction : stage.instructions()) {
      Place place = findings.at(instruction);
      checks.check(instruction, place);
    }
  }

  private void platform(StageDefinition stage, FromChecks.Base base, ImageConfig config) {
    boolean same =
        config.platform().os().equals(base.platform().os())
            && config.platform().architecture().equals(base.platform().architecture());
    if (!same) {
      findings.report(
          Rule.INVALID_BASE_IMAGE_PLATFORM,
          findings.at(stage.from()),
          base.image(),
          Quote.of(config.platform().toString()),
          Quote.of(base.platform().toString()));
    }
  }

  private Instruction parse(String trigger, StageDefinition stage) throws LintException {
    try {
      return Dockerfile.parseTrigger(trigger);
    } catch (DockerfileException e) {
      throw LintException.of(e.code(), e.sentence()).at(dockerfile, stage.from().range());
    }
  }

  /** The stage that a stage begins with; empty when that is an image or nothing. */
  private Optional<StageDefinition> below(int stage) {
    String name = bases.get(stage).image();
    return dockerfile
        .findStage(name, stage)
        .filter(found -> found.name().filter(name::equalsIgnoreCase).isPresent());
  }

  /** The stages to go through: the target and what it needs, or all. */
  private Set<Integer> wanted() throws LintException {
    Set<Integer> wanted = new HashSet<>();
    List<StageDefinition> all = dockerfile.stages();
    if (request.everyStage() && request.target().isEmpty()) {
      all.forEach(stage -> wanted.add(stage.index()));
      return wanted;
    }
    StageDefinition target = all.getLast();
    if (request.target().isPresent()) {
      String name = request.target().get();
      target =
          dockerfile
              .findStage(name, all.size())
              .orElseThrow(
                  () ->
                      LintException.of(
                          "target-missing",
                          "target stage " + Quote.of(name) + " could not be found"));
    }
    List<StageDefinition> open = new ArrayList<>(List.of(target));
    while (!open.isEmpty()) {
      StageDefinition stage = open.removeLast();
      if (wanted.add(stage.index())) {
        below(stage.index()).ifPresent(open::add);
        for (Instruction instruction : stage.instructions()) {
          // A trigger may copy too, once a stage begins with this one.
          Instruction reading =
              instruction instanceof Instruction.OnBuild onBuild
                  ? onBuild.instruction().orElse(instruction)
                  : instruction;
          for (String source : sources(reading)) {
            dockerfile.findStage(source, all.size()).ifPresent(open::add);
          }
        }
      }
    }
    return wanted;
  }

  /** The stages or images that an instruction reads. */
  private static List<String> sources(Instruction instruction) {
    if (instruction instanceof Instruction.Copy copy) {
      return copy.from().stream().toList();
    }
    List<String> sources = new ArrayList<>();
    if (instruction instanceof Instruction.Run run) {
      for (MountFlag flag : run.mounts()) {
        try {
          flag.resolve(word -> word).from().ifPresent(sources::add);
        } catch (ExpansionException e) {
          // A value is a variable, and what names a stage never is one.
        }
      }
    }
    return sources;
  }
}
