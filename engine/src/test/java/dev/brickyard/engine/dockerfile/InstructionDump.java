package dev.brickyard.engine.dockerfile;

import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.Optional;
import java.util.OptionalInt;

/** Writes a parsed Dockerfile so that a person can compare it with the original. */
final class InstructionDump {
  private InstructionDump() {}

  static String of(Dockerfile file) {
    StringBuilder out = new StringBuilder();
    out.append("directives").append(fields(file.directives())).append('\n');
    file.globals().forEach(arg -> append(out, "", arg));
    for (StageDefinition stage : file.stages()) {
      out.append("stage ").append(stage.index()).append(' ').append(stage.name().orElse("-"));
      out.append(' ').append(of(stage.range())).append('\n');
      append(out, "  ", stage.from());
      stage.instructions().forEach(instruction -> append(out, "  ", instruction));
    }
    for (ParseWarning warning : file.warnings()) {
      out.append("warning ").append(of(warning.range())).append(' ').append(warning.rule());
      out.append(": ").append(warning.sentence()).append('\n');
    }
    return out.toString();
  }

  static String of(SourceRange range) {
    return "%d:%d-%d:%d"
        .formatted(range.startLine(), range.startColumn(), range.endLine(), range.endColumn());
  }

  private static void append(StringBuilder out, String indent, Instruction instruction) {
    out.append(indent).append(of(instruction.range())).append(' ').append(instruction.keyword());
    out.append(fields((Record) instruction)).append('\n');
    out.append(indent).append("    source ").append(quote(instruction.source())).append('\n');
    if (instruction instanceof Instruction.OnBuild onBuild) {
      onBuild.instruction().ifPresent(inner -> append(out, indent + "    ", inner));
    }
  }

  /** Everything that says something. */
  private static String fields(Record value) {
    StringBuilder out = new StringBuilder();
    for (RecordComponent component : value.getClass().getRecordComponents()) {
      switch (component.getName()) {
        case "range", "source", "instruction" -> {}
        default -> {
          String shown = show(get(value, component));
          if (!shown.isEmpty()) {
            out.append(' ').append(component.getName()).append('=').append(shown);
          }
        }
      }
    }
    return out.toString();
  }

  private static String show(Object value) {
    return switch (value) {
      case Optional<?> optional -> optional.isPresent() ? show(optional.get()) : "";
      case OptionalInt optional -> optional.isPresent() ? "" + optional.getAsInt() : "";
      case Collection<?> collection ->
          collection.isEmpty() ? "" : collection.stream().map(InstructionDump::show).toList() + "";
      case Boolean flag -> flag ? "true" : "";
      case String text -> quote(text);
      case SourceRange range -> of(range);
      case Record record -> record.getClass().getSimpleName() + "(" + fields(record).strip() + ")";
      default -> value.toString();
    };
  }

  private static Object get(Record value, RecordComponent component) {
    try {
      component.getAccessor().setAccessible(true);
      return component.getAccessor().invoke(value);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  static String quoted(String text) {
    return quote(text);
  }

  private static String quote(String text) {
    return "\""
        + text.replace("\0", "\\0").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
        + "\"";
  }
}
