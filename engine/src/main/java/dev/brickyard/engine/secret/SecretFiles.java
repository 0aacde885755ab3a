package dev.brickyard.engine.secret;

import dev.brickyard.engine.linux.Directory;
import dev.brickyard.engine.linux.LinuxException;
import dev.brickyard.engine.linux.MemoryFileSystem;
import dev.brickyard.engine.linux.Mounts;
import dev.brickyard.engine.linux.OpenFile;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Secrets as files for one process, in memory only, gone when this is closed. For one thread. */
public final class SecretFiles implements AutoCloseable {
  private static final String PREFIX = "secrets-";
  private static final long BYTES = 64 << 20;

  private final Path directory;
  private int files;

  private SecretFiles(Path directory) {
    this.directory = directory;
  }

  /**
   * An empty set of files.
   *
   * @param parent where a directory is made for them
   */
  public static SecretFiles in(Path parent) throws IOException {
    Path directory = Files.createTempDirectory(parent, PREFIX);
    boolean done = false;
    try {
      MemoryFileSystem.mount(directory, BYTES);
      done = true;
      return new SecretFiles(directory);
    } finally {
      if (!done) {
        Files.delete(directory);
      }
    }
  }

  /** Takes away what a killed predecessor left in the parent directory. */
  public static void recover(Path parent) throws IOException {
    for (Path mount : Mounts.below(parent.toRealPath())) {
      Mounts.unmount(mount, Mounts.MNT_DETACH);
    }
    try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(parent, PREFIX + "*")) {
      for (Path leftover : leftovers) {
        Files.delete(leftover);
      }
    }
  }

  /**
   * Writes a secret to a file of its own.
   *
   * @param mode permission bits
   */
  public Path write(byte[] value, int mode, long uid, long gid) throws LinuxException {
    String name = Integer.toString(files++);
    try (Directory parent = Directory.open(directory)) {
      try (OpenFile file = parent.createFile(name, 0600)) {
        file.write(value, 0, value.length);
      }
      parent.setOwner(name, uid, gid);
      parent.setMode(name, mode);
    }
    return directory.resolve(name);
  }

  @Override
  public void close() throws IOException {
    Mounts.unmount(directory, Mounts.MNT_DETACH);
    Files.delete(directory);
  }
}
