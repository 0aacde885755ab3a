package dev.brickyard.engine.dockerfile;

import dev.brickyard.engine.dockerfile.InstructionParser.Request;
import dev.brickyard.engine.dockerfile.LogicalLine.Slice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** COPY and ADD. */
final class CopyParser {
  private final Problems problems;

  CopyParser(Problems problems) {
    this.problems = problems;
  }

  private record Operands(List<String> sources, List<Heredoc> files, String destination) {}

  Instruction parse(Request r) throws DockerfileException {
    return r.keyword().equals("COPY") ? copy(r) : add(r);
  }

  private Instruction copy(Request r) throws DockerfileException {
    Operands operands = operands(r);
    FlagSet flags =
        new FlagSet(
            r.flagWords(),
            Set.of("from", "chown", "chmod"),
            Set.of("exclude"),
            Set.of("link", "parents"),
            problems);
    Optional<FlagSet.Value> from = flags.value("from");
    if (from.isPresent() && changesWhenExpanded(from.get().text())) {
      throw problems.syntax(
          "variable expansion is not supported for --from, define a new stage with FROM using ARG"
              + " from global scope as a workaround",
          from.get().range());
    }
    return new Instruction.Copy(
        r.range(),
        r.source(),
        operands.sources(),
        operands.files(),
        operands.destination(),
        from.map(FlagSet.Value::text),
        flags.text("chown"),
        flags.text("chmod"),
        flags.isOn("link"),
        flags.isOn("parents"),
        excludes(flags));
  }

  /** Variables of no value would be as good as an error message; BuildKit finds them this way. */
  private static boolean changesWhenExpanded(String from) {
    try {
      return !WordExpansion.expand(from, name -> Optional.empty(), '\\').equals(from);
    } catch (ExpansionException _) {
      return true;
    }
  }

  private Instruction add(Request r) throws DockerfileException {
    Operands operands = operands(r);
    FlagSet flags =
        new FlagSet(
            r.flagWords(),
            Set.of("chown", "chmod", "checksum"),
            Set.of("exclude"),
            Set.of("link", "keep-git-dir", "unpack"),
            problems);
    return new Instruction.Add(
        r.range(),
        r.source(),
        operands.sources(),
        operands.files(),
        operands.destination(),
        flags.text("chown"),
        flags.text("chmod"),
        flags.isOn("link"),
        excludes(flags),
        flags.text("checksum"),
        flags.isOn("keep-git-dir"),
        flags.bool("unpack"));
  }

  private static List<String> excludes(FlagSet flags) {
    return flags.list("exclude").stream()
        .map(FlagSet.Value::text)
        .filter(pattern -> !pattern.isEmpty())
        .toList();
  }

  private Operands operands(Request r) throws DockerfileException {
    List<String> words =
        r.json().isPresent() ? r.json().get() : r.rest().split().stream().map(Slice::text).toList();
    if (words.size() < 2) {
      throw problems.syntax(
          r.keyword()
              + " requires at least two arguments, but only one was provided. Destination could"
              + " not be determined",
          r.whole().range());
    }
    String destination = words.getLast();
    if (HeredocReader.announced(destination).isPresent()) {
      throw problems.syntax(
          r.keyword() + " cannot accept a heredoc as a destination", r.whole().range());
    }
    List<String> sources = new ArrayList<>();
    List<Heredoc> files = new ArrayList<>();
    for (String word : words.subList(0, words.size() - 1)) {
      Optional<Heredoc> announced = HeredocReader.announced(word);
      if (announced.isPresent()) {
        files.add(document(r, announced.get()));
      } else {
        sources.add(word);
      }
    }
    return new Operands(sources, files, destination);
  }

  /** The last of that name; the JSON form has no bodies, so its files are empty. */
  private static Heredoc document(Request r, Heredoc announced) {
    return r.heredocs().reversed().stream()
        .filter(heredoc -> heredoc.name().equals(announced.name()))
        .findFirst()
        .orElse(announced);
  }
}
