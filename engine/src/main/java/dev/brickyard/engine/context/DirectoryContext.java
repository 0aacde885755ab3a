package dev.brickyard.engine.context;

import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.EntryType;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.engine.layer.LayerIndex;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A folder of this machine as a context. Walked and hashed when the index is first asked for; what
 * changes after that is noticed when it is read. Sockets and devices are left out, and links are
 * not followed.
 */
public final class DirectoryContext implements BuildContext {
  private static final int FILE_TYPE = 0170000;
  private static final int FIFO = 0010000;

  private final Path root;
  private @Nullable LayerIndex index;

  public DirectoryContext(Path root) {
    this.root = root;
  }

  @Override
  public synchronized LayerIndex index() throws IOException {
    if (index == null) {
      index = walk();
    }
    return index;
  }

  @Override
  public InputStream open(LayerEntry file) throws IOException {
    if (file.type() != EntryType.FILE) {
      throw new IOException(file.path() + " is no file");
    }
    return new VerifiedInputStream(
        Files.newInputStream(root.resolve(file.path().value()), LinkOption.NOFOLLOW_LINKS), file);
  }

  private LayerIndex walk() throws IOException {
    List<LayerEntry> entries = new ArrayList<>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
              throws IOException {
            if (!directory.equals(root)) {
              add(entries, directory, attributes);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            add(entries, file, attributes);
            return FileVisitResult.CONTINUE;
          }
        });
    return new LayerIndex(entries, Map.of());
  }

  private void add(List<LayerEntry> entries, Path file, BasicFileAttributes attributes)
      throws IOException {
    ImagePath path = ImagePath.normalize(root.relativize(file).toString());
    Map<String, Object> unix =
        Files.readAttributes(file, "unix:mode,uid,gid,lastModifiedTime", LinkOption.NOFOLLOW_LINKS);
    int fullMode = number(unix, "mode").intValue();
    int mode = fullMode & 07777;
    long uid = number(unix, "uid").longValue() & 0xFFFFFFFFL;
    long gid = number(unix, "gid").longValue() & 0xFFFFFFFFL;
    long mtime =
        unix.get("lastModifiedTime") instanceof FileTime time
            ? time.toInstant().getEpochSecond()
            : 0;
    if (attributes.isDirectory()) {
      entries.add(LayerEntry.directory(path, mode, uid, gid, mtime));
    } else if (attributes.isSymbolicLink()) {
      entries.add(
          LayerEntry.symlink(path, Files.readSymbolicLink(file).toString(), uid, gid, mtime));
    } else if (attributes.isRegularFile()) {
      entries.add(hashed(file, path, mode, uid, gid, mtime));
    } else if ((fullMode & FILE_TYPE) == FIFO) {
      entries.add(
          new LayerEntry(
              path,
              EntryType.FIFO,
              mode,
              uid,
              gid,
              mtime,
              0,
              Optional.empty(),
              Optional.empty(),
              new TreeMap<>(),
              0,
              -1));
    }
  }

  private static LayerEntry hashed(
      Path file, ImagePath path, int mode, long uid, long gid, long mtime) throws IOException {
    MessageDigest sha256 = Digest.newSha256();
    long size = 0;
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      byte[] buffer = new byte[1 << 16];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        sha256.update(buffer, 0, n);
        size += n;
      }
    }
    return LayerEntry.file(path, mode, uid, gid, mtime, size, Digest.of(sha256));
  }

  private static Number number(Map<String, Object> attributes, String name) throws IOException {
    if (attributes.get(name) instanceof Number number) {
      return number;
    }
    throw new IOException("the file system does not tell the " + name + " of files");
  }
}
