package dev.brickyard.engine.copy;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.context.ArchiveFormat;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.ContentSource;
import dev.brickyard.engine.layer.EntryType;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.engine.layer.LayerNames;
import dev.brickyard.engine.layer.TarHeader;
import dev.brickyard.engine.layer.TarLimits;
import dev.brickyard.engine.layer.TarReader;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Unpacks the tar archives of ADD (plain, gzip, bzip2, xz or zstd, told apart by their content).
 * Their files wait in one spool file until the layer is written.
 */
public final class LocalArchives implements AutoCloseable {
  private static final TarLimits LIMITS = new TarLimits(64L << 30, 1_000_000);

  /** As Linux has it for paths: PATH_MAX. */
  private static final int MAX_PATH = 4096;

  /**
   * An entry that a hard link can be another name of.
   *
   * @param content null for what has none
   * @param inode its number in the spool
   */
  private record Spooled(LayerEntry entry, @Nullable ContentSource content, String inode) {}

  private final Path spool;
  private long spooled;
  private int inodes;

  /**
   * @param directory for the spool file
   */
  public LocalArchives(Path directory) throws IOException {
    this.spool = Files.createTempFile(directory, "archive", "");
  }

  /**
   * Unpacks the file into the directory when it is an archive.
   *
   * @param directory where the archive goes, whether it has a trailing slash or not
   * @return false when it is none, and is to be copied
   * @throws BuildFailure code {@code bad-archive} when it begins as one and goes wrong later, or
   *     {@code not-a-directory} when a file stands where it goes
   * @throws IOException when the file cannot be read
   */
  boolean unpack(Selection.Node file, ImagePath directory, DestinationPlan plan)
      throws BuildFailure, IOException {
    if (file.entry().type() != EntryType.FILE || !isArchive(file.content())) {
      return false;
    }
    Map<ImagePath, Spooled> files = new HashMap<>();
    ImagePath target = plan.startUnpacking(directory);
    try (Source in = new Source(file.content().open());
        OutputStream out = Files.newOutputStream(spool, StandardOpenOption.APPEND)) {
      unpack(in, out, files, target, plan, file.path());
    }
    return true;
  }

  private void unpack(
      Source in,
      OutputStream out,
      Map<ImagePath, Spooled> files,
      ImagePath target,
      DestinationPlan plan,
      ImagePath name)
      throws BuildFailure, IOException {
    try {
      TarReader tar = new TarReader(ArchiveFormat.decompress(in), LIMITS);
      for (TarHeader header = tar.next(); header != null; header = tar.next()) {
        @Nullable LayerEntry entry = LayerNames.entry(header);
        if (entry != null && !entry.path().isRoot()) {
          place(entry, tar, out, files, target, plan);
        }
      }
    } catch (IOException e) {
      in.throwIfFailed();
      throw BuildFailure.user(
          "bad-archive", "archive " + name + " cannot be unpacked: " + e.getMessage());
    }
  }

  private static boolean isArchive(ContentSource content) throws IOException {
    try (Source in = new Source(content.open())) {
      try {
        return new TarReader(ArchiveFormat.decompress(in), LIMITS).next() != null;
      } catch (IOException e) {
        in.throwIfFailed();
        return false;
      }
    }
  }

  /** Tells a file that cannot be read from one that is no archive. */
  private static final class Source extends FilterInputStream {
    private @Nullable IOException failure;

    Source(InputStream in) {
      super(in);
    }

    void throwIfFailed() throws IOException {
      if (failure != null) {
        throw failure;
      }
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      try {
        return in.read(bytes, offset, length);
      } catch (IOException e) {
        failure = e;
        throw e;
      }
    }
  }

  private void place(
      LayerEntry entry,
      TarReader tar,
      OutputStream out,
      Map<ImagePath, Spooled> files,
      ImagePath directory,
      DestinationPlan plan)
      throws BuildFailure, IOException {
    if (entry.path().value().length() > MAX_PATH) {
      throw new IOException("a name in it is longer than " + MAX_PATH + " characters");
    }
    switch (entry.type()) {
      case FILE -> {
        Spooled file = spool(entry, tar, out);
        files.put(entry.path(), file);
        plan.unpack(directory, file.entry(), file.content(), file.inode());
      }
      case HARD_LINK -> {
        Spooled target = files.get(ImagePath.normalize(entry.linkTarget().orElseThrow()));
        if (target == null) {
          throw new IOException("hard link " + entry.path() + " has no target before it");
        }
        files.put(entry.path(), target);
        LayerEntry same = target.entry().at(entry.path());
        plan.unpack(
            directory, same, target.content(), target.content() == null ? null : target.inode());
      }
      case WHITEOUT, OPAQUE ->
          throw new IOException("names that begin with .wh. are reserved: " + entry.path());
      case SYMLINK, CHARACTER_DEVICE, BLOCK_DEVICE, FIFO -> {
        files.put(entry.path(), new Spooled(entry, null, ""));
        plan.unpack(directory, entry, null, null);
      }
      case DIRECTORY -> plan.unpack(directory, entry, null, null);
    }
  }

  private Spooled spool(LayerEntry entry, InputStream content, OutputStream out)
      throws IOException {
    MessageDigest sha256 = Digest.newSha256();
    byte[] buffer = new byte[1 << 16];
    long start = spooled;
    for (int n = content.read(buffer); n >= 0; n = content.read(buffer)) {
      sha256.update(buffer, 0, n);
      out.write(buffer, 0, n);
      spooled += n;
    }
    long length = spooled - start;
    return new Spooled(
        LayerNames.withDigest(entry, Digest.of(sha256)),
        () -> slice(start, length),
        String.valueOf(inodes++));
  }

  private InputStream slice(long start, long length) throws IOException {
    FileChannel channel = FileChannel.open(spool, StandardOpenOption.READ);
    channel.position(start);
    return new Slice(Channels.newInputStream(channel), length);
  }

  /** Removes the spool: the layer has been written, or never will be. */
  @Override
  public void close() throws IOException {
    Files.deleteIfExists(spool);
  }

  private static final class Slice extends FilterInputStream {
    private long left;

    Slice(InputStream in, long length) {
      super(in);
      this.left = length;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (left == 0) {
        return -1;
      }
      int n = in.read(bytes, offset, (int) Math.min(length, left));
      left -= Math.max(0, n);
      return n;
    }
  }
}
