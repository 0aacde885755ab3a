package dev.brickyard.engine.runtime;

import dev.brickyard.engine.linux.Errno;
import dev.brickyard.engine.linux.LinuxException;
import dev.brickyard.engine.linux.MemoryFileSystem;
import dev.brickyard.engine.linux.Mounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Keeps a container's bundle, and what the runtime program notes of it, in memory, since both hold
 * the container's environment.
 */
final class ConfidentialBundle {
  private static final String STATE = "state";
  private static final long BYTES = 64 << 20;

  private ConfidentialBundle() {}

  /** Puts a file system in memory over the empty directory of a bundle. */
  static void cover(Path bundle) throws IOException {
    MemoryFileSystem.mount(bundle, BYTES);
    Files.createDirectory(bundle.resolve(STATE));
  }

  /** Where the program keeps its state of this bundle's container. */
  static Path states(Path bundle, Path usual) {
    Path own = bundle.resolve(STATE);
    return Files.isDirectory(own) ? own : usual;
  }

  /** Takes the file system away, if there is one, with all that is in it. */
  static void uncover(Path bundle) throws LinuxException {
    try {
      Mounts.unmount(bundle, Mounts.MNT_DETACH);
    } catch (LinuxException e) {
      // No mount point, or already gone.
      if (e.errno() != Errno.EINVAL && e.errno() != Errno.ENOENT) {
        throw e;
      }
    }
  }
}
