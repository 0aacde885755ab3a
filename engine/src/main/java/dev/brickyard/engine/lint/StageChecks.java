package dev.brickyard.engine.lint;

import dev.brickyard.engine.dockerfile.CommandLine;
import dev.brickyard.engine.dockerfile.Dockerfile;
import dev.brickyard.engine.dockerfile.ExpansionException;
import dev.brickyard.engine.dockerfile.Heredoc;
import dev.brickyard.engine.dockerfile.Instruction;
import dev.brickyard.engine.dockerfile.MountFlag;
import dev.brickyard.engine.dockerfile.SourceRange;
import dev.brickyard.engine.dockerfile.WordExpansion;
import dev.brickyard.engine.lint.Findings.Place;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Goes through the instructions of one stage with the variables they see. Where those of the base
 * image are not known, nothing is said that they could make untrue.
 */
final class StageChecks {
  /** Arguments that mean something to BuildKit itself and are never variables. */
  private static final Set<String> NO_VARIABLES =
      Set.of("BUILDKIT_SBOM_SCAN_CONTEXT", "BUILDKIT_SBOM_SCAN_STAGE");

  private static final Set<String> PROTOCOLS = Set.of("tcp", "udp", "sctp");

  private final LintRequest request;
  private final Findings findings;
  private final GlobalArgs globals;
  private final StageState state;
  private final Effort effort;
  private final char escape;

  /** Where each instruction that counts once stood last, by keyword. */
  private final Map<String, SourceRange> last = new HashMap<>();

  /** True when a word of the current instruction may come out differently with the real image. */
  private boolean guessed;

  StageChecks(
      LintRequest request, Findings findings, GlobalArgs globals, StageState state, Effort effort) {
    this.effort = effort;
    this.request = request;
    this.findings = findings;
    this.globals = globals;
    this.state = state;
    this.escape = request.dockerfile().directives().escape();
  }

  /**
   * Looks at the next instruction.
   *
   * @param place where it stands; for a trigger of the base, its FROM
   * @throws LintException at the place, when a word cannot be expanded
   */
  void check(Instruction instruction, Place place) throws LintException, Effort.ExhaustedException {
    guessed = false;
    try {
      dispatch(instruction, place);
    } catch (ExpansionException e) {
      Dockerfile dockerfile = request.dockerfile();
      throw LintException.of("bad-expansion", e.sentence()).at(dockerfile, place.range());
    }
  }

  private void dispatch(Instruction instruction, Place place)
      throws ExpansionException, Effort.ExhaustedException {
    switch (instruction) {
      case Instruction.Arg arg -> arg(arg, place);
      case Instruction.Env env -> env(env, place);
      case Instruction.Label label -> {
        for (Instruction.KeyValue pair : label.pairs()) {
          expand(pair.key(), place);
          expand(pair.value(), place);
        }
        legacy(label, label.legacy(), place);
      }
      case Instruction.Run run -> {
        for (MountFlag mount : run.mounts()) {
          mount(mount, place);
        }
      }
      case Instruction.Copy copy -> {
        expand(copy.chown(), place);
        expand(copy.chmod(), place);
        expand(copy.excludes(), place);
        sources("Copy", copy.sources(), copy.from().isEmpty(), place);
        expand(copy.destination(), place);
        heredocs(copy.files(), place);
      }
      case Instruction.Add add -> {
        expand(add.chown(), place);
        expand(add.chmod(), place);
        expand(add.checksum(), place);
        expand(add.excludes(), place);
        sources("Add", add.sources(), true, place);
        expand(add.destination(), place);
        heredocs(add.files(), place);
      }
      case Instruction.Workdir workdir -> workdir(workdir, place);
      case Instruction.User user -> expand(user.user(), place);
      case Instruction.Volume volume -> expand(volume.paths(), place);
      case Instruction.StopSignal stop -> expand(stop.signal(), place);
      case Instruction.Cmd cmd -> {
        once(cmd, place);
        json(cmd, cmd.command(), place);
      }
      case Instruction.Entrypoint entrypoint -> {
        once(entrypoint, place);
        json(entrypoint, entrypoint.command(), place);
      }
      case Instruction.Healthcheck check -> once(check, place);
      case Instruction.Expose expose -> expose(expose, place);
      case Instruction.Shell _ -> state.setShell();
      case Instruction.OnBuild onBuild -> state.triggers().add(onBuild.trigger());
      case Instruction.From _, Instruction.Maintainer _ -> {}
    }
  }

  private void arg(Instruction.Arg arg, Place place)
      throws ExpansionException, Effort.ExhaustedException {
    for (Instruction.ArgDefinition definition : arg.definitions()) {
      String name = definition.name();
      secret("ARG", name, place);
      String value = request.buildArgs().get(name);
      if (value == null) {
        value =
            definition.defaultValue().isPresent()
                ? expand(definition.defaultValue().get(), place)
                : globals.values().get(name);
      }
      if (value != null) {
        state.set(name, value);
      }
      state.declare(name);
    }
  }

  private void env(Instruction.Env env, Place place)
      throws ExpansionException, Effort.ExhaustedException {
    List<Instruction.KeyValue> expanded = new ArrayList<>();
    for (Instruction.KeyValue pair : env.pairs()) {
      expanded.add(
          new Instruction.KeyValue(expand(pair.key(), place), expand(pair.value(), place)));
    }
    legacy(env, env.legacy(), place);
    for (Instruction.KeyValue pair : expanded) {
      secret("ENV", pair.key(), place);
      state.set(pair.key(), pair.value());
    }
  }

  private void secret(String keyword, String name, Place place) {
    if (SecretNames.matches(name)) {
      findings.report(Rule.SECRETS_USED_IN_ARG_OR_ENV, place, keyword, Quote.of(name));
    }
  }

  private void legacy(Instruction instruction, boolean legacy, Place place) {
    if (legacy) {
      findings.report(Rule.LEGACY_KEY_VALUE_FORMAT, place, FileChecks.keyword(instruction));
    }
  }

  private void once(Instruction instruction, Place place) {
    SourceRange before = last.put(instruction.keyword(), place.range());
    if (before != null) {
      // The one that has no effect is to blame.
      findings.report(
          Rule.MULTIPLE_INSTRUCTIONS_DISALLOWED,
          before,
          place.options(),
          FileChecks.keyword(instruction));
    }
  }

  private void json(Instruction instruction, CommandLine command, Place place) {
    boolean shellForm = !(command instanceof CommandLine.ExecForm);
    if (shellForm && !state.hasShell()) {
      findings.report(Rule.JSON_ARGS_RECOMMENDED, place, FileChecks.keyword(instruction));
    }
  }

  private void workdir(Instruction.Workdir workdir, Place place)
      throws ExpansionException, Effort.ExhaustedException {
    String path = expand(workdir.path(), place);
    if (!state.hasWorkdir() && !path.startsWith("/") && !guessed) {
      findings.report(Rule.WORKDIR_RELATIVE_PATH, place, Quote.of(path));
    }
    state.setWorkdir();
  }

  private void sources(String verb, List<String> sources, boolean fromContext, Place place)
      throws ExpansionException, Effort.ExhaustedException {
    List<String> expanded = expand(sources, place);
    if (!fromContext || guessed || request.ignore().isEmpty()) {
      return;
    }
    effort.spend(500L * expanded.size());
    for (String source : expanded) {
      boolean remote = source.matches("(?is)(https?|git|ssh)://.*|git@.*");
      if (!remote) {
        request
            .ignore()
            .get()
            .leftOutSource(source)
            .ifPresent(
                path -> findings.report(Rule.COPY_IGNORED_FILE, place, verb, Quote.of(path)));
      }
    }
  }

  private void expose(Instruction.Expose expose, Place place)
      throws ExpansionException, Effort.ExhaustedException {
    for (String written : expose.ports()) {
      Lookups seen = new Lookups(state.environment());
      // As in BuildKit, a variable that is not defined goes unnoticed here.
      List<String> ports;
      try {
        ports = WordExpansion.expandToWords(written, seen, escape);
      } catch (ExpansionException e) {
        mayBeGuessed(seen, e);
        continue;
      }
      if (state.unknownBase() && !seen.unmatched().isEmpty()) {
        continue;
      }
      for (String port : ports) {
        effort.spend(port.length());
        port(port, place);
      }
    }
  }

  /** {@code [[ip:]published:]port[/protocol]}; what is no port at all fails the build. */
  private void port(String written, Place place) {
    int colon = written.lastIndexOf(':');
    String container = written.substring(colon + 1);
    int slash = container.indexOf('/');
    String protocol = slash < 0 ? "tcp" : container.substring(slash + 1);
    String lower = protocol.toLowerCase(Locale.ROOT);
    if (slash == 0 || container.isEmpty() || !(lower.isEmpty() || PROTOCOLS.contains(lower))) {
      return;
    }
    if (!protocol.equals(lower)) {
      findings.report(Rule.EXPOSE_PROTO_CASING, place, written);
    }
    if (colon >= 0 && !written.substring(0, colon).matches(":*")) {
      findings.report(Rule.EXPOSE_INVALID_FORMAT, place, written);
    }
  }

  private void mount(MountFlag mount, Place place)
      throws ExpansionException, Effort.ExhaustedException {
    Set<String> asked = new java.util.LinkedHashSet<>();
    try {
      mount.resolve(
          word -> {
            Lookups seen = new Lookups(state.environment());
            try {
              return WordExpansion.expand(word, seen, escape);
            } finally {
              asked.addAll(seen.unmatched());
            }
          });
    } catch (ExpansionException e) {
      if (!state.unknownBase() || asked.isEmpty()) {
        throw e;
      }
    } finally {
      undefined(asked, place);
    }
  }

  private void heredocs(List<Heredoc> files, Place place)
      throws ExpansionException, Effort.ExhaustedException {
    for (Heredoc file : files) {
      if (file.expand()) {
        Lookups seen = new Lookups(state.environment());
        try {
          effort.spend(WordExpansion.expandHeredoc(file.content(), seen).length());
        } catch (ExpansionException e) {
          mayBeGuessed(seen, e);
        } finally {
          undefined(seen.unmatched(), place);
        }
      }
    }
  }

  private void expand(Optional<String> word, Place place)
      throws ExpansionException, Effort.ExhaustedException {
    if (word.isPresent()) {
      expand(word.get(), place);
    }
  }

  private List<String> expand(List<String> words, Place place)
      throws ExpansionException, Effort.ExhaustedException {
    List<String> expanded = new ArrayList<>();
    for (String word : words) {
      expanded.add(expand(word, place));
    }
    return expanded;
  }

  private String expand(String word, Place place)
      throws ExpansionException, Effort.ExhaustedException {
    Lookups seen = new Lookups(state.environment());
    try {
      String expanded = WordExpansion.expand(word, seen, escape);
      effort.spend(expanded.length());
      return expanded;
    } catch (ExpansionException e) {
      mayBeGuessed(seen, e);
      return word;
    } finally {
      undefined(seen.unmatched(), place);
    }
  }

  /** Throws, unless a variable of the image could have made the difference. */
  private void mayBeGuessed(Lookups seen, ExpansionException e) throws ExpansionException {
    if (!state.unknownBase() || seen.unmatched().isEmpty()) {
      throw e;
    }
    guessed = true;
  }

  private void undefined(Set<String> names, Place place) throws Effort.ExhaustedException {
    for (String name : names) {
      if (state.declares(name) || NO_VARIABLES.contains(name)) {
        continue;
      }
      guessed |= state.unknownBase();
      Optional<String> near = state.nearest(name);
      if (near.isEmpty() && state.unknownBase()) {
        // It may well be the image's; only what looks misspelt is worth a word.
        continue;
      }
      findings.report(
          Rule.UNDEFINED_VAR,
          place,
          name,
          near.map(other -> " (did you mean $" + other + "?)").orElse(""));
    }
  }
}
