package dev.brickyard.api.cache;

import dev.brickyard.contracts.StepCause;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * What the cache did for steps, added up.
 *
 * @param hits steps found in the cache
 * @param misses steps that had to be executed
 * @param bytesFetched compressed bytes of layers brought to a worker's disk
 * @param bytesPushed to registries
 * @param bytesSkipped not pushed because the registry had them, or not fetched because no process
 *     had to see them
 * @param bytesStored written to the farm's store
 * @param millisSaved how long the steps that were found had run when they last did
 */
@Schema(description = "What the cache did: steps found, bytes moved and not moved, time saved.")
public record CacheFigures(
    long hits,
    long misses,
    long bytesFetched,
    long bytesPushed,
    long bytesSkipped,
    long bytesStored,
    long millisSaved) {
  /** Nothing at all. */
  public static final CacheFigures NONE = new CacheFigures(0, 0, 0, 0, 0, 0, 0);

  /** Those of one step. */
  public static CacheFigures of(@Nullable StepCause cause, Map<String, Long> counters) {
    return new CacheFigures(
        cause != null && cause.verdict() == StepCause.Verdict.HIT ? 1 : 0,
        cause != null && cause.verdict() == StepCause.Verdict.MISS ? 1 : 0,
        counter(counters, "bytes-pulled") + counter(counters, "bytes-fetched"),
        counter(counters, "bytes-pushed"),
        counter(counters, "bytes-skipped"),
        counter(counters, "bytes-stored"),
        counter(counters, "millis-saved"));
  }

  private static long counter(Map<String, Long> counters, String name) {
    Long value = counters.get(name);
    return value == null ? 0 : value;
  }

  /** Both together. */
  public CacheFigures plus(CacheFigures other) {
    return new CacheFigures(
        hits + other.hits,
        misses + other.misses,
        bytesFetched + other.bytesFetched,
        bytesPushed + other.bytesPushed,
        bytesSkipped + other.bytesSkipped,
        bytesStored + other.bytesStored,
        millisSaved + other.millisSaved);
  }
}
