package dev.brickyard.engine.dockerfile;

import dev.brickyard.engine.dockerfile.InstructionParser.Request;
import dev.brickyard.engine.dockerfile.LogicalLine.Slice;
import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** HEALTHCHECK. */
final class HealthcheckParser {
  private static final Duration MINIMUM = Duration.ofMillis(1);
  private static final int MAX_DIGITS = 40;

  private final Problems problems;

  HealthcheckParser(Problems problems) {
    this.problems = problems;
  }

  Instruction parse(Request r) throws DockerfileException {
    List<Slice> parts = r.rest().cut();
    Slice type = parts.getFirst();
    Slice rest = parts.getLast().trim();
    if (type.isEmpty()) {
      throw problems.syntax("HEALTHCHECK requires at least one argument", r.whole().range());
    }
    return type.text().equalsIgnoreCase("NONE") ? none(r, rest) : check(r, type, rest);
  }

  /** Flags are not looked at, as in BuildKit. */
  private Instruction none(Request r, Slice rest) throws DockerfileException {
    if (!rest.isEmpty()) {
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

  private Instruction check(Request r, Slice type, Slice rest) throws DockerfileException {
    FlagSet flags =
        new FlagSet(
            r.flagWords(),
            Set.of("interval", "timeout", "start-period", "start-interval", "retries"),
            Set.of(),
            Set.of(),
            problems);
    if (!type.text().equalsIgnoreCase("CMD")) {
      throw problems.syntax(
          "Unknown type "
              + GoText.quote(type.text().toUpperCase(Locale.ROOT))
              + " in HEALTHCHECK (try CMD)",
          type.range());
    }
    Optional<List<String>> json = JsonForm.parse(rest, problems);
    if (rest.isEmpty() || json.filter(List::isEmpty).isPresent()) {
      throw problems.syntax("Missing command after HEALTHCHECK CMD", r.whole().range());
    }
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
      throw problems.syntax(GoDuration.complaint(value.get().text()), value.get().range());
    }
    if (duration.get().isZero()) {
      return Optional.empty();
    }
    if (duration.get().compareTo(MINIMUM) < 0) {
      throw problems.syntax(
          "Interval \"" + name + "\" cannot be less than 1ms", value.get().range());
    }
    return duration;
  }

  private OptionalInt retries(FlagSet flags) throws DockerfileException {
    Optional<FlagSet.Value> value = flags.value("retries");
    if (value.isEmpty()) {
      return OptionalInt.empty();
    }
    String text = value.get().text();
    if (!text.matches("[-+]?[0-9]+")) {
      throw problems.syntax(
          "strconv.ParseInt: parsing " + GoText.quote(text) + ": invalid syntax",
          value.get().range());
    }
    BigInteger retries = new BigInteger(text.substring(0, Math.min(text.length(), MAX_DIGITS)));
    if (text.length() > MAX_DIGITS || retries.bitLength() >= Integer.SIZE) {
      throw problems.syntax(
          "strconv.ParseInt: parsing " + GoText.quote(text) + ": value out of range",
          value.get().range());
    }
    if (retries.signum() < 0) {
      throw problems.syntax("--retries cannot be negative (" + retries + ")", value.get().range());
    }
    return retries.signum() == 0 ? OptionalInt.empty() : OptionalInt.of(retries.intValueExact());
  }
}
