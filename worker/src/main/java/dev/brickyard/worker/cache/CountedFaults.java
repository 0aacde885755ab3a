package dev.brickyard.worker.cache;

import dev.brickyard.engine.cache.CacheFaults;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/**
 * Counts faulty objects as {@code brickyard_cache_faults_total{object,reason}}. Every series is
 * there from the start, so that the first fault is an increase and not a new series.
 */
public final class CountedFaults implements CacheFaults {
  private final Map<Kind, Map<Reason, Counter>> counters = new EnumMap<>(Kind.class);

  public CountedFaults(MeterRegistry metrics) {
    for (Kind kind : Kind.values()) {
      Map<Reason, Counter> byReason = new EnumMap<>(Reason.class);
      for (Reason reason : Reason.values()) {
        byReason.put(
            reason,
            Counter.builder("brickyard.cache.faults")
                .description("Objects of the farm's store that were missing, damaged or swapped")
                .tag("object", name(kind))
                .tag("reason", name(reason))
                .register(metrics));
      }
      counters.put(kind, byReason);
    }
  }

  private static String name(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public void met(Kind kind, Reason reason, String key) {
    Map<Reason, Counter> byReason = counters.get(kind);
    Counter counter = byReason == null ? null : byReason.get(reason);
    if (counter != null) {
      counter.increment();
    }
  }
}
