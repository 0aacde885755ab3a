package dev.brickyard.api.cache;

import dev.brickyard.api.cache.Collection.Count;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the bucket holds, as the last collection saw it and left it.
 *
 * @param asOf when that was; absent when there was none yet
 * @param total all kinds together
 * @param candidates of those, what is no longer needed but waits for its grace period
 */
public record CacheTotals(
    @Nullable Instant asOf, Count total, Count candidates, Map<String, Count> kinds) {}
