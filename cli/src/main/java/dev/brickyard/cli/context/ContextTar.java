package dev.brickyard.cli.context;

import com.github.luben.zstd.ZstdOutputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * A folder as a zstd-compressed tar, made while it is read. As Docker's client does: entries in
 * order of their names, owned by root, sockets left out; symbolic links stay links.
 */
public final class ContextTar {
  private static final int ZSTD_LEVEL = 3;
  private static final int CHUNK = 128 * 1024;
  private static final int PERMISSIONS = 07777;

  private record Waiting(Path path, String name, BasicFileAttributes attributes) {}

  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private final Path folder;
  private final ContextFilter filter;
  private final Map<String, byte[]> extras;
  private final String base;
  private final List<Beside> beside;

  /**
   * A folder that is sent along with another.
   *
   * @param prefix what its names begin with in the tar, with a slash at the end
   * @param filter which of its paths to leave out
   */
  public record Beside(String prefix, Path folder, ContextFilter filter) {}

  /**
   * A tar of a folder.
   *
   * @param filter which paths to leave out
   * @param extras files that are not in the folder, by name; they replace files of that name
   */
  public ContextTar(Path folder, ContextFilter filter, Map<String, byte[]> extras) {
    this(folder, filter, extras, List.of());
  }

  /**
   * A tar of a folder and others.
   *
   * @param beside sent along, under names of their own
   */
  public ContextTar(
      Path folder, ContextFilter filter, Map<String, byte[]> extras, List<Beside> beside) {
    this(folder, filter, extras, beside, "");
  }

  private ContextTar(
      Path folder,
      ContextFilter filter,
      Map<String, byte[]> extras,
      List<Beside> beside,
      String base) {
    this.folder = folder;
    this.filter = filter;
    this.extras = Map.copyOf(extras);
    this.beside = List.copyOf(beside);
    this.base = base;
  }

  /**
   * Starts to read; the content comes as it is made, and never is in memory as a whole. A file that
   * cannot be read makes the stream's next read throw, naming it.
   */
  public InputStream open() {
    ChunkPipe pipe = new ChunkPipe();
    Thread.ofPlatform()
        .daemon()
        .name("context")
        .start(
            () -> {
              try {
                try {
                  write(pipe.sink());
                } catch (IOException e) {
                  pipe.fail(e);
                } catch (UncheckedIOException e) {
                  IOException cause = e.getCause();
                  pipe.fail(cause == null ? new IOException(e) : cause);
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    return pipe.source();
  }

  private void write(OutputStream sink) throws IOException {
    OutputStream chunks = new BufferedOutputStream(sink, CHUNK);
    OutputStream zstd = new ZstdOutputStream(chunks, ZSTD_LEVEL);
    TarArchiveOutputStream tar = new TarArchiveOutputStream(zstd, "UTF-8");
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    tar.setAddPaxHeadersForNonAsciiNames(true);
    for (Map.Entry<String, byte[]> extra : extras.entrySet()) {
      TarArchiveEntry entry = new TarArchiveEntry(extra.getKey());
      entry.setSize(extra.getValue().length);
      tar.putArchiveEntry(entry);
      tar.write(extra.getValue());
      tar.closeArchiveEntry();
    }
    writeChildren(folder, base, tar);
    for (Beside other : beside) {
      new ContextTar(other.folder(), other.filter(), Map.of(), List.of(), other.prefix())
          .writeChildren(other.folder(), other.prefix(), tar);
    }
    tar.close();
  }

  private void writeChildren(Path directory, String prefix, TarArchiveOutputStream tar)
      throws IOException {
    List<Path> children;
    try (Stream<Path> listed = Files.list(directory)) {
      children = listed.sorted().toList();
    }
    for (Path child : children) {
      String name = prefix + child.getFileName();
      if (extras.containsKey(name)) {
        continue;
      }
      BasicFileAttributes attributes =
          Files.readAttributes(child, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      boolean excluded = filter.excludes(name.substring(base.length()));
      if (attributes.isDirectory()) {
        writeDirectory(child, name, attributes, excluded, tar);
      } else if (!excluded) {
        putWaiting(tar);
        putLeaf(child, name, attributes, tar);
      }
    }
  }

  private void writeDirectory(
      Path path,
      String name,
      BasicFileAttributes attributes,
      boolean excluded,
      TarArchiveOutputStream tar)
      throws IOException {
    if (!excluded) {
      putWaiting(tar);
      putDirectory(path, name, attributes, tar);
      writeChildren(path, name + "/", tar);
    } else if (filter.mayIncludeBelow(name.substring(base.length()))) {
      Waiting directory = new Waiting(path, name, attributes);
      waiting.addLast(directory);
      writeChildren(path, name + "/", tar);
      waiting.remove(directory);
    }
  }

  /** Directories that are left out come along when something below them does not. */
  private void putWaiting(TarArchiveOutputStream tar) throws IOException {
    for (Waiting directory; (directory = waiting.pollFirst()) != null; ) {
      putDirectory(directory.path(), directory.name(), directory.attributes(), tar);
    }
  }

  private static void putDirectory(
      Path path, String name, BasicFileAttributes attributes, TarArchiveOutputStream tar)
      throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name + "/");
    describe(entry, path, attributes);
    tar.putArchiveEntry(entry);
    tar.closeArchiveEntry();
  }

  private static void putLeaf(
      Path path, String name, BasicFileAttributes attributes, TarArchiveOutputStream tar)
      throws IOException {
    if (attributes.isSymbolicLink()) {
      TarArchiveEntry entry = new TarArchiveEntry(name, TarConstants.LF_SYMLINK);
      entry.setLinkName(Files.readSymbolicLink(path).toString());
      entry.setModTime(wholeSeconds(attributes));
      tar.putArchiveEntry(entry);
      tar.closeArchiveEntry();
    } else if (attributes.isRegularFile()) {
      TarArchiveEntry entry = new TarArchiveEntry(name);
      describe(entry, path, attributes);
      entry.setSize(attributes.size());
      try (InputStream content = Files.newInputStream(path)) {
        tar.putArchiveEntry(entry);
        copyExactly(content, attributes.size(), name, tar);
      }
      tar.closeArchiveEntry();
    }
    // Sockets, pipes and devices have no content to send.
  }

  private static void describe(TarArchiveEntry entry, Path path, BasicFileAttributes attributes)
      throws IOException {
    int mode = (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    entry.setMode(mode & PERMISSIONS);
    entry.setModTime(wholeSeconds(attributes));
  }

  /** Sub-second times would cost an extended header for each file. */
  private static FileTime wholeSeconds(BasicFileAttributes attributes) {
    return FileTime.from(attributes.lastModifiedTime().to(TimeUnit.SECONDS), TimeUnit.SECONDS);
  }

  private static void copyExactly(InputStream content, long size, String name, OutputStream to)
      throws IOException {
    byte[] buffer = new byte[CHUNK];
    long left = size;
    while (left > 0) {
      int read = content.read(buffer, 0, (int) Math.min(buffer.length, left));
      if (read < 0) {
        throw new IOException(name + " became shorter while it was sent");
      }
      to.write(buffer, 0, read);
      left -= read;
    }
  }
}
