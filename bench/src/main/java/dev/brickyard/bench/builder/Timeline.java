package dev.brickyard.bench.builder;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the time of one of the farm's builds went, told from the times its events carry. All clocks
 * are this machine's.
 */
final class Timeline {
  private @Nullable Instant requested;
  private @Nullable Instant accepted;
  private final Map<String, Instant> first = new LinkedHashMap<>();
  private final Map<String, Instant> last = new LinkedHashMap<>();
  private @Nullable Instant told;

  void requested() {
    requested = Instant.now();
  }

  void accepted() {
    accepted = Instant.now();
  }

  synchronized void event(JsonNode event) {
    String type = event.path("type").asText();
    Instant at = Instant.parse(event.path("at").asText());
    first.putIfAbsent(type, at);
    last.put(type, at);
    if (type.equals("BuildFinished")) {
      told = Instant.now();
    }
  }

  /**
   * Milliseconds by phase, in order: submit until the api accepts, queue until a worker begins,
   * plan until the steps are known, steps until the last has ended, end until the last job has
   * ended, told until the client knows.
   */
  synchronized Map<String, Long> phases() {
    Map<String, Long> phases = new LinkedHashMap<>();
    Instant from = requested;
    from = phase(phases, "submit", from, accepted);
    from = phase(phases, "queue", from, first.get("JobStarted"));
    from = phase(phases, "plan", from, first.get("StepsPlanned"));
    from = phase(phases, "steps", from, last.get("StepFinished"));
    from = phase(phases, "push", from, first.get("JobFinished"));
    from = phase(phases, "publish", from, last.get("BuildFinished"));
    phase(phases, "told", from, told);
    return phases;
  }

  private static @Nullable Instant phase(
      Map<String, Long> phases, String name, @Nullable Instant from, @Nullable Instant to) {
    if (from == null || to == null) {
      return from;
    }
    phases.put(name, Math.max(0, to.toEpochMilli() - from.toEpochMilli()));
    return to.isAfter(from) ? to : from;
  }
}
