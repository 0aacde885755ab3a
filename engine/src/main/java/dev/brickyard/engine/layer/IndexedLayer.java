package dev.brickyard.engine.layer;

import dev.brickyard.engine.image.Digest;

/**
 * What was learnt from reading a layer once.
 *
 * @param diffId digest of the uncompressed tar
 */
public record IndexedLayer(Digest diffId, LayerIndex index) {}
