package dev.brickyard.api.cache;

import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * What the cache did for a project's builds, all its scopes together.
 *
 * @param since builds whose jobs ended from then on count
 * @param builds that did something in that time
 * @param hitRate steps found, of all steps that were looked for; 0 when there were none
 */
@Schema(description = "What the cache did for a project's builds over a period.")
public record ProjectCache(
    String project, Instant since, long builds, double hitRate, CacheFigures totals) {
  static ProjectCache of(String project, Instant since, long builds, CacheFigures totals) {
    long looked = totals.hits() + totals.misses();
    double rate = looked == 0 ? 0 : (double) totals.hits() / looked;
    return new ProjectCache(project, since, builds, rate, totals);
  }
}
