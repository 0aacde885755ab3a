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

  private record Spooled(LayerEntry entry, ContentSource content) {}

  private final Path spool;
  private long spooled;

  /**
   * @param directory for the spool file
   */
  public LocalArchives(Path directory) throws IOException {
    this.spool = Files.createTempFile(directory, "archive", "");
  }

  /**
   * Unpacks the file into the directory when it is an archive.
   *
   * @return false when it is none, and is to be copied
   * @throws BuildFailure code {@code bad-archive} when it begins as one and goes wrong later
   */
  boolean unpack(Selection.Node file, ImagePath directory, DestinationPlan plan)
      throws BuildFailure, IOException {
    if (file.entry().type() != EntryType.FILE || !isArchive(file.content())) {
      return false;
    }
    Map<ImagePath, Spooled> files = new HashMap<>();
    try (InputStream in = file.content().open();
        OutputStream out = Files.newOutputStream(spool, StandardOpenOption.APPEND)) {
      TarReader tar = new TarReader(ArchiveFormat.decompress(in), LIMITS);
      for (TarHeader header = tar.next(); header != null; header = tar.next()) {
        @Nullable LayerEntry entry = LayerNames.entry(header);
        if (entry != null && !entry.path().isRoot()) {
          place(entry, tar, out, files, directory, plan);
        }
      }
    } catch (IOException e) {
      throw BuildFailure.user(
          "bad-archive", "archive " + file.path() + " cannot be unpacked: " + e.getMessage());
    }
    return true;
  }

  private static boolean isArchive(ContentSource content) throws IOException {
    try (InputStream in = content.open()) {
      return new TarReader(ArchiveFormat.decompress(in), LIMITS).next() != null;
    } catch (IOException e) {
      return false;
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
    switch (entry.type()) {
      case FILE -> {
        Spooled file = spool(entry, tar, out);
        files.put(entry.path(), file);
        plan.unpack(directory, file.entry(), file.content());
      }
      case HARD_LINK -> {
        // A copy: in the layer's order a link could come before what it links to.
        Spooled target = files.get(ImagePath.normalize(entry.linkTarget().orElseThrow()));
        if (target == null) {
          throw new IOException("hard link " + entry.path() + " has no target before it");
        }
        plan.unpack(directory, target.entry().at(entry.path()), target.content());
      }
      case WHITEOUT, OPAQUE ->
          throw new IOException("names that begin with .wh. are reserved: " + entry.path());
      case DIRECTORY, SYMLINK, CHARACTER_DEVICE, BLOCK_DEVICE, FIFO ->
          plan.unpack(directory, entry, null);
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
    return new Spooled(LayerNames.withDigest(entry, Digest.of(sha256)), () -> slice(start, length));
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
