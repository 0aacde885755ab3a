package dev.brickyard.engine.dockerfile;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads durations the way Go's {@code time.ParseDuration} does, {@code 1m30s} or {@code 1.5h}, and
 * writes them the way Go prints them.
 */
public final class GoDuration {
  private static final int MAX_LENGTH = 64;
  private static final Pattern FORM =
      Pattern.compile("[-+]?(0|((\\d+\\.?\\d*|\\.\\d+)(ns|us|µs|μs|ms|s|m|h))++)");
  private static final Pattern PART = Pattern.compile("(\\d+\\.?\\d*|\\.\\d+)([a-zµμ]+)");
  private static final Pattern ANY_PART = Pattern.compile("(\\d+\\.?\\d*|\\.\\d+)([^.\\d]*)");
  private static final Map<String, Long> NANOS =
      Map.of(
          "ns", 1L,
          "us", 1_000L,
          "µs", 1_000L,
          "μs", 1_000L,
          "ms", 1_000_000L,
          "s", 1_000_000_000L,
          "m", 60_000_000_000L,
          "h", 3_600_000_000_000L);
  private static final int MINUTES = 60;

  private GoDuration() {}

  /** Empty when the text is no duration, or one of more than about 292 years. */
  static Optional<Duration> parse(String text) {
    if (text.length() > MAX_LENGTH || !FORM.matcher(text).matches()) {
      return Optional.empty();
    }
    BigDecimal nanos = BigDecimal.ZERO;
    Matcher part = PART.matcher(text);
    while (part.find()) {
      Long unit = NANOS.get(part.group(2));
      if (unit == null) {
        return Optional.empty();
      }
      String number = part.group(1);
      BigDecimal value = new BigDecimal(number.endsWith(".") ? number + "0" : number);
      nanos = nanos.add(value.multiply(BigDecimal.valueOf(unit)).setScale(0, RoundingMode.DOWN));
    }
    if (nanos.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
      return Optional.empty();
    }
    return Optional.of(
        Duration.ofNanos(text.startsWith("-") ? -nanos.longValue() : nanos.longValue()));
  }

  /** What Go says of a text that {@link #parse} does not take. */
  static String complaint(String text) {
    String quoted = GoText.quote(text);
    int at = !text.isEmpty() && "+-".indexOf(text.charAt(0)) >= 0 ? 1 : 0;
    Matcher part = ANY_PART.matcher(text);
    while (text.length() <= MAX_LENGTH && part.find(at) && part.start() == at) {
      String unit = part.group(2);
      if (unit.isEmpty()) {
        return "time: missing unit in duration " + quoted;
      }
      if (!NANOS.containsKey(unit)) {
        return "time: unknown unit " + GoText.quote(unit) + " in duration " + quoted;
      }
      at = part.end();
      if (at == text.length()) {
        break;
      }
    }
    return "time: invalid duration " + quoted;
  }

  /** As {@code Duration.String} prints it: {@code 1h0m0.5s}, {@code 1.5ms}, {@code 0s}. */
  public static String format(Duration duration) {
    if (duration.isZero()) {
      return "0s";
    }
    String sign = duration.isNegative() ? "-" : "";
    Duration size = duration.abs();
    if (size.compareTo(Duration.ofSeconds(1)) < 0) {
      long nanos = size.toNanos();
      String unit = nanos < 1_000 ? "ns" : nanos < 1_000_000 ? "µs" : "ms";
      return sign + decimal(BigDecimal.valueOf(nanos), NANOS.getOrDefault(unit, 1L)) + unit;
    }
    long minutes = size.toMinutes();
    StringBuilder text = new StringBuilder(sign);
    if (minutes >= MINUTES) {
      text.append(minutes / MINUTES).append('h');
    }
    if (minutes > 0) {
      text.append(minutes % MINUTES).append('m');
    }
    BigDecimal rest = BigDecimal.valueOf(size.minusMinutes(minutes).toNanos());
    return text.append(decimal(rest, NANOS.getOrDefault("s", 1L))).append('s').toString();
  }

  private static String decimal(BigDecimal nanos, long unit) {
    BigDecimal value = nanos.divide(BigDecimal.valueOf(unit));
    return value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
  }
}
