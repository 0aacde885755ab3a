package dev.brickyard.cli;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * Unpacks a file tree into a folder, over what is there, as the user who runs it: with the modes
 * and times of the tree, but not its owners and devices. Writes through no link.
 */
final class TreeUnpacker {
  private static final boolean UNIX =
      FileSystems.getDefault().supportedFileAttributeViews().contains("unix");

  private final Path folder;

  /** Directories get their modes and times last: the one may forbid, the other show, what comes. */
  private final List<Directory> directories = new ArrayList<>();

  private record Directory(Path path, int mode, FileTime time) {}

  /**
   * @param folder made when it is not there
   */
  TreeUnpacker(Path folder) throws IOException {
    this.folder = Files.createDirectories(folder).toRealPath();
  }

  /** Unpacks a tar to the end of the stream, which stays open. */
  void unpack(InputStream tar) throws IOException {
    TarArchiveInputStream in =
        new TarArchiveInputStream(new BufferedInputStream(tar, 1 << 16), "UTF-8");
    for (TarArchiveEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
      add(entry, in);
    }
    for (Directory directory : directories.reversed()) {
      setMode(directory.path(), directory.mode());
      Files.setLastModifiedTime(directory.path(), directory.time());
    }
    tar.transferTo(java.io.OutputStream.nullOutputStream());
  }

  private void add(TarArchiveEntry entry, InputStream content) throws IOException {
    Path path = inside(entry.getName());
    if (path.equals(folder)) {
      return;
    }
    makeParents(path);
    if (entry.isDirectory()) {
      if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
        Files.deleteIfExists(path);
        Files.createDirectory(path);
      }
      setMode(path, entry.getMode() | 0700);
      directories.add(new Directory(path, entry.getMode(), entry.getLastModifiedTime()));
      return;
    }
    if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(path + " is a folder, and a file is to be put there");
    }
    if (entry.isSymbolicLink()) {
      Files.deleteIfExists(path);
      Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
    } else if (entry.isLink()) {
      Path target = inside(entry.getLinkName());
      makeParents(target);
      Files.deleteIfExists(path);
      Files.createLink(path, target);
    } else if (entry.isFile()) {
      Files.deleteIfExists(path);
      Files.copy(content, path, StandardCopyOption.REPLACE_EXISTING);
      setMode(path, entry.getMode());
      Files.setLastModifiedTime(path, entry.getLastModifiedTime());
    }
  }

  private Path inside(String name) throws IOException {
    Path path = folder.resolve(name.startsWith("/") ? name.substring(1) : name).normalize();
    if (!path.startsWith(folder)) {
      throw new IOException("\"" + name + "\" in the archive leads out of " + folder);
    }
    return path;
  }

  /** Makes the folders that lead there; none of them may be a link to elsewhere. */
  private void makeParents(Path path) throws IOException {
    Path parent = path.getParent();
    if (parent == null || !parent.startsWith(folder)) {
      return;
    }
    Path at = folder;
    for (Path name : folder.relativize(parent)) {
      at = at.resolve(name);
      if (name.toString().isEmpty() || Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS)) {
        continue;
      }
      if (Files.exists(at, LinkOption.NOFOLLOW_LINKS)) {
        throw new IOException(at + " is no folder, and something is to be put into it");
      }
      Files.createDirectory(at);
    }
  }

  private static void setMode(Path path, int mode) throws IOException {
    if (UNIX) {
      Files.setAttribute(path, "unix:mode", mode & 07777);
    }
  }
}
