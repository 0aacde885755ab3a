package dev.brickyard.bench.base;

import dev.brickyard.engine.layer.Layer;
import java.nio.file.Path;

/**
 * A layer on this disk.
 *
 * @param blob its compressed tar
 */
record KeptLayer(Layer layer, Path blob) {}
