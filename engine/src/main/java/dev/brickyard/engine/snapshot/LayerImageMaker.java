package dev.brickyard.engine.snapshot;

import dev.brickyard.engine.erofs.ImagePacker;
import dev.brickyard.engine.erofs.LayerImager;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.linux.Niceness;
import dev.brickyard.engine.linux.Trees;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the farm's images of layers that this worker met as tars or made itself: one at a time, on
 * a thread that yields to all others, and stops between frames while the worker is busy.
 */
final class LayerImageMaker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LayerImageMaker.class);

  /** A worker that is never idle makes its images all the same, a little later. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final int MOST_WAITING = 1000;
  private static final long LOOK_MILLIS = 50;

  private final Path temporary;
  private final LayerSource source;
  private final LayerStoreSettings settings;
  private final LocalLayers local;
  private final BooleanSupplier idle;
  private final Map<Digest, Layer> waiting = new LinkedHashMap<>();
  private boolean working;
  private boolean closed;
  private @Nullable Thread thread;

  LayerImageMaker(
      Path temporary,
      LayerSource source,
      LayerStoreSettings settings,
      LocalLayers local,
      BooleanSupplier idle) {
    this.temporary = temporary;
    this.source = source;
    this.settings = settings;
    this.local = local;
    this.idle = idle;
  }

  /** The layer is to have an image, unless it is too small for one. */
  synchronized void offer(Layer layer) {
    if (closed
        || layer.blob().size() < settings.imageFromBytes()
        || waiting.size() >= MOST_WAITING) {
      return;
    }
    waiting.putIfAbsent(layer.diffId(), layer);
    if (thread == null) {
      thread =
          Niceness.whileStepsRun(Thread.ofPlatform().daemon().name("layer-images"))
              .newThread(this::work);
      thread.start();
    }
    notifyAll();
  }

  private void work() {
    try {
      while (true) {
        Layer layer = next();
        try {
          make(layer);
        } catch (IOException | RuntimeException e) {
          // Nothing is lost but time: the next worker that meets the layer tries again.
          LOG.warn("layer {} got no image: {}", layer.diffId(), e.toString());
        } finally {
          done();
        }
      }
    } catch (InterruptedException e) {
      LOG.debug("no more images are made");
    }
  }

  private synchronized Layer next() throws InterruptedException {
    while (waiting.isEmpty()) {
      wait();
    }
    Layer layer = waiting.values().iterator().next();
    waiting.remove(layer.diffId());
    working = true;
    return layer;
  }

  private synchronized void done() {
    working = false;
    notifyAll();
  }

  private void make(Layer layer) throws IOException, InterruptedException {
    long begun = System.nanoTime();
    pause(begun);
    local.settle(layer.diffId());
    if (settings.images().has(layer.diffId())) {
      return;
    }
    Path directory = Files.createTempDirectory(temporary, "image-");
    try {
      Path packed = directory.resolve("packed");
      try (LayerHold _ = local.hold(layer.diffId()).orElse(null)) {
        Optional<Path> here = local.image(layer.diffId());
        Path image = here.isPresent() ? here.get() : imageOf(layer, directory.resolve("image"));
        ImagePacker.pack(image, layer.diffId(), packed, () -> pauseFrame(begun));
      }
      settings.images().put(layer.diffId(), packed);
    } finally {
      Trees.delete(directory);
    }
  }

  private Path imageOf(Layer layer, Path file) throws IOException, InterruptedException {
    try (InputStream blob = source.open(layer)) {
      LayerImager.write(blob, layer.diffId(), file);
    }
    return file;
  }

  private void pauseFrame(long begun) throws IOException {
    try {
      pause(begun);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("making an image was interrupted");
    }
  }

  private synchronized void pause(long begun) throws InterruptedException {
    while (!idle.getAsBoolean() && System.nanoTime() - begun < PATIENCE.toNanos()) {
      wait(LOOK_MILLIS);
    }
    if (closed) {
      throw new InterruptedException("closed");
    }
  }

  /** Waits until nothing is left to do; false when the time is over before. */
  synchronized boolean await(Duration atMost) throws InterruptedException {
    long end = System.nanoTime() + atMost.toNanos();
    while (working || !waiting.isEmpty()) {
      long left = (end - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        return false;
      }
      wait(left);
    }
    return true;
  }

  /** Stops at once, and waits for that. */
  @Override
  public void close() {
    @Nullable Thread worker;
    synchronized (this) {
      closed = true;
      waiting.clear();
      worker = thread;
      notifyAll();
    }
    if (worker == null) {
      return;
    }
    worker.interrupt();
    boolean interrupted = false;
    while (worker.isAlive()) {
      try {
        worker.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
