package dev.brickyard.engine.lint;

import dev.brickyard.engine.dockerfile.Dockerfile;
import dev.brickyard.engine.dockerfile.ExpansionException;
import dev.brickyard.engine.dockerfile.Instruction;
import dev.brickyard.engine.dockerfile.Instruction.ArgDefinition;
import dev.brickyard.engine.dockerfile.ParseWarning;
import dev.brickyard.engine.dockerfile.StageDefinition;
import dev.brickyard.engine.dockerfile.WordExpansion;
import dev.brickyard.engine.image.ImageReference;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** The rules that can be told from the file as it is written, whatever is built of it. */
final class FileChecks {
  private static final Pattern SEPARATORS = Pattern.compile("[ \\t\\x0B\\f\\r]+");
  private static final Set<String> RESERVED = Set.of("context", "scratch");
  private static final Pattern IMAGE_ID = Pattern.compile("[0-9a-f]{64}");

  private final LintRequest request;
  private final Dockerfile dockerfile;
  private final Findings findings;
  private final Effort effort;

  FileChecks(LintRequest request, Findings findings, Effort effort) {
    this.effort = effort;
    this.request = request;
    this.dockerfile = request.dockerfile();
    this.findings = findings;
  }

  /** An instruction's keyword as it is written. */
  static String keyword(Instruction instruction) {
    return SEPARATORS.split(instruction.source(), 2)[0];
  }

  void check() throws Effort.ExhaustedException {
    for (ParseWarning warning : dockerfile.warnings()) {
      Rule.find(warning.rule())
          .ifPresent(rule -> findings.report(rule, Findings.at(warning.range())));
    }
    dockerfile.globals().forEach(this::definitions);
    for (StageDefinition stage : dockerfile.stages()) {
      from(stage.from());
      for (Instruction instruction : stage.instructions()) {
        if (instruction instanceof Instruction.Maintainer) {
          findings.report(Rule.MAINTAINER_DEPRECATED, findings.at(instruction));
        } else if (instruction instanceof Instruction.Arg arg) {
          definitions(arg);
        }
      }
    }
    stageNames();
    casing();
    defaultArgs();
  }

  private void from(Instruction.From from) {
    if (from.name().isEmpty()) {
      return;
    }
    String[] words = SEPARATORS.split(from.source().strip(), -1);
    String name = words[words.length - 1];
    if (!isLower(name)) {
      findings.report(Rule.STAGE_NAME_CASING, findings.at(from), name);
    }
    String keyword = words[0];
    String as = words[words.length - 2];
    // A keyword in mixed case is another rule's matter.
    boolean differs = isLower(keyword) ? !isLower(as) : isUpper(keyword) && !isUpper(as);
    if (differs) {
      findings.report(Rule.FROM_AS_CASING, findings.at(from), as, keyword);
    }
    description("FROM", List.of(from.name().get()), from);
  }

  private void definitions(Instruction.Arg arg) {
    description("ARG", arg.definitions().stream().map(ArgDefinition::name).toList(), arg);
  }

  private void description(String keyword, List<String> names, Instruction instruction) {
    List<String> comments = findings.comments(instruction);
    if (comments.isEmpty() || names.contains(comments.getLast().split(" ", 2)[0])) {
      return;
    }
    findings.report(
        Rule.INVALID_DEFINITION_DESCRIPTION,
        findings.at(instruction),
        keyword,
        names.size() == 1 ? names.getFirst() : "<arg_key>");
  }

  private void stageNames() {
    Set<String> seen = new HashSet<>();
    for (StageDefinition stage : dockerfile.stages()) {
      if (stage.name().isEmpty()) {
        continue;
      }
      String name = stage.name().get();
      if (RESERVED.contains(name)) {
        findings.report(
            Rule.RESERVED_STAGE_NAME, Findings.at(stage.from().range()), Quote.of(name));
      }
      if (!seen.add(name)) {
        findings.report(
            Rule.DUPLICATE_STAGE_NAME, Findings.at(stage.from().range()), Quote.of(name));
      }
    }
  }

  private void casing() {
    int lower = 0;
    int upper = 0;
    for (StageDefinition stage : dockerfile.stages()) {
      for (Instruction instruction : instructions(stage)) {
        String keyword = keyword(instruction);
        lower += isLower(keyword) ? 1 : 0;
        upper += isUpper(keyword) ? 1 : 0;
      }
    }
    boolean lowerWins = lower > upper;
    for (StageDefinition stage : dockerfile.stages()) {
      for (Instruction instruction : instructions(stage)) {
        String keyword = keyword(instruction);
        if (lowerWins ? !isLower(keyword) : !isUpper(keyword)) {
          findings.report(
              Rule.CONSISTENT_INSTRUCTION_CASING,
              Findings.at(instruction.range()),
              keyword,
              lowerWins ? "lowercase" : "uppercase");
        }
      }
    }
  }

  private static List<Instruction> instructions(StageDefinition stage) {
    List<Instruction> all = new ArrayList<>();
    all.add(stage.from());
    all.addAll(stage.instructions());
    return all;
  }

  private static boolean isLower(String text) {
    return text.equals(text.toLowerCase(Locale.ROOT));
  }

  private static boolean isUpper(String text) {
    return text.equals(text.toUpperCase(Locale.ROOT));
  }

  /** Every base must make sense without build arguments too. */
  private void defaultArgs() throws Effort.ExhaustedException {
    GlobalArgs defaults;
    try {
      defaults = GlobalArgs.of(request, Map.of(), effort);
    } catch (LintException e) {
      // What fails here fails the build too, with its place, unless an argument replaces it.
      return;
    }
    for (StageDefinition stage : dockerfile.stages()) {
      Instruction.From from = stage.from();
      String image;
      try {
        image =
            WordExpansion.expand(
                from.image(), new Lookups(defaults.values()), dockerfile.directives().escape());
      } catch (ExpansionException e) {
        return;
      }
      effort.spend(image.length());
      if (!isImageName(image)) {
        findings.report(Rule.INVALID_DEFAULT_ARG_IN_FROM, Findings.at(from.range()), from.image());
      }
    }
  }

  private static boolean isImageName(String text) {
    try {
      ImageReference.parse(text);
      // A bare id would be mistaken for a name.
      return !IMAGE_ID.matcher(text).matches();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
