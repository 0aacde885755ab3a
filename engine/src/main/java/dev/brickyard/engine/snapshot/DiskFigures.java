package dev.brickyard.engine.snapshot;

/**
 * A worker's disk at one moment.
 *
 * @param totalBytes size of the file system
 * @param usableBytes what is free of it
 * @param layerBytes what layers take
 * @param heldBytes the part of those that is in use
 * @param evictedBytes removed to make room since the store was opened
 * @param evictedLayers how many layers those were
 */
public record DiskFigures(
    long totalBytes,
    long usableBytes,
    long layerBytes,
    long heldBytes,
    long evictedBytes,
    long evictedLayers) {}
