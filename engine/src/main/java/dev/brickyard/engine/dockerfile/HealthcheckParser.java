package dev.brickyard.engine.dockerfile;

import dev.brickyard.engine.dockerfile.InstructionParser.Request;
import dev.brickyard.engine.dockerfile.LogicalLine.Slice;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** HEALTHCHECK. */
final class HealthcheckParser {
  private static final Duration MINIMUM = Duration.ofMillis(1);
  private static final int MAX_DIGITS = 9;

  private final Problems problems;

  HealthcheckParser(Problems problems) {
    this.problems = problems;
  }

  Instruction parse(Request r) throws DockerfileException {
    List<Slice> parts = r.rest().cut();
    Slice type = parts.getFirst();
    Slice rest = parts.getLast().trim();
    return switch (type.text().toUpperCase(Locale.ROOT)) {
      case "" ->
          throw problems.syntax("HEALTHCHECK requires at least one argument", r.whole().range());
      case "NONE" -> none(r, rest);
      case "CMD" -> check(r, rest);
      default ->
          throw problems.syntax(
              "unknown type " + GoText.quote(type.text()) + " in HEALTHCHECK (try CMD)",
              type.range());
    };
  }

  private Instruction none(Request r, Slice rest) throws DockerfileException {
    if (!rest.isEmpty() || !r.flagWords().isEmpty()) {
      throw problems.syntax("HEALTHCHECK NONE takes no arguments", r.whole().range());
    }
    return new Instruction.Healthcheck(
        r.range(),
        r.source(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        OptionalInt.empty());
  }

  private Instruction check(Request r, Slice rest) throws DockerfileException {
    Optional<List<String>> json = JsonForm.parse(rest, problems);
    if (rest.isEmpty() || json.filter(List::isEmpty).isPresent()) {
      throw problems.syntax("missing command after HEALTHCHECK CMD", r.whole().range());
    }
    FlagSet flags =
        new FlagSet(
            r.flagWords(),
            Set.of("interval", "timeout", "start-period", "start-interval", "retries"),
            Set.of(),
            Set.of(),
            problems);
    return new Instruction.Healthcheck(
        r.range(),
        r.source(),
        Optional.of(
            json.<CommandLine>map(CommandLine.ExecForm::new)
                .orElseGet(() -> new CommandLine.ShellForm(rest.text()))),
        duration(flags, "interval"),
        duration(flags, "timeout"),
        duration(flags, "start-period"),
        duration(flags, "start-interval"),
        retries(flags));
  }

  private Optional<Duration> duration(FlagSet flags, String name) throws DockerfileException {
    Optional<FlagSet.Value> value = flags.value(name);
    if (value.isEmpty()) {
      return Optional.empty();
    }
    Optional<Duration> duration = GoDuration.parse(value.get().text());
    if (duration.isEmpty()) {
      throw problems.syntax(
          "invalid duration " + GoText.quote(value.get().text()) + " on flag --" + name,
          value.get().range());
    }
    if (duration.get().isZero()) {
      return Optional.empty();
    }
    if (duration.get().compareTo(MINIMUM) < 0) {
      throw problems.syntax(
          "interval \"" + name + "\" cannot be less than 1ms", value.get().range());
    }
    return duration;
  }

  private OptionalInt retries(FlagSet flags) throws DockerfileException {
    Optional<FlagSet.Value> value = flags.value("retries");
    if (value.isEmpty()) {
      return OptionalInt.empty();
    }
    String text = value.get().text();
    if (!text.matches("[-+]?[0-9]{1," + MAX_DIGITS + "}")) {
      throw problems.syntax(
          "invalid number " + GoText.quote(text) + " on flag --retries", value.get().range());
    }
    int retries = Integer.parseInt(text);
    if (retries < 0) {
      throw problems.syntax("--retries cannot be negative (" + retries + ")", value.get().range());
    }
    return retries == 0 ? OptionalInt.empty() : OptionalInt.of(retries);
  }
}
