package dev.brickyard.engine.erofs;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import dev.brickyard.engine.cache.LayerImageStore;
import dev.brickyard.engine.image.Digest;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;

/**
 * Brings a layer image from the store to a file, over several connections at once, every frame
 * verified before it is unpacked.
 */
public final class ImageFetcher {
  /** Packed bytes that one connection takes at a time. */
  private static final long RUN = 4 << 20;

  private static final int CONNECTIONS = 3;
  private static final int BUFFER = 1 << 16;

  private final LayerImageStore store;

  public ImageFetcher(LayerImageStore store) {
    this.store = store;
  }

  /**
   * Writes the image of a layer to a file.
   *
   * @param file made new; worth nothing when this fails or finds nothing
   * @param onBytes told of every packed byte that came
   * @return false when the store has no image of the layer
   * @throws DamagedImageException when what the store has is none: it should be discarded
   */
  public boolean fetch(Digest diffId, Path file, LongConsumer onBytes) throws IOException {
    Optional<InputStream> opened = store.open(diffId);
    if (opened.isEmpty()) {
      return false;
    }
    try (InputStream first = opened.get();
        FileChannel out =
            FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      InputStream buffered = new BufferedInputStream(first, BUFFER);
      PackedHeader header;
      try {
        header = PackedHeader.read(buffered, diffId);
      } catch (IOException e) {
        throw damaged(diffId, e);
      }
      onBytes.accept(PackedHeader.size(header.frames().size()));
      new Transfer(header, out, onBytes).run(buffered);
    }
    return true;
  }

  private static DamagedImageException damaged(Digest diffId, Exception cause) {
    return new DamagedImageException(diffId, cause);
  }

  /** One image on its way. */
  private final class Transfer {
    private final PackedHeader header;
    private final FileChannel out;
    private final LongConsumer onBytes;
    private final List<Integer> starts = new ArrayList<>();
    private int front;
    private int back;
    private boolean failed;

    Transfer(PackedHeader header, FileChannel out, LongConsumer onBytes) {
      this.header = header;
      this.out = out;
      this.onBytes = onBytes;
      long size = RUN;
      for (int i = 0; i < header.frames().size(); i++) {
        if (size >= RUN) {
          starts.add(i);
          size = 0;
        }
        size += header.frames().get(i).length();
      }
      this.back = starts.size();
    }

    /** The connection that is open goes on from the front, others take runs from the back. */
    void run(InputStream first) throws IOException {
      int others = Math.min(CONNECTIONS, starts.size()) - 1;
      if (others == 0) {
        fromFront(first);
        return;
      }
      try (ExecutorService threads =
          Executors.newThreadPerTaskExecutor(
              Thread.ofPlatform().daemon().name("image-", 0).factory())) {
        List<Future<Boolean>> tasks = new ArrayList<>();
        for (int i = 0; i < others; i++) {
          tasks.add(
              threads.submit(
                  () -> {
                    fromBack();
                    return true;
                  }));
        }
        try {
          fromFront(first);
          for (Future<Boolean> task : tasks) {
            await(task);
          }
        } catch (Throwable t) {
          stop();
          threads.shutdownNow();
          throw t;
        }
      }
    }

    private static void await(Future<Boolean> task) throws IOException {
      try {
        task.get();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new java.io.InterruptedIOException("fetching a layer image was interrupted");
      } catch (ExecutionException e) {
        if (e.getCause() instanceof DamagedImageException damaged) {
          throw damaged;
        }
        Throwable cause = e.getCause() == null ? e : e.getCause();
        throw new IOException(String.valueOf(cause.getMessage()), cause);
      }
    }

    private synchronized int takeFront() {
      return failed || front == back ? -1 : front++;
    }

    private synchronized int takeBack() {
      return failed || front == back ? -1 : --back;
    }

    private synchronized void stop() {
      failed = true;
    }

    private void fromFront(InputStream in) throws IOException {
      for (int run = takeFront(); run >= 0; run = takeFront()) {
        copy(run, in);
      }
    }

    private void fromBack() throws IOException {
      try {
        for (int run = takeBack(); run >= 0; run = takeBack()) {
          long offset = header.frames().get(starts.get(run)).offset();
          PackedHeader.Frame last = header.frames().get(end(run) - 1);
          try (InputStream in =
              store
                  .open(header.diffId(), offset, last.offset() + last.length() - offset)
                  .orElseThrow(() -> damaged(header.diffId(), new IOException("is truncated")))) {
            copy(run, in);
          }
        }
      } catch (Throwable t) {
        stop();
        throw t;
      }
    }

    private int end(int run) {
      return run + 1 < starts.size() ? starts.get(run + 1) : header.frames().size();
    }

    private void copy(int run, InputStream in) throws IOException {
      for (int i = starts.get(run); i < end(run); i++) {
        PackedHeader.Frame frame = header.frames().get(i);
        byte[] packed = in.readNBytes(frame.length());
        onBytes.accept(packed.length);
        byte[] plain;
        try {
          plain = unpack(header, i, packed);
        } catch (IOException e) {
          throw damaged(header.diffId(), e);
        }
        ImagePacker.write(out, plain, (long) i * header.frameBytes());
      }
    }
  }

  /** The frame's bytes, of which every packed one was what the header says. */
  static byte[] unpack(PackedHeader header, int number, byte[] packed) throws IOException {
    PackedHeader.Frame frame = header.frames().get(number);
    if (packed.length != frame.length()) {
      throw new IOException("is truncated");
    }
    if (!Digest.of(packed).hex().equals(frame.sha256())) {
      throw new IOException("has a damaged frame");
    }
    byte[] plain = new byte[header.unpackedSize(number)];
    try {
      if (Zstd.decompress(plain, packed) != plain.length) {
        throw new IOException("has a frame of the wrong size");
      }
    } catch (ZstdException e) {
      throw new IOException("has a frame that is no zstd", e);
    }
    return plain;
  }
}
