package dev.brickyard.engine.dockerfile;

import dev.brickyard.engine.dockerfile.LogicalLine.Slice;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Groups the instructions of a file into stages. */
final class DockerfileParser {
  private final String fileName;
  private final String text;
  private final Problems problems;
  private final LineReader reader;
  private final List<Instruction.Arg> globals = new ArrayList<>();
  private final List<StageDefinition> stages = new ArrayList<>();
  private final List<ParseWarning> warnings = new ArrayList<>();
  private final List<Instruction> body = new ArrayList<>();
  private Instruction.@org.jspecify.annotations.Nullable From from;

  private DockerfileParser(String fileName, String text) {
    this.fileName = fileName;
    this.text = text;
    this.problems = new Problems(fileName, text);
    this.reader = new LineReader(text, problems);
  }

  static Dockerfile parse(String fileName, String text) throws DockerfileException {
    String withoutMark = text.startsWith("\uFEFF") ? text.substring(1) : text;
    return new DockerfileParser(fileName, withoutMark).parse();
  }

  static Instruction parseTrigger(String trigger) throws DockerfileException {
    DockerfileParser parser = new DockerfileParser("ONBUILD trigger", trigger);
    Optional<LineReader.Read> read = parser.reader.next();
    if (read.isEmpty()) {
      throw parser.empty();
    }
    Slice slice = read.get().line().slice();
    InstructionParser.checkTrigger(slice.cut().getFirst(), parser.problems);
    Instruction instruction = parser.instruction(read.get());
    Optional<LineReader.Read> more = parser.reader.next();
    if (more.isPresent()) {
      throw parser.problems.syntax(
          "onbuild trigger should be a single expression", more.get().line().slice().range());
    }
    return instruction;
  }

  private Dockerfile parse() throws DockerfileException {
    checkFrontend();
    for (Optional<LineReader.Read> read = reader.next(); read.isPresent(); read = reader.next()) {
      add(instruction(read.get()), read.get());
    }
    finishStage();
    if (stages.isEmpty()) {
      throw globals.isEmpty()
          ? empty()
          : problems.of(
              "dockerfile-no-stage",
              "dockerfile contains no stages to build",
              globals.getLast().range());
    }
    warnDuplicates();
    warnings.addAll(reader.warnings());
    return new Dockerfile(fileName, text, globals, stages, reader.directives(), warnings);
  }

  private void checkFrontend() throws DockerfileException {
    Optional<Directive> syntax = Directive.find(text, "syntax");
    Optional<String> complaint = syntax.flatMap(found -> Frontend.complaint(found.value()));
    if (complaint.isPresent()) {
      int line = syntax.get().line();
      throw problems.of("dockerfile-frontend", complaint.get(), SourceRange.lines(line, line));
    }
  }

  private Instruction instruction(LineReader.Read read) throws DockerfileException {
    return new InstructionParser(problems, reader).parse(read.line());
  }

  private void add(Instruction instruction, LineReader.Read read) throws DockerfileException {
    if (instruction instanceof Instruction.From next) {
      finishStage();
      from = next;
    } else if (from != null) {
      body.add(instruction);
    } else if (instruction instanceof Instruction.Arg arg) {
      globals.add(arg);
    } else {
      throw problems.of(
          "dockerfile-no-stage",
          "no build stage in current context: "
              + instruction.keyword()
              + " stands before the first FROM",
          read.line().slice().cut().getFirst().range());
    }
  }

  private void finishStage() {
    if (from == null) {
      return;
    }
    SourceRange start = from.range();
    SourceRange end = body.isEmpty() ? start : body.getLast().range();
    SourceRange range =
        new SourceRange(start.startLine(), start.startColumn(), end.endLine(), end.endColumn());
    stages.add(new StageDefinition(stages.size(), from.name(), from, body, range));
    body.clear();
    from = null;
  }

  private void warnDuplicates() {
    Set<String> names = new HashSet<>();
    for (StageDefinition stage : stages) {
      if (stage.name().isPresent() && !names.add(stage.name().get())) {
        warnings.add(
            new ParseWarning(
                "DuplicateStageName",
                "Duplicate stage name "
                    + GoText.quote(stage.name().get())
                    + ", stage names should be unique",
                stage.from().range()));
      }
    }
  }

  private DockerfileException empty() {
    return problems.of(
        "dockerfile-empty",
        text.isEmpty() ? "the Dockerfile cannot be empty" : "file with no instructions",
        SourceRange.lines(1, 1));
  }
}
