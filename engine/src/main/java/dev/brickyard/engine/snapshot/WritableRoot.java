package dev.brickyard.engine.snapshot;

import dev.brickyard.engine.linux.Errno;
import dev.brickyard.engine.linux.LinuxException;
import dev.brickyard.engine.linux.Mounts;
import dev.brickyard.engine.linux.Trees;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A root filesystem made of layers, mounted, into which a process may write. Belongs to the {@link
 * LayerStore} that mounted it; for one thread at a time.
 */
public final class WritableRoot implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WritableRoot.class);

  private final Path directory;
  private final List<Path> lowers;
  private final Runnable release;
  private boolean mounted = true;
  private boolean closed;

  /**
   * @param directory holds {@code root}, {@code upper} and {@code work}
   * @param lowers the directories below, the topmost first
   * @param release lets go of those, once this is closed
   */
  WritableRoot(Path directory, List<Path> lowers, Runnable release) {
    this.directory = directory;
    this.lowers = List.copyOf(lowers);
    this.release = release;
  }

  /** Where it is mounted. */
  public Path root() {
    return directory.resolve("root");
  }

  Path upper() {
    return directory.resolve("upper");
  }

  List<Path> lowers() {
    return lowers;
  }

  void unmount() throws IOException {
    if (!mounted) {
      return;
    }
    mounted = false;
    for (Path point : Mounts.below(root())) {
      try {
        Mounts.unmount(point, 0);
      } catch (LinuxException e) {
        if (e.errno() != Errno.EBUSY) {
          throw e;
        }
        Mounts.unmount(point, Mounts.MNT_DETACH);
      }
    }
  }

  /**
   * Closes it when its upper directory has been moved away: what is left of it, which the kernel
   * takes milliseconds for, goes in the background.
   */
  void leave(Executor background) throws IOException {
    closed = true;
    try {
      unmount();
      background.execute(
          () -> {
            try {
              Trees.delete(directory);
            } catch (IOException e) {
              LOG.warn("{} is left until the worker starts again", directory, e);
            }
          });
    } finally {
      release.run();
    }
  }

  /** Unmounts it and drops what was written, unless it was committed. Harmless when repeated. */
  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try {
      unmount();
      Trees.delete(directory);
    } finally {
      release.run();
    }
  }
}
