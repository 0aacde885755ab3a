package dev.brickyard.bench.builder;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/** What a build of the farm's tells of itself. */
final class BuildFigures {
  private BuildFigures() {}

  /**
   * The counters of all steps added up, and how long each step took in milliseconds, as {@code
   * step:NAME}.
   */
  static Map<String, Long> counters(JsonNode build) {
    Map<String, Long> sums = new TreeMap<>();
    for (JsonNode job : build.path("jobs")) {
      for (JsonNode step : job.path("steps")) {
        for (Map.Entry<String, JsonNode> counter : step.path("counters").properties()) {
          sums.merge(counter.getKey(), counter.getValue().asLong(), Long::sum);
        }
        if (step.hasNonNull("startedAt") && step.hasNonNull("finishedAt")) {
          Duration took =
              Duration.between(
                  Instant.parse(step.get("startedAt").asText()),
                  Instant.parse(step.get("finishedAt").asText()));
          sums.merge("step:" + step.path("name").asText(), took.toMillis(), Long::sum);
        }
      }
    }
    return sums;
  }
}
