package dev.brickyard.bench.report;

import dev.brickyard.bench.project.Case;
import dev.brickyard.bench.project.Project;
import dev.brickyard.bench.result.Results;
import dev.brickyard.bench.result.Sample;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The Markdown page. */
public final class Report {
  private static final String FARM = "farm";

  private final List<Results> all;

  /**
   * @param all of each network that was measured, in the order of the page
   */
  public Report(List<Results> all) {
    this.all = List.copyOf(all);
  }

  /** The whole page. */
  public String markdown() {
    StringBuilder page = new StringBuilder();
    page.append("# Benchmarks\n\n");
    page.append(Texts.INTRODUCTION);
    for (Results results : all) {
      page.append('\n').append(network(results));
    }
    page.append('\n').append(Texts.RULES);
    return page.toString();
  }

  private static String network(Results results) {
    StringBuilder text = new StringBuilder();
    text.append("## ").append(Texts.networkTitle(results.network())).append("\n\n");
    text.append(
        "Measured on %s with `%s`: medians of %s, in seconds. Load average before the first"
            .formatted(results.date(), results.command(), runs(results)));
    text.append(
        " measurement: %s. Machine: %s.\n\n"
            .formatted(number(results.load()), String.join(", ", results.machine())));
    results.versions().forEach((name, version) -> text.append("- " + name + ": " + version + "\n"));
    text.append('\n').append(table(results));
    failures(results).ifPresent(list -> text.append('\n').append(list));
    text.append('\n').append(new Targets(results).markdown());
    text.append('\n').append(profile(results));
    return text.toString();
  }

  /** "3 runs", or which projects were measured how often. */
  private static String runs(Results results) {
    Map<Integer, List<String>> byCount = new TreeMap<>(Comparator.reverseOrder());
    results
        .runs()
        .forEach(
            (project, count) ->
                byCount.computeIfAbsent(count, _ -> new ArrayList<>()).add(project));
    return byCount.entrySet().stream()
        .map(
            entry ->
                entry.getKey()
                    + (entry.getKey() == 1 ? " run" : " runs")
                    + (byCount.size() == 1 ? "" : " of " + String.join(", ", entry.getValue())))
        .collect(Collectors.joining(" and of "));
  }

  /** A row for each project and case, a column for each builder and ratio. */
  static String table(Results results) {
    List<String> builders = List.copyOf(results.versions().keySet());
    List<String> peers = builders.stream().filter(name -> !name.equals(FARM)).toList();
    StringBuilder text = new StringBuilder("| project | case |");
    builders.forEach(name -> text.append(' ').append(name).append(" |"));
    peers.forEach(name -> text.append(" farm ÷ ").append(name).append(" |"));
    text.append("\n|---|---|").append("---:|".repeat(builders.size() + peers.size())).append('\n');
    for (Project project : Project.values()) {
      for (Case one : Case.values()) {
        if (builders.stream()
            .allMatch(name -> results.of(project.key(), one.key(), name).isEmpty())) {
          continue;
        }
        text.append("| ").append(project.title()).append(" | ").append(one.title()).append(" |");
        for (String name : builders) {
          text.append(' ').append(cell(results, project, one, name)).append(" |");
        }
        OptionalDouble farm = results.median(project.key(), one.key(), FARM);
        for (String name : peers) {
          OptionalDouble peer = results.median(project.key(), one.key(), name);
          text.append(' ')
              .append(
                  farm.isPresent() && peer.isPresent()
                      ? number(farm.getAsDouble() / peer.getAsDouble())
                      : "–")
              .append(" |");
        }
        text.append('\n');
      }
    }
    return text.toString();
  }

  private static String cell(Results results, Project project, Case one, String builder) {
    List<Sample> samples = results.of(project.key(), one.key(), builder);
    long failed = samples.stream().filter(sample -> sample.failure().isPresent()).count();
    OptionalDouble median = results.median(project.key(), one.key(), builder);
    if (samples.isEmpty()) {
      return "–";
    }
    return median.isEmpty()
        ? "failed"
        : number(median.getAsDouble())
            + (failed > 0 ? " (%d of %d failed)".formatted(failed, samples.size()) : "");
  }

  private static Optional<String> failures(Results results) {
    Map<String, Long> reasons =
        results.samples().stream()
            .filter(sample -> sample.failure().isPresent())
            .collect(
                Collectors.groupingBy(
                    sample ->
                        "%s, %s, %s: %s"
                            .formatted(
                                sample.builder(),
                                sample.project(),
                                sample.situation(),
                                sample.failure().orElseThrow()),
                    TreeMap::new,
                    Collectors.counting()));
    return reasons.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "Failed:\n\n"
                + reasons.entrySet().stream()
                    .map(entry -> "- %s (%d×)\n".formatted(entry.getKey(), entry.getValue()))
                    .collect(Collectors.joining()));
  }

  /** Where the farm's time goes: medians of the phases, in milliseconds. */
  private static String profile(Results results) {
    List<String> phases = List.of("submit", "queue", "plan", "steps", "push", "publish", "told");
    StringBuilder text = new StringBuilder("### Where the farm's time goes\n\n");
    text.append(Texts.PHASES).append("\n\n| project | case |");
    phases.forEach(phase -> text.append(' ').append(phase).append(" |"));
    text.append(" longest steps |\n|---|---|")
        .append("---:|".repeat(phases.size()))
        .append("---|\n");
    for (Project project : Project.values()) {
      for (Case one : Case.values()) {
        List<Sample> samples = results.of(project.key(), one.key(), FARM);
        if (samples.stream().allMatch(sample -> sample.profile().isEmpty())) {
          continue;
        }
        text.append("| ").append(project.title()).append(" | ").append(one.title()).append(" |");
        for (String phase : phases) {
          OptionalDouble median = Figures.median(samples, sample -> sample.profile().get(phase));
          text.append(' ')
              .append(
                  median.isPresent()
                      ? String.format(Locale.ROOT, "%.0f", median.getAsDouble())
                      : "–")
              .append(" |");
        }
        text.append(' ').append(longestSteps(samples)).append(" |\n");
      }
    }
    return text.toString();
  }

  private static String longestSteps(List<Sample> samples) {
    List<Map.Entry<String, Double>> steps = new ArrayList<>();
    samples.stream()
        .flatMap(sample -> sample.counters().keySet().stream())
        .filter(name -> name.startsWith(Figures.STEP))
        .distinct()
        .forEach(
            name ->
                Figures.median(samples, sample -> sample.counters().get(name))
                    .ifPresent(median -> steps.add(Map.entry(name, median))));
    return steps.stream()
        .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
        .filter(entry -> entry.getValue() >= 10)
        .limit(2)
        .map(
            entry ->
                String.format(
                    Locale.ROOT,
                    "`%s` %.0f",
                    shortened(entry.getKey().substring(Figures.STEP.length())),
                    entry.getValue()))
        .collect(Collectors.joining(", "));
  }

  private static String shortened(String name) {
    String clean = name.replace("|", "\\|").replace("`", "'").replaceAll("\\s+", " ");
    return clean.length() <= 40 ? clean : clean.substring(0, 39) + "…";
  }

  /** Two digits behind the point, whatever the locale. */
  static String number(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }
}
