package dev.brickyard.engine.layer;

import com.github.luben.zstd.ZstdOutputStream;
import dev.brickyard.engine.image.Descriptor;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.linux.Niceness;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.OptionalInt;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;

/** Packs the tar as it comes, into a file. */
final class PackedOutput implements LayerOutput {
  /**
   * Measured on a Debian root of 170 MB: level 1 takes less than a quarter of level 6's time for a
   * blob a tenth larger; on the way to a registry nearby that is the better bargain.
   */
  private static final int GZIP_LEVEL = 1;

  private static final int ZSTD_LEVEL = 3;
  private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();
  private static final Executor DEFLATERS =
      Executors.newFixedThreadPool(
          PROCESSORS, Niceness.whileStepsRun(Thread.ofPlatform().daemon().name("deflate-", 0)));

  private final Compression compression;
  private final Path file;
  private final MessageDigest digest = Digest.newSha256();
  private final OutputStream packed;
  private boolean finished;

  /** Packs on all processors. */
  PackedOutput(Path directory, Compression compression) throws IOException {
    this(directory, compression, OutputStream.nullOutputStream());
  }

  /** Packs on all processors; the packed bytes go to another stream too, which stays open. */
  PackedOutput(Path directory, Compression compression, OutputStream also) throws IOException {
    this(directory, compression, OptionalInt.empty(), also, DEFLATERS);
  }

  /**
   * Packs on all processors.
   *
   * @param level of the compression; its usual one when empty
   */
  PackedOutput(Path directory, Compression compression, OptionalInt level) throws IOException {
    this(directory, compression, level, OutputStream.nullOutputStream(), DEFLATERS);
  }

  /** Packs on the calling thread, which for little is the quickest. */
  static PackedOutput onThisThread(Path directory, Compression compression) throws IOException {
    return new PackedOutput(
        directory,
        compression,
        OptionalInt.empty(),
        OutputStream.nullOutputStream(),
        Runnable::run);
  }

  private PackedOutput(
      Path directory,
      Compression compression,
      OptionalInt level,
      OutputStream also,
      Executor deflaters)
      throws IOException {
    this.compression = compression;
    this.file = Files.createTempFile(directory, "layer-", ".blob");
    OutputStream bytes =
        new DigestOutputStream(
            new BufferedOutputStream(new Twice(Files.newOutputStream(file), also), 1 << 16),
            digest);
    this.packed =
        switch (compression) {
          case NONE -> bytes;
          case GZIP ->
              new ParallelGzipOutputStream(
                  bytes, level.orElse(GZIP_LEVEL), deflaters, 2 * PROCESSORS);
          case ZSTD -> new ZstdOutputStream(bytes, level.orElse(ZSTD_LEVEL));
        };
  }

  @Override
  public void write(byte[] bytes, int offset, int count) throws IOException {
    packed.write(bytes, offset, count);
  }

  @Override
  public Blob finish(Digest diffId, long size) throws IOException {
    packed.close();
    finished = true;
    return new Blob(
        Descriptor.of(compression.mediaType(), Digest.of(digest), Files.size(file)), file);
  }

  @Override
  public void close() throws IOException {
    if (!finished) {
      finished = true;
      try {
        packed.close();
      } finally {
        Files.deleteIfExists(file);
      }
    }
  }

  /** Writes everything to the second stream too, and closes only the first. */
  private static final class Twice extends OutputStream {
    private final OutputStream first;
    private final OutputStream second;

    Twice(OutputStream first, OutputStream second) {
      this.first = first;
      this.second = second;
    }

    @Override
    public void write(int b) throws IOException {
      first.write(b);
      second.write(b);
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
      first.write(bytes, offset, count);
      second.write(bytes, offset, count);
    }

    @Override
    public void close() throws IOException {
      first.close();
    }
  }
}
