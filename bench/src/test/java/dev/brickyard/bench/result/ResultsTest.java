package dev.brickyard.bench.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsTest {
  private static Sample took(String builder, int run, double seconds) {
    return new Sample(
        "flask",
        "cold",
        builder,
        run,
        Optional.of(seconds),
        Optional.empty(),
        Map.of("submit", 12L),
        Map.of("bytes-pulled", 34L));
  }

  private static Sample failed(String builder, int run) {
    return new Sample(
        "flask",
        "cold",
        builder,
        run,
        Optional.empty(),
        Optional.of("no space left"),
        Map.of(),
        Map.of());
  }

  private static Results results(Sample... samples) {
    Map<String, String> versions = new LinkedHashMap<>();
    versions.put("farm", "1");
    versions.put("docker", "2");
    versions.put("buildah", "3");
    return new Results(
        "loopback",
        "2026-01-02",
        "bench/run",
        List.of("2 cores"),
        versions,
        0.25,
        List.of(samples));
  }

  @Test
  void whatWasWrittenIsRead(@TempDir Path folder) throws IOException {
    Results written = results(took("farm", 1, 1.5), failed("docker", 1));
    written.write(folder.resolve("deep/loopback.json"));
    Results read = Results.read(folder.resolve("deep/loopback.json"));
    assertThat(read).isEqualTo(written);
    assertThat(read.versions().keySet()).containsExactly("farm", "docker", "buildah");
  }

  @Test
  void aFailedBuildIsNoFigure() {
    Results results = results(took("farm", 1, 1), failed("farm", 2), took("farm", 3, 3));
    assertThat(results.median("flask", "cold", "farm")).hasValue(2);
    assertThat(results.median("flask", "cold", "docker")).isEmpty();
    assertThat(results.runs()).containsExactly(Map.entry("flask", 3));
  }

  @Test
  void otherProjectsOfAnEarlierBenchmarkAreKept() {
    Results earlier = results(took("farm", 1, 9), of("node", took("farm", 2, 5)));
    Results both = results(took("farm", 1, 1)).with(earlier);
    assertThat(both.median("flask", "cold", "farm")).hasValue(1);
    assertThat(both.median("node", "cold", "farm")).hasValue(5);
    assertThat(both.runs()).containsOnly(Map.entry("flask", 1), Map.entry("node", 2));
    assertThat(both.command()).isEqualTo("bench/run`, then `bench/run");
    assertThat(results(took("farm", 1, 1)).with(results(took("farm", 1, 9))).command())
        .isEqualTo("bench/run");
  }

  private static Sample of(String project, Sample sample) {
    return new Sample(
        project,
        sample.situation(),
        sample.builder(),
        sample.run(),
        sample.seconds(),
        sample.failure(),
        sample.profile(),
        sample.counters());
  }

  @Test
  void aSampleEitherHasATimeOrAReason() {
    assertThatThrownBy(
            () ->
                new Sample(
                    "flask",
                    "cold",
                    "farm",
                    1,
                    Optional.of(1.0),
                    Optional.of("failed"),
                    Map.of(),
                    Map.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
