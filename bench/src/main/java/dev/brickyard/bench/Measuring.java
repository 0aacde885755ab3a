package dev.brickyard.bench;

import dev.brickyard.bench.builder.Builder;
import dev.brickyard.bench.builder.FarmBuilder;
import dev.brickyard.bench.builder.Order;
import dev.brickyard.bench.builder.Outcome;
import dev.brickyard.bench.project.Case;
import dev.brickyard.bench.project.Context;
import dev.brickyard.bench.project.Project;
import dev.brickyard.bench.result.Sample;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Measures all builders in all cases. Builders take turns within each case, so that what changes on
 * the machine meanwhile hits all of them.
 */
final class Measuring {
  private final Path checkout;
  private final Path work;
  private final String registry;
  private final List<Builder> builders;
  private final Duration atMost;
  private final Consumer<String> progress;
  private final String session = Long.toString(System.currentTimeMillis() / 1000, 36);

  Measuring(
      Path checkout,
      Path work,
      String registry,
      List<Builder> builders,
      Duration atMost,
      Consumer<String> progress) {
    this.checkout = checkout;
    this.work = work;
    this.registry = registry;
    this.builders = List.copyOf(builders);
    this.atMost = atMost;
    this.progress = progress;
  }

  /**
   * One run of a project. The first build is always the cold one; the others build on it.
   *
   * @param cases which are kept
   */
  List<Sample> run(Project project, int run, Set<Case> cases)
      throws IOException, BenchException, InterruptedException {
    Map<Builder, Context> contexts = new HashMap<>();
    Map<Builder, String> lost = new HashMap<>();
    List<Sample> samples = new ArrayList<>();
    int change = 0;
    for (Case one : Case.values()) {
      if (one != Case.COLD && !cases.contains(one)) {
        continue;
      }
      change++;
      for (Builder builder : turns(run)) {
        String name = project.key() + "-" + builder.name() + "-" + session + "-" + run;
        Context context = contexts.get(builder);
        if (context == null) {
          context = Context.copy(project, checkout, work.resolve("contexts").resolve(name));
          contexts.put(builder, context);
        }
        String reason = lost.get(builder);
        Outcome outcome =
            reason == null
                ? build(project, one, builder, context, name, change)
                : new Outcome.Failed("its cold build failed: " + reason);
        if (one == Case.COLD && outcome instanceof Outcome.Failed(String why)) {
          lost.put(builder, why);
        }
        Sample sample = sample(project, one, builder, run, outcome);
        progress.accept(
            "%-8s %-11s run %d  %-8s %s"
                .formatted(
                    project.key(),
                    one.key(),
                    run,
                    builder.name(),
                    sample
                        .seconds()
                        .map("%7.3f s"::formatted)
                        .orElseGet(() -> "failed: " + sample.failure().orElse(""))));
        if (cases.contains(one)) {
          samples.add(sample);
        }
      }
    }
    return samples;
  }

  /** How long an unchanged project takes on an empty disk when the worker has just started. */
  String coldWorker(Project project, FarmBuilder farm)
      throws IOException, BenchException, InterruptedException {
    String name = project.key() + "-" + farm.name() + "-" + session + "-0";
    Context context = Context.copy(project, checkout, work.resolve("contexts").resolve(name));
    Outcome outcome = build(project, Case.COLD, farm, context, name, 0);
    if (outcome instanceof Outcome.Built) {
      farm.coldWorker();
      settle();
      outcome = farm.build(order(project, context, name), atMost);
    }
    return switch (outcome) {
      case Outcome.Built(double seconds, Map<String, Long> _, Map<String, Long> _) ->
          String.format(
              Locale.ROOT,
              "%s, nothing changed, empty disk, the very first build of a worker's JVM: %.2f s",
              project.title(),
              seconds);
      case Outcome.Failed(String reason) -> "the first build of a worker failed: " + reason;
    };
  }

  private Order order(Project project, Context context, String name) {
    return new Order(
        context.folder(),
        registry + "/bench/" + name,
        registry + "/" + project.base().repository() + ":1");
  }

  private Outcome build(
      Project project, Case one, Builder builder, Context context, String name, int change)
      throws IOException, BenchException, InterruptedException {
    switch (one.disk()) {
      case NO_CACHE -> builder.forgetEverything();
      case EMPTY -> builder.emptyDisk();
      case WARM -> {}
    }
    context.apply(one.change(), change);
    settle();
    return builder.build(order(project, context, name), atMost);
  }

  /** Everybody goes first as often as the others. */
  private List<Builder> turns(int run) {
    List<Builder> order = new ArrayList<>(builders);
    java.util.Collections.rotate(order, -(run - 1));
    return order;
  }

  /** What others left to be written to disk is not written on the next one's time. */
  private static void settle() throws IOException, InterruptedException {
    Process sync = new ProcessBuilder("sync").start();
    if (!sync.waitFor(2, TimeUnit.MINUTES)) {
      sync.destroyForcibly();
    }
  }

  private static Sample sample(
      Project project, Case one, Builder builder, int run, Outcome outcome) {
    return switch (outcome) {
      case Outcome.Built(double seconds, Map<String, Long> profile, Map<String, Long> counters) ->
          new Sample(
              project.key(),
              one.key(),
              builder.name(),
              run,
              Optional.of(seconds),
              Optional.empty(),
              profile,
              counters);
      case Outcome.Failed(String reason) ->
          new Sample(
              project.key(),
              one.key(),
              builder.name(),
              run,
              Optional.empty(),
              Optional.of(reason),
              Map.of(),
              Map.of());
    };
  }
}
