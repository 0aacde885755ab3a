package dev.brickyard.storage.object;

import java.time.Instant;

/**
 * What the store says of an object without its content.
 *
 * @param size in bytes
 */
public record ObjectInfo(ObjectKey key, long size, Instant modifiedAt) {}
