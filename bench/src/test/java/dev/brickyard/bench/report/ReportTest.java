package dev.brickyard.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.bench.result.Results;
import dev.brickyard.bench.result.Sample;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReportTest {
  private final Locale before = Locale.getDefault();
  private final List<Sample> samples = new ArrayList<>();

  @AfterEach
  void localeAsItWas() {
    Locale.setDefault(before);
  }

  private void took(String project, String situation, String builder, double... seconds) {
    for (int run = 1; run <= seconds.length; run++) {
      samples.add(
          new Sample(
              project,
              situation,
              builder,
              run,
              Optional.of(seconds[run - 1]),
              Optional.empty(),
              builder.equals("farm") ? Map.of("submit", 7L, "steps", 300L) : Map.of(),
              builder.equals("farm")
                  ? Map.of("step:RUN a | b", 250L, "bytes-pulled", 5L)
                  : Map.of()));
    }
  }

  private void failed(String project, String situation, String builder, int run, String reason) {
    samples.add(
        new Sample(
            project,
            situation,
            builder,
            run,
            Optional.empty(),
            Optional.of(reason),
            Map.of(),
            Map.of()));
  }

  private Results results() {
    Map<String, String> versions = new LinkedHashMap<>();
    versions.put("farm", "Brickyard");
    versions.put("docker", "Docker 20");
    return new Results(
        "loopback",
        "2026-01-02",
        "bench/run --runs 3",
        List.of("2 cores"),
        versions,
        0.25,
        samples);
  }

  private String page() {
    return new Report(List.of(results())).markdown();
  }

  @Test
  void aRowHasMediansAndRatios() {
    took("flask", "cold", "farm", 1, 9, 2);
    took("flask", "cold", "docker", 8, 8, 1);
    assertThat(page()).contains("| Flask example | cold | 2.00 | 8.00 | 0.25 |");
  }

  @Test
  void aFailingPeerIsShownWithItsReason() {
    took("flask", "cold", "farm", 1);
    failed("flask", "cold", "docker", 1, "it has no disk");
    took("fifty", "cold", "docker", 4);
    failed("fifty", "cold", "docker", 2, "too slow");
    assertThat(page())
        .contains("| Flask example | cold | 1.00 | failed | – |")
        .contains("| 50 trivial RUNs | cold | – | 4.00 (1 of 2 failed) | – |")
        .contains("- docker, flask, cold: it has no disk (1×)")
        .contains("- docker, fifty, cold: too slow (1×)");
  }

  @Test
  void targetsAreJudged() {
    took("flask", "same-empty", "farm", 0.14);
    took("flask", "copy-empty", "farm", 0.41);
    took("flask", "run-empty", "farm", 1);
    took("flask", "run-empty", "docker", 2.9);
    took("fifty", "run-warm", "farm", 2.5);
    assertThat(page())
        .contains("| Flask, nothing changed, empty disk: under 0.15 s | 0.140 s | yes |")
        .contains("| Flask, last COPY changed, empty disk: under 0.4 s | 0.410 s | no |")
        .contains("| … with no base layer fetched | 5 bytes fetched | no |")
        .contains("| 50 trivial RUNs: at most 0.06 s a step | 0.050 s | yes |")
        .contains("| 1.00 s: 2.90× | no |");
  }

  @Test
  void theProfileNamesTheLongestSteps() {
    took("flask", "cold", "farm", 1);
    assertThat(page())
        .contains("| Flask example | cold | 7 | – | – | 300 | – | – | – | `RUN a \\| b` 250 |");
  }

  @Test
  void whatWasNotMeasuredHasNoRow() {
    took("flask", "cold", "farm", 1);
    assertThat(page()).doesNotContain("Node").doesNotContain("A slow line");
  }

  @Test
  void figuresHaveAPointWhateverTheLocale() {
    Locale.setDefault(Locale.GERMANY);
    took("flask", "cold", "farm", 1.25);
    took("flask", "same-empty", "farm", 0.14);
    assertThat(page()).contains("| 1.25 |").contains("| 0.140 s |").doesNotContain("0,1");
  }
}
