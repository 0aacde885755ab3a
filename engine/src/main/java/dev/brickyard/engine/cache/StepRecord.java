package dev.brickyard.engine.cache;

import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.Layer;
import java.time.Instant;

/**
 * What a step left behind, stored under its key: the farm's memory of having run it. Written only
 * after the layer's blob and index are durable.
 *
 * @param key the definition or content key
 * @param layer the layer the step made
 * @param description the instruction, for people; enters no key
 * @param producer who made it, such as {@code worker-1}
 * @param durationMillis how long the step ran, in milliseconds: what a hit saves
 */
public record StepRecord(
    Digest key,
    Layer layer,
    String description,
    String producer,
    Instant createdAt,
    long durationMillis) {}
