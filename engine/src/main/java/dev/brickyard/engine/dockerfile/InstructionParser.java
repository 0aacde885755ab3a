package dev.brickyard.engine.dockerfile;

import dev.brickyard.engine.dockerfile.HeredocReader.Document;
import dev.brickyard.engine.dockerfile.Instruction.ArgDefinition;
import dev.brickyard.engine.dockerfile.Instruction.KeyValue;
import dev.brickyard.engine.dockerfile.LogicalLine.Slice;
import dev.brickyard.engine.dockerfile.Words.Word;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Turns one logical line into an instruction. The wording of errors follows BuildKit's. */
final class InstructionParser {
  private static final List<String> KEYWORDS =
      List.of(
          "ADD",
          "ARG",
          "CMD",
          "COPY",
          "ENTRYPOINT",
          "ENV",
          "EXPOSE",
          "FROM",
          "HEALTHCHECK",
          "LABEL",
          "MAINTAINER",
          "ONBUILD",
          "RUN",
          "SHELL",
          "STOPSIGNAL",
          "USER",
          "VOLUME",
          "WORKDIR");
  private static final Pattern STAGE_NAME = Pattern.compile("[a-z][a-z0-9-_.]*");

  private final Problems problems;
  private final LineReader reader;

  InstructionParser(Problems problems, LineReader reader) {
    this.problems = problems;
    this.reader = reader;
  }

  Instruction parse(LogicalLine line) throws DockerfileException {
    return parse(line.slice());
  }

  /** Everything the parsing of one instruction needs. */
  record Request(
      Slice whole,
      Slice word,
      String keyword,
      List<Words.Flag> flagWords,
      Slice rest,
      Optional<List<String>> json,
      List<Document> documents,
      SourceRange range) {
    String source() {
      return whole.text();
    }

    List<Heredoc> heredocs() {
      return documents.stream().map(Document::heredoc).toList();
    }
  }

  private Instruction parse(Slice whole) throws DockerfileException {
    List<Slice> parts = whole.cut();
    Slice word = parts.getFirst();
    String keyword = word.text().toUpperCase(Locale.ROOT);
    if (!KEYWORDS.contains(keyword)) {
      String sentence =
          word.isEmpty()
              ? "no instruction after a line continuation"
              : "unknown instruction: " + GoText.shorten(word.text());
      throw problems.of(
          "dockerfile-unknown-instruction",
          Suggestion.append(sentence, keyword, KEYWORDS),
          word.range());
    }
    if (keyword.equals("ONBUILD")) {
      return onBuild(whole, parts.getLast().trim());
    }
    Words.Arguments arguments = Words.flags(parts.getLast());
    Slice rest = arguments.rest();
    Optional<List<String>> json =
        switch (keyword) {
          case "ADD", "CMD", "COPY", "ENTRYPOINT", "RUN", "SHELL", "VOLUME" ->
              JsonForm.parse(rest, problems);
          default -> Optional.empty();
        };
    boolean canHaveHeredocs =
        json.isEmpty()
            && (keyword.equals("RUN") || keyword.equals("COPY") || keyword.equals("ADD"));
    List<Document> documents =
        canHaveHeredocs ? HeredocReader.read(whole, reader, problems) : List.of();
    return instruction(
        new Request(
            whole,
            word,
            keyword,
            arguments.flags(),
            rest,
            json,
            documents,
            range(whole, !documents.isEmpty())));
  }

  private SourceRange range(Slice whole, boolean hasHeredocs) {
    SourceRange range = whole.range();
    return hasHeredocs
        ? new SourceRange(
            range.startLine(), range.startColumn(), reader.line(), reader.length(reader.line()) + 1)
        : range;
  }

  private Instruction instruction(Request r) throws DockerfileException {
    return switch (r.keyword()) {
      case "FROM" -> from(r);
      case "RUN" -> run(r);
      case "COPY", "ADD" -> new CopyParser(problems).parse(r);
      case "CMD" -> new Instruction.Cmd(r.range(), r.source(), command(r));
      case "ENTRYPOINT" -> new Instruction.Entrypoint(r.range(), r.source(), command(r));
      case "EXPOSE" -> new Instruction.Expose(r.range(), r.source(), atLeastOne(r));
      case "ENV" -> {
        noFlags(r);
        yield new Instruction.Env(r.range(), r.source(), pairs(r), isLegacy(r));
      }
      case "LABEL" -> {
        noFlags(r);
        yield new Instruction.Label(r.range(), r.source(), pairs(r), isLegacy(r));
      }
      case "ARG" -> new Instruction.Arg(r.range(), r.source(), definitions(r));
      case "WORKDIR" -> new Instruction.Workdir(r.range(), r.source(), exactlyOne(r));
      case "USER" -> new Instruction.User(r.range(), r.source(), exactlyOne(r));
      case "STOPSIGNAL" -> new Instruction.StopSignal(r.range(), r.source(), exactlyOne(r));
      case "MAINTAINER" -> new Instruction.Maintainer(r.range(), r.source(), exactlyOne(r));
      case "VOLUME" -> new Instruction.Volume(r.range(), r.source(), volumes(r));
      case "SHELL" -> new Instruction.Shell(r.range(), r.source(), shell(r));
      case "HEALTHCHECK" -> new HealthcheckParser(problems).parse(r);
      default -> throw new IllegalStateException("a keyword without a parser: " + r.keyword());
    };
  }

  private Instruction from(Request r) throws DockerfileException {
    FlagSet flags = new FlagSet(r.flagWords(), Set.of("platform"), Set.of(), Set.of(), problems);
    List<Slice> words = r.rest().split();
    boolean named = words.size() == 3 && words.get(1).text().equalsIgnoreCase("as");
    if (words.size() != 1 && !named) {
      throw syntax("FROM requires either one or three arguments", r);
    }
    Optional<String> name = Optional.empty();
    if (named) {
      Slice written = words.get(2);
      name = Optional.of(written.text().toLowerCase(Locale.ROOT));
      if (!STAGE_NAME.matcher(name.get()).matches()) {
        throw problems.syntax(
            "invalid name for build stage: "
                + GoText.quote(written.text())
                + ", name can't start with a number or contain symbols",
            written.range());
      }
    }
    return new Instruction.From(
        r.range(), r.source(), words.getFirst().text(), flags.text("platform"), name);
  }

  private Instruction run(Request r) throws DockerfileException {
    FlagSet flags =
        new FlagSet(
            r.flagWords(), Set.of("network", "security"), Set.of("mount"), Set.of(), problems);
    oneOf(flags, "network", List.of("default", "none", "host"));
    oneOf(flags, "security", List.of("sandbox", "insecure"));
    List<MountFlag> mounts = new ArrayList<>();
    for (FlagSet.Value mount : flags.list("mount")) {
      mounts.add(mount(mount));
    }
    CommandLine command = r.documents().isEmpty() ? command(r) : heredocCommand(r);
    boolean empty =
        switch (command) {
          case CommandLine.ShellForm shell -> shell.text().isEmpty();
          case CommandLine.ExecForm exec -> exec.arguments().isEmpty();
          case CommandLine.Script script -> script.content().isEmpty();
        };
    if (empty && r.documents().isEmpty()) {
      throw syntax("RUN requires at least one argument", r);
    }
    return new Instruction.Run(
        r.range(),
        r.source(),
        command,
        r.heredocs(),
        mounts,
        flags.text("network"),
        flags.text("security"));
  }

  private void oneOf(FlagSet flags, String name, List<String> allowed) throws DockerfileException {
    Optional<FlagSet.Value> value = flags.value(name);
    if (value.isPresent() && !allowed.contains(value.get().text())) {
      throw problems.syntax(
          Suggestion.append(
              "unsupported " + name + " mode " + GoText.quote(value.get().text()),
              value.get().text(),
              allowed),
          value.get().range());
    }
  }

  private MountFlag mount(FlagSet.Value value) throws DockerfileException {
    try {
      MountParser.check(value.text(), reader.directives().escape());
    } catch (ExpansionException e) {
      throw problems.syntax(e.sentence(), value.range());
    }
    return new MountFlag(value.text(), value.range());
  }

  private CommandLine command(Request r) throws DockerfileException {
    if (!r.keyword().equals("RUN")) {
      noFlags(r);
    }
    if (r.json().isPresent()) {
      return new CommandLine.ExecForm(r.json().get());
    }
    // "CMD" and nothing else means an empty command, as in BuildKit.
    return r.rest().isEmpty() && !r.keyword().equals("RUN")
        ? new CommandLine.ExecForm(List.of())
        : new CommandLine.ShellForm(r.rest().text());
  }

  private static CommandLine heredocCommand(Request r) {
    Heredoc first = r.documents().getFirst().heredoc();
    if (HeredocReader.announced(r.rest().text()).isPresent()) {
      // The body is all there is, so that it works in shells without here-documents too.
      return first.content().startsWith("#!")
          ? new CommandLine.Script(first.name(), first.content())
          : new CommandLine.ShellForm(first.content());
    }
    StringBuilder text = new StringBuilder(r.rest().text());
    for (Document document : r.documents()) {
      text.append('\n').append(document.rawBody()).append(document.heredoc().name());
    }
    return new CommandLine.ShellForm(text.toString());
  }

  private boolean isLegacy(Request r) {
    return !Words.split(r.rest(), reader.directives().escape()).getFirst().text().contains("=");
  }

  private List<KeyValue> pairs(Request r) throws DockerfileException {
    List<Word> words = Words.split(r.rest(), reader.directives().escape());
    if (words.isEmpty()) {
      throw syntax(r.keyword() + " requires at least one argument", r);
    }
    if (!words.getFirst().text().contains("=")) {
      List<Slice> parts = r.rest().cut();
      if (parts.getLast().isEmpty()) {
        throw syntax(r.keyword() + " must have two arguments", r);
      }
      return List.of(new KeyValue(parts.getFirst().text(), parts.getLast().text()));
    }
    List<KeyValue> pairs = new ArrayList<>();
    for (Word word : words) {
      int equals = word.text().indexOf('=');
      if (equals < 0) {
        throw problems.syntax(
            "syntax error - can't find = in "
                + GoText.quote(word.text())
                + ". Must be of the form: name=value",
            word.place().range());
      }
      checkName(r, word, equals);
      pairs.add(new KeyValue(word.text().substring(0, equals), word.text().substring(equals + 1)));
    }
    return pairs;
  }

  private List<ArgDefinition> definitions(Request r) throws DockerfileException {
    noFlags(r);
    List<ArgDefinition> definitions = new ArrayList<>();
    for (Word word : Words.split(r.rest(), reader.directives().escape())) {
      int equals = word.text().indexOf('=');
      if (equals < 0) {
        definitions.add(new ArgDefinition(word.text(), Optional.empty()));
      } else {
        checkName(r, word, equals);
        definitions.add(
            new ArgDefinition(
                word.text().substring(0, equals), Optional.of(word.text().substring(equals + 1))));
      }
    }
    if (definitions.isEmpty()) {
      throw syntax("ARG requires at least one argument", r);
    }
    return definitions;
  }

  private void checkName(Request r, Word word, int equals) throws DockerfileException {
    if (equals == 0) {
      throw problems.syntax(r.keyword() + " names can not be blank", word.place().range());
    }
  }

  private List<String> volumes(Request r) throws DockerfileException {
    List<String> paths = r.json().isPresent() ? r.json().get() : atLeastOne(r);
    noFlags(r);
    if (paths.isEmpty()) {
      throw syntax("VOLUME requires at least one argument", r);
    }
    List<String> trimmed = paths.stream().map(String::strip).toList();
    if (trimmed.contains("")) {
      throw syntax("VOLUME specified can not be an empty string", r);
    }
    return trimmed;
  }

  private List<String> shell(Request r) throws DockerfileException {
    noFlags(r);
    if (r.json().isEmpty() && !r.rest().isEmpty()) {
      throw syntax("SHELL requires the arguments to be in JSON form", r);
    }
    if (r.json().isEmpty() || r.json().get().isEmpty()) {
      throw syntax("SHELL requires at least one argument", r);
    }
    return r.json().get();
  }

  private Instruction onBuild(Slice whole, Slice inner) throws DockerfileException {
    if (inner.isEmpty()) {
      throw problems.syntax("ONBUILD requires at least one argument", whole.range());
    }
    checkTrigger(inner.cut().getFirst(), problems);
    Instruction instruction = parse(inner);
    SourceRange start = whole.range();
    SourceRange end = instruction.range();
    StringBuilder trigger = new StringBuilder(inner.text());
    if (end.endLine() > inner.range().endLine()) {
      trigger.append('\n').append(reader.textBetween(inner.range().endLine() + 1, end.endLine()));
    }
    return new Instruction.OnBuild(
        new SourceRange(start.startLine(), start.startColumn(), end.endLine(), end.endColumn()),
        whole.text(),
        trigger.toString(),
        instruction);
  }

  /** Throws when an instruction with this keyword cannot be a trigger. */
  static void checkTrigger(Slice word, Problems problems) throws DockerfileException {
    String keyword = word.text().toUpperCase(Locale.ROOT);
    if (keyword.equals("ONBUILD")) {
      throw problems.syntax("chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed", word.range());
    }
    if (keyword.equals("MAINTAINER") || keyword.equals("FROM")) {
      throw problems.syntax(keyword + " isn't allowed as an ONBUILD trigger", word.range());
    }
  }

  private List<String> atLeastOne(Request r) throws DockerfileException {
    noFlags(r);
    List<String> words = r.rest().split().stream().map(Slice::text).toList();
    if (words.isEmpty()) {
      throw syntax(r.keyword() + " requires at least one argument", r);
    }
    return words;
  }

  private String exactlyOne(Request r) throws DockerfileException {
    noFlags(r);
    if (r.rest().isEmpty()) {
      throw syntax(r.keyword() + " requires exactly one argument", r);
    }
    return r.rest().text();
  }

  private FlagSet noFlags(Request r) throws DockerfileException {
    return new FlagSet(r.flagWords(), Set.of(), Set.of(), Set.of(), problems);
  }

  private DockerfileException syntax(String sentence, Request r) {
    return problems.syntax(sentence, r.whole().range());
  }
}
