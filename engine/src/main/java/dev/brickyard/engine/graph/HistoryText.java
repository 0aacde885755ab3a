package dev.brickyard.engine.graph;

import dev.brickyard.engine.copy.CopySpec;
import dev.brickyard.engine.dockerfile.CommandLine;
import dev.brickyard.engine.dockerfile.GoDuration;
import dev.brickyard.engine.dockerfile.GoText;
import dev.brickyard.engine.dockerfile.Heredoc;
import dev.brickyard.engine.dockerfile.Instruction;
import dev.brickyard.engine.image.Healthcheck;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The {@code created_by} texts of image histories, in the words BuildKit uses. */
final class HistoryText {
  /** Marks what made a layer. */
  private static final String SUFFIX = " # buildkit";

  private HistoryText() {}

  /** {@code RUN |1 VERSION=3 /bin/sh -c make # buildkit} */
  static String run(
      List<String> args, Map<String, Optional<String>> declared, Map<String, String> env) {
    StringBuilder text = new StringBuilder("RUN ");
    if (!declared.isEmpty()) {
      text.append('|').append(declared.size()).append(' ');
      declared.forEach(
          (name, value) ->
              text.append(name)
                  .append('=')
                  .append(env.getOrDefault(name, value.orElse("")))
                  .append(' '));
    }
    return text.append(String.join(" ", args)).append(SUFFIX).toString();
  }

  /**
   * {@code COPY --chown=1000 a b /there/ # buildkit}
   *
   * @param destination as written, after expansion
   */
  static String copy(String keyword, CopySpec spec, String destination) {
    StringBuilder text = new StringBuilder(keyword);
    if (spec.parents()) {
      text.append(" --parents");
    }
    spec.chown().ifPresent(owner -> text.append(" --chown=").append(owner));
    spec.mode().ifPresent(mode -> text.append(" --chmod=").append(mode.text()));
    spec.sources().forEach(source -> text.append(' ').append(source));
    spec.inline().forEach(file -> text.append(" <<").append(file.name()));
    return text.append(' ').append(destination).append(SUFFIX).toString();
  }

  /** As Go prints a list of texts with {@code %q}: {@code ["a" "b"]}. */
  static String quoted(List<String> texts) {
    return texts.stream().map(GoText::literal).collect(Collectors.joining(" ", "[", "]"));
  }

  /** As Go prints the health check with {@code %+v}. */
  static String healthcheck(Healthcheck check) {
    return "HEALTHCHECK {Test:%s Interval:%s Timeout:%s StartPeriod:%s StartInterval:%s Retries:%d}"
        .formatted(
            plain(check.test()),
            GoDuration.format(check.interval()),
            GoDuration.format(check.timeout()),
            GoDuration.format(check.startPeriod()),
            GoDuration.format(check.startInterval()),
            check.retries());
  }

  /** The first line of a script that is all of a RUN, as people see it behind the instruction. */
  static String summary(Instruction.Run run) {
    if (run.heredocs().isEmpty() || !run.command().equals(scriptOf(run))) {
      return "";
    }
    String body = run.heredocs().getFirst().content().strip();
    int end = body.indexOf('\n');
    return " (" + (end < 0 ? body : body.substring(0, end).stripTrailing() + "...") + ")";
  }

  private static CommandLine scriptOf(Instruction.Run run) {
    Heredoc first = run.heredocs().getFirst();
    return run.command() instanceof CommandLine.Script
        ? new CommandLine.Script(first.name(), first.content())
        : new CommandLine.ShellForm(first.content());
  }

  /** As Go prints a list with {@code %v}: {@code [a b]}. */
  static String plain(List<String> texts) {
    return texts.stream().collect(Collectors.joining(" ", "[", "]"));
  }
}
