package dev.brickyard.engine.dockerfile;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Texts and durations as Go prints them. */
class GoTextTest {
  @Test
  void literals() {
    assertThat(GoText.literal("")).isEqualTo("\"\"");
    assertThat(GoText.literal("a \"b\" \\ 'c'")).isEqualTo("\"a \\\"b\\\" \\\\ 'c'\"");
    assertThat(GoText.literal("\u0000\u0007\b\f\n\r\t\u000B\u001b\u007f"))
        .isEqualTo("\"\\x00\\a\\b\\f\\n\\r\\t\\v\\x1b\\x7f\"");
    assertThat(GoText.literal("é한\u00a0\u00ad\u2028\ufeff\ue000"))
        .isEqualTo("\"é한\\u00a0\\u00ad\\u2028\\ufeff\\ue000\"");
    assertThat(GoText.literal("\uD83D\uDE80\uDB40\uDC01")).isEqualTo("\"\uD83D\uDE80\\U000e0001\"");
  }

  @Test
  void longTextsAreCutInMessages() {
    assertThat(GoText.quote("x".repeat(500))).hasSize(123).endsWith("x…\"");
    assertThat(GoText.literal("x".repeat(500))).hasSize(502);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0s",
    "1, 1ns",
    "1500, 1.5µs",
    "2000000, 2ms",
    "250000000, 250ms",
    "1000000000, 1s",
    "1500000000, 1.5s",
    "60000000000, 1m0s",
    "90000000000, 1m30s",
    "3600000000000, 1h0m0s",
    "5400500000000, 1h30m0.5s",
    "360000000000000, 100h0m0s",
    "-1500000, -1.5ms"
  })
  void durations(long nanos, String text) {
    assertThat(GoDuration.format(Duration.ofNanos(nanos))).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "'', 'time: invalid duration \"\"'",
    "5, 'time: missing unit in duration \"5\"'",
    "1m30, 'time: missing unit in duration \"1m30\"'",
    "1d, 'time: unknown unit \"d\" in duration \"1d\"'",
    "1 s, 'time: unknown unit \" s\" in duration \"1 s\"'",
    "s, 'time: invalid duration \"s\"'",
    "-, 'time: invalid duration \"-\"'",
    "1..5s, 'time: missing unit in duration \"1..5s\"'"
  })
  void complaintsAboutDurations(String text, String complaint) {
    assertThat(GoDuration.complaint(text)).isEqualTo(complaint);
  }
}
