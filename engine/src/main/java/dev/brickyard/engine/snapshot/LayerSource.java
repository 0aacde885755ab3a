package dev.brickyard.engine.snapshot;

import dev.brickyard.engine.layer.Layer;
import java.io.IOException;
import java.io.InputStream;

/** Where a layer's compressed blob is read from when it must be unpacked here. */
@FunctionalInterface
public interface LayerSource {
  /** Opens the blob at its beginning; the caller closes it. */
  InputStream open(Layer layer) throws IOException, InterruptedException;
}
