package dev.brickyard.engine.snapshot;

import dev.brickyard.engine.erofs.DamagedImageException;
import dev.brickyard.engine.erofs.ErofsSupport;
import dev.brickyard.engine.erofs.ImageFetcher;
import dev.brickyard.engine.erofs.LayerImager;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.IndexedLayer;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.linux.Trees;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings layers to this disk, some at a time, each once however many ask: as the image the farm has
 * of it, else from its blob, of which an image (a directory, if it is small) and the index are made
 * in the same pass.
 */
final class LayerFetches implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LayerFetches.class);
  private static final int AT_ONCE = 4;

  private final Path temporary;
  private final LayerSource source;
  private final LayerStoreSettings settings;
  private final LocalLayers local;
  private final IndexSink indexes;
  private final ImageFetcher images;
  private final ErofsSupport erofs;
  private final ExecutorService threads;
  private final Map<Digest, Fetch> underWay = new HashMap<>();
  private final AtomicLong bytes = new AtomicLong();
  private volatile Consumer<Layer> onTar = layer -> {};

  LayerFetches(
      Path temporary,
      LayerSource source,
      LayerStoreSettings settings,
      LocalLayers local,
      IndexSink indexes) {
    this.temporary = temporary;
    this.source = source;
    this.settings = settings;
    this.local = local;
    this.indexes = indexes;
    this.images = new ImageFetcher(settings.images());
    this.erofs = new ErofsSupport(temporary);
    this.threads =
        Executors.newFixedThreadPool(
            AT_ONCE, Thread.ofPlatform().daemon().name("layer-", 0).factory());
  }

  /** Gets every layer that had to be read as a tar. */
  void onTar(Consumer<Layer> listener) {
    this.onTar = listener;
  }

  /** One layer on its way. */
  final class Fetch {
    private final FutureTask<Boolean> task;
    private final List<LongConsumer> listeners = new ArrayList<>();
    private long came;

    Fetch(Layer layer) {
      this.task =
          new FutureTask<>(
              () -> {
                try {
                  if (!local.has(layer.diffId())) {
                    local.withRoom(
                        "layer " + layer.diffId(),
                        () -> {
                          bring(layer, this);
                          return true;
                        });
                  }
                  return true;
                } finally {
                  synchronized (underWay) {
                    underWay.remove(layer.diffId());
                  }
                }
              });
    }

    private synchronized void listen(LongConsumer listener) {
      listeners.add(listener);
      if (came > 0) {
        listener.accept(came);
      }
    }

    private synchronized void came(long more) {
      came += more;
      bytes.addAndGet(more);
      listeners.forEach(listener -> listener.accept(more));
    }

    /** Waits for it. */
    void await() throws IOException, InterruptedException {
      try {
        task.get();
      } catch (ExecutionException e) {
        switch (e.getCause()) {
          case DiskFullException full -> throw full;
          // A new exception for each caller, who may all wait for the same layer.
          case IOException cause -> throw new IOException(cause.getMessage(), cause);
          case InterruptedException cause -> throw new IOException("the store was closed", cause);
          case null, default -> throw new IllegalStateException("unpacking failed", e);
        }
      }
    }
  }

  /** Begins to fetch the layer, unless that is under way. */
  Fetch start(Layer layer, LongConsumer onBytes) {
    Fetch fetch;
    synchronized (underWay) {
      @Nullable Fetch already = underWay.get(layer.diffId());
      fetch = already == null ? new Fetch(layer) : already;
      if (already == null) {
        underWay.put(layer.diffId(), fetch);
        threads.execute(fetch.task);
      }
    }
    fetch.listen(onBytes);
    return fetch;
  }

  /** True when nothing is on its way. */
  boolean isIdle() {
    synchronized (underWay) {
      return underWay.isEmpty();
    }
  }

  /** Packed bytes that came since this was made. */
  long bytes() {
    return bytes.get();
  }

  private void bring(Layer layer, Fetch fetch) throws IOException, InterruptedException {
    local.tidy();
    Path directory = Files.createTempDirectory(temporary, "layer-");
    try {
      if (layer.blob().size() < settings.imageFromBytes() || !erofs.works()) {
        unpack(layer, directory.resolve("layer"), fetch);
        return;
      }
      Path image = directory.resolve("image");
      if (!fetchImage(layer.diffId(), image, fetch)) {
        Files.deleteIfExists(image);
        IndexedLayer read =
            read(layer, fetch, blob -> LayerImager.write(blob, layer.diffId(), image));
        indexes.learned(layer, read.index());
        local.keepImage(image, layer.diffId());
        onTar.accept(layer);
        return;
      }
      local.keepImage(image, layer.diffId());
    } finally {
      Trees.delete(directory);
    }
  }

  private void unpack(Layer layer, Path into, Fetch fetch)
      throws IOException, InterruptedException {
    Files.createDirectory(into);
    Files.setPosixFilePermissions(into, PosixFilePermissions.fromString("rwxr-xr-x"));
    IndexedLayer read =
        read(layer, fetch, blob -> LayerUnpacker.unpack(blob, layer.diffId(), into));
    indexes.learned(layer, read.index());
    long size = read.index().entries().stream().mapToLong(LocalLayers::diskSize).sum();
    local.keepDirectory(into, layer.diffId(), size);
  }

  @FunctionalInterface
  private interface Reading {
    IndexedLayer read(InputStream blob) throws IOException;
  }

  private IndexedLayer read(Layer layer, Fetch fetch, Reading reading)
      throws IOException, InterruptedException {
    try (InputStream blob = new Counting(source.open(layer), fetch)) {
      return reading.read(blob);
    } catch (IOException e) {
      throw DiskFullException.isNoSpace(e) ? e : source.blamed(layer, e);
    }
  }

  /** False when there is none that could be used: whatever is wrong with images, blobs do. */
  private boolean fetchImage(Digest diffId, Path file, Fetch fetch) throws IOException {
    try {
      return images.fetch(diffId, file, fetch::came);
    } catch (DamagedImageException e) {
      LOG.warn("{}: removed", e.getMessage());
      settings.images().discard(diffId);
      return false;
    } catch (IOException e) {
      if (DiskFullException.isNoSpace(e) || Thread.currentThread().isInterrupted()) {
        throw e;
      }
      LOG.warn("the image of layer {} could not be fetched: {}", diffId, e.toString());
      return false;
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }

  private static final class Counting extends FilterInputStream {
    private final Fetch fetch;

    Counting(InputStream in, Fetch fetch) {
      super(in);
      this.fetch = fetch;
    }

    @Override
    public int read() throws IOException {
      int b = in.read();
      fetch.came(b < 0 ? 0 : 1);
      return b;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int n = in.read(bytes, offset, length);
      fetch.came(Math.max(0, n));
      return n;
    }
  }
}
