package dev.brickyard.engine.layer;

import dev.brickyard.engine.image.Descriptor;
import dev.brickyard.engine.image.Digest;

/**
 * A layer of an image.
 *
 * @param diffId digest of the uncompressed tar: what the layer is
 * @param blob the compressed tar as it is stored and pushed: how it travels
 */
public record Layer(Digest diffId, Descriptor blob) {}
