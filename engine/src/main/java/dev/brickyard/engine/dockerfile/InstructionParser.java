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
    return keyword(whole).equals("ONBUILD") ? onBuild(whole) : instruction(request(whole));
  }

  private static String keyword(Slice whole) {
    return whole.cut().getFirst().text().toUpperCase(Locale.ROOT);
  }

  /**
   * Reads what can be told of an instruction without knowing what it means. A form that is wrong
   * here is an error in a trigger of ONBUILD too, whose meaning is nobody's business yet.
   */
  private Request request(Slice whole) throws DockerfileException {
    List<Slice> parts = whole.cut();
    String keyword = keyword(whole);
    Words.Arguments arguments = Words.flags(parts.getLast());
    Slice rest = arguments.rest();
    Optional<List<String>> json =
        switch (keyword) {
          case "ADD", "CMD", "COPY", "ENTRYPOINT", "RUN", "SHELL", "VOLUME" ->
              JsonForm.parse(rest, problems);
          default -> Optional.empty();
        };
    if (keyword.equals("ENV") || keyword.equals("LABEL")) {
      pairs(keyword, rest);
    }
    boolean canHaveHeredocs =
        json.isEmpty()
            && (keyword.equals("RUN") || keyword.equals("COPY") || keyword.equals("ADD"));
    List<Document> documents =
        canHaveHeredocs ? HeredocReader.read(whole, reader, problems) : List.of();
    return new Request(
        whole,
        parts.getFirst(),
        keyword,
        arguments.flags(),
        rest,
        json,
        documents,
        range(whole, !documents.isEmpty()));
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
        yield new Instruction.Env(r.range(), r.source(), named(r), isLegacy(r));
      }
      case "LABEL" -> {
        noFlags(r);
        yield new Instruction.Label(r.range(), r.source(), named(r), isLegacy(r));
      }
      case "ARG" -> new Instruction.Arg(r.range(), r.source(), definitions(r));
      case "WORKDIR" -> new Instruction.Workdir(r.range(), r.source(), exactlyOne(r));
      case "USER" -> new Instruction.User(r.range(), r.source(), exactlyOne(r));
      case "STOPSIGNAL" -> new Instruction.StopSignal(r.range(), r.source(), oneText(r));
      case "MAINTAINER" -> new Instruction.Maintainer(r.range(), r.source(), exactlyOne(r));
      case "VOLUME" -> new Instruction.Volume(r.range(), r.source(), volumes(r));
      case "SHELL" -> new Instruction.Shell(r.range(), r.source(), shell(r));
      case "HEALTHCHECK" -> new HealthcheckParser(problems).parse(r);
      default ->
          throw problems.of(
              "dockerfile-unknown-instruction",
              Suggestion.appendInCase(
                  "unknown instruction: " + GoText.shorten(r.word().text()),
                  r.word().text(),
                  KEYWORDS),
              r.word().range());
    };
  }

  private Instruction from(Request r) throws DockerfileException {
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
    FlagSet flags = new FlagSet(r.flagWords(), Set.of("platform"), Set.of(), Set.of(), problems);
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
      MountParser.check(value.text(), reader.escape());
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
    // Nothing at all is a shell's empty command, as in BuildKit.
    return new CommandLine.ShellForm(r.rest().text());
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
    return !Words.split(r.rest(), reader.escape()).getFirst().text().contains("=");
  }

  /** The pairs of ENV and LABEL, each with a name. */
  private List<KeyValue> named(Request r) throws DockerfileException {
    List<KeyValue> pairs = pairs(r.keyword(), r.rest());
    if (pairs.isEmpty()) {
      throw syntax(r.keyword() + " requires at least one argument", r);
    }
    if (pairs.stream().anyMatch(pair -> pair.key().isEmpty())) {
      throw syntax(r.keyword() + " names can not be blank", r);
    }
    return pairs;
  }

  private List<KeyValue> pairs(String keyword, Slice rest) throws DockerfileException {
    List<Word> words = Words.split(rest, reader.escape());
    if (words.isEmpty()) {
      return List.of();
    }
    if (!words.getFirst().text().contains("=")) {
      List<Slice> parts = rest.cut();
      if (parts.getLast().isEmpty()) {
        throw problems.syntax(keyword + " must have two arguments", rest.range());
      }
      return List.of(new KeyValue(parts.getFirst().text(), parts.getLast().text()));
    }
    List<KeyValue> pairs = new ArrayList<>();
    for (Word word : words) {
      int equals = word.text().indexOf('=');
      if (equals < 0) {
        throw problems.syntax(
            "Syntax error - can't find = in "
                + GoText.quote(word.text())
                + ". Must be of the form: name=value",
            word.place().range());
      }
      pairs.add(new KeyValue(word.text().substring(0, equals), word.text().substring(equals + 1)));
    }
    return pairs;
  }

  /** Flags are not looked at, as in BuildKit. */
  private List<ArgDefinition> definitions(Request r) throws DockerfileException {
    List<ArgDefinition> definitions = new ArrayList<>();
    for (Word word : Words.split(r.rest(), reader.escape())) {
      int equals = word.text().indexOf('=');
      if (equals == 0) {
        throw problems.syntax("ARG names can not be blank", word.place().range());
      }
      definitions.add(
          equals < 0
              ? new ArgDefinition(word.text(), Optional.empty())
              : new ArgDefinition(
                  word.text().substring(0, equals),
                  Optional.of(word.text().substring(equals + 1))));
    }
    if (definitions.isEmpty()) {
      throw syntax("ARG requires at least one argument", r);
    }
    return definitions;
  }

  private List<String> volumes(Request r) throws DockerfileException {
    List<String> paths = r.json().isPresent() ? r.json().get() : words(r);
    if (paths.isEmpty()) {
      throw syntax("VOLUME requires at least one argument", r);
    }
    noFlags(r);
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

  private Instruction onBuild(Slice whole) throws DockerfileException {
    Words.Arguments arguments = Words.flags(whole.cut().getLast());
    Slice inner = arguments.rest();
    if (inner.isEmpty()) {
      throw problems.syntax("ONBUILD requires at least one argument", whole.range());
    }
    var _ = new FlagSet(arguments.flags(), Set.of(), Set.of(), Set.of(), problems);
    checkTrigger(inner.cut().getFirst(), problems);
    Request request = request(inner);
    StringBuilder trigger = new StringBuilder(withoutKeyword(whole));
    for (Document document : request.documents()) {
      trigger.append('\n').append(document.rawBody()).append(document.heredoc().name());
    }
    SourceRange start = whole.range();
    SourceRange end = request.range();
    return new Instruction.OnBuild(
        new SourceRange(start.startLine(), start.startColumn(), end.endLine(), end.endColumn()),
        whole.text(),
        trigger.toString(),
        meaning(request));
  }

  /** What follows ONBUILD, white space at the end included. */
  private static String withoutKeyword(Slice whole) {
    String text = whole.line().text().substring(whole.from() + "ONBUILD".length());
    int start = 0;
    while (start < text.length() && GoText.isPatternSpace(text.charAt(start))) {
      start++;
    }
    return text.substring(start);
  }

  /** Empty when the trigger makes no sense: whoever builds on the image will hear of it. */
  private Optional<Instruction> meaning(Request trigger) {
    try {
      return Optional.of(instruction(trigger));
    } catch (DockerfileException _) {
      return Optional.empty();
    }
  }

  /** Throws when an instruction with this keyword cannot be a trigger. */
  static void checkTrigger(Slice word, Problems problems) throws DockerfileException {
    String keyword = word.text().toUpperCase(Locale.ROOT);
    if (keyword.equals("ONBUILD")) {
      throw problems.syntax("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed", word.range());
    }
    if (keyword.equals("MAINTAINER") || keyword.equals("FROM")) {
      throw problems.syntax(keyword + " isn't allowed as an ONBUILD trigger", word.range());
    }
  }

  private static List<String> words(Request r) {
    return r.rest().split().stream().map(Slice::text).toList();
  }

  private List<String> atLeastOne(Request r) throws DockerfileException {
    List<String> words = words(r);
    if (words.isEmpty()) {
      throw syntax(r.keyword() + " requires at least one argument", r);
    }
    noFlags(r);
    return words;
  }

  private String exactlyOne(Request r) throws DockerfileException {
    String text = oneText(r);
    noFlags(r);
    return text;
  }

  private String oneText(Request r) throws DockerfileException {
    if (r.rest().isEmpty()) {
      throw syntax(r.keyword() + " requires exactly one argument", r);
    }
    return r.rest().text();
  }

  private void noFlags(Request r) throws DockerfileException {
    var _ = new FlagSet(r.flagWords(), Set.of(), Set.of(), Set.of(), problems);
  }

  private DockerfileException syntax(String sentence, Request r) {
    return problems.syntax(sentence, r.whole().range());
  }
}
