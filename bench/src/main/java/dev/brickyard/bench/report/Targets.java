package dev.brickyard.bench.report;

import dev.brickyard.bench.project.Case;
import dev.brickyard.bench.project.Project;
import dev.brickyard.bench.result.Results;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** What the farm wants to reach, and whether it does. */
final class Targets {
  private static final int TRIVIAL_RUNS = 50;

  private final Results results;

  Targets(Results results) {
    this.results = results;
  }

  /** A table with a line for each. */
  String markdown() {
    StringBuilder text =
        new StringBuilder("### Targets\n\n| target | measured | reached |\n|---|---|---|\n");
    atMost(
        text,
        "Flask, nothing changed, empty disk: under 0.15 s",
        median(Project.FLASK, Case.SAME_EMPTY, "farm"),
        0.15);
    atMost(
        text,
        "Flask, last COPY changed, empty disk: under 0.4 s",
        median(Project.FLASK, Case.COPY_EMPTY, "farm"),
        0.4);
    OptionalDouble pulled =
        Figures.median(
            results.of(Project.FLASK.key(), Case.COPY_EMPTY.key(), "farm"),
            sample ->
                sample.counters().getOrDefault("bytes-pulled", 0L)
                    + sample.counters().getOrDefault("bytes-fetched", 0L));
    if (pulled.isPresent()) {
      text.append(
          String.format(
              Locale.ROOT,
              "| … with no base layer fetched | %.0f bytes fetched | %s |\n",
              pulled.getAsDouble(),
              pulled.getAsDouble() == 0 ? "yes" : "no"));
    }
    OptionalDouble fifty = median(Project.FIFTY, Case.RUN_WARM, "farm");
    atMost(
        text,
        "50 trivial RUNs: at most 0.06 s a step",
        fifty.isPresent()
            ? OptionalDouble.of(fifty.getAsDouble() / TRIVIAL_RUNS)
            : OptionalDouble.empty(),
        0.06);
    List<String> peers =
        results.versions().keySet().stream().filter(name -> !name.equals("farm")).toList();
    for (Project project : Project.values()) {
      OptionalDouble best =
          peers.stream()
              .map(peer -> median(project, Case.COLD, peer))
              .filter(OptionalDouble::isPresent)
              .mapToDouble(OptionalDouble::getAsDouble)
              .min();
      if (best.isPresent()) {
        atMost(
            text,
            "%s, cold: no slower than the best peer (%s s)"
                .formatted(project.title(), Report.number(best.getAsDouble())),
            median(project, Case.COLD, "farm"),
            best.getAsDouble());
      }
    }
    for (Project project : List.of(Project.FLASK, Project.GIGABYTE)) {
      OptionalDouble farm = median(project, Case.RUN_EMPTY, "farm");
      OptionalDouble docker = median(project, Case.RUN_EMPTY, "docker");
      if (farm.isPresent() && docker.isPresent()) {
        double factor = docker.getAsDouble() / farm.getAsDouble();
        text.append(
            "| %s, change in front of a RUN, empty disk: three times faster than pulling and unpacking (docker, %s s) | %s s: %s× | %s |\n"
                .formatted(
                    project.title(),
                    Report.number(docker.getAsDouble()),
                    Report.number(farm.getAsDouble()),
                    Report.number(factor),
                    factor >= 3 ? "yes" : "no"));
      }
    }
    return text.toString();
  }

  private OptionalDouble median(Project project, Case one, String builder) {
    return results.median(project.key(), one.key(), builder);
  }

  private static void atMost(
      StringBuilder text, String target, OptionalDouble measured, double limit) {
    if (measured.isPresent()) {
      text.append(
          String.format(
              Locale.ROOT,
              "| %s | %.3f s | %s |\n",
              target,
              measured.getAsDouble(),
              measured.getAsDouble() <= limit ? "yes" : "no"));
    }
  }
}
