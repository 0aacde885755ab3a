package dev.brickyard.engine.solve;

import dev.brickyard.engine.context.BuildContext;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.engine.layer.LayerIndex;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Optional;

/** A layer as a build context; brought to this disk only when a file is read. */
final class LayerContext implements BuildContext {
  /** Makes the layer again, when it was lost. */
  interface Renewal {
    Layer renew(Digest lost) throws IOException, InterruptedException;
  }

  private final Workshop workshop;
  private final LayerIndex index;
  private final Renewal renewal;
  private Layer layer;

  LayerContext(Workshop workshop, Layer layer, LayerIndex index, Renewal renewal) {
    this.workshop = workshop;
    this.layer = layer;
    this.index = index;
    this.renewal = renewal;
  }

  @Override
  public LayerIndex index() {
    return index;
  }

  @Override
  public InputStream open(LayerEntry file) throws IOException {
    Layer known = layer();
    try {
      try {
        return workshop.layers().open(known, file.path());
      } catch (IOException e) {
        Optional<LostLayerException> lost = LostLayerException.in(e);
        if (lost.isEmpty()) {
          throw e;
        }
        return workshop.layers().open(renewed(known, lost.get()), file.path());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (IOException) new InterruptedIOException().initCause(e);
    }
  }

  private synchronized Layer layer() {
    return layer;
  }

  private synchronized Layer renewed(Layer known, LostLayerException lost)
      throws IOException, InterruptedException {
    if (layer.equals(known)) {
      if (lost.corrupt()) {
        workshop.settings().blobs().discard(lost.blob());
      }
      layer = renewal.renew(lost.blob());
    }
    return layer;
  }
}
