package dev.brickyard.engine.layer;

import java.nio.file.Path;

/**
 * A layer that was just made on this worker and is not in the store yet.
 *
 * @param blobFile the compressed tar on local disk; whoever stores it deletes it
 */
public record NewLayer(Layer layer, LayerIndex index, Path blobFile) {}
