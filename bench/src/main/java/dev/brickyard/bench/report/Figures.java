package dev.brickyard.bench.report;

import dev.brickyard.bench.result.Sample;
import dev.brickyard.bench.result.Statistics;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Medians of what samples carry beside their seconds. */
final class Figures {
  /** What the names of counters that are steps' milliseconds begin with. */
  static final String STEP = "step:";

  private Figures() {}

  /** The median of those samples that have it. */
  static OptionalDouble median(List<Sample> samples, Function<Sample, @Nullable Long> figure) {
    return Statistics.median(
        samples.stream()
            .map(figure)
            .filter(Objects::nonNull)
            .map(value -> Double.valueOf(Objects.requireNonNull(value)))
            .toList());
  }
}
