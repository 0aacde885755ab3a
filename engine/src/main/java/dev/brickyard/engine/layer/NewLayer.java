package dev.brickyard.engine.layer;

import java.nio.file.Path;

/**
 * A layer that was just made on this worker and is not in the store yet.
 *
 * @param layer its blob may be the plain tar still, whose digest is the diff id: enough to build
 *     upon, but not what is stored and pushed
 * @param blobFile the blob on local disk; whoever stores it deletes it
 */
public record NewLayer(Layer layer, LayerIndex index, Path blobFile) {}
