package dev.brickyard.bench.result;

import java.util.List;
import java.util.OptionalDouble;

/** Figures made of figures. */
public final class Statistics {
  private Statistics() {}

  /** The middle one, or the mean of the two in the middle; empty when there are none. */
  public static OptionalDouble median(List<Double> values) {
    if (values.isEmpty()) {
      return OptionalDouble.empty();
    }
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return OptionalDouble.of(
        sorted.size() % 2 == 1
            ? sorted.get(middle)
            : (sorted.get(middle - 1) + sorted.get(middle)) / 2);
  }

  /** The smallest. */
  public static OptionalDouble least(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).min();
  }
}
