package dev.brickyard.engine.solve;

import dev.brickyard.engine.cache.CacheScope;
import dev.brickyard.engine.dockerfile.RunMount;
import dev.brickyard.engine.image.Digest;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Semaphore;

/** The directories of {@code RUN --mount=type=cache} on this worker's disk, one for each id. */
final class CacheMounts {
  private final Path data;
  private final ConcurrentMap<Path, Semaphore> locks = new ConcurrentHashMap<>();

  CacheMounts(Path data) {
    this.data = data;
  }

  /** A directory that may be used until it is closed. */
  record Lease(Path directory, Runnable release) implements AutoCloseable {
    @Override
    public void close() {
      release.run();
    }
  }

  /**
   * Takes the directory of a mount; waits for it where the mount is not to be shared. A private
   * mount waits too, which BuildKit answers with a second, empty directory.
   */
  Lease take(CacheScope scope, RunMount.Cache mount) throws IOException, InterruptedException {
    Path directory = data.resolve(scope.name()).resolve(Digest.of(mount.id()).hex());
    if (mount.sharing() == RunMount.Sharing.SHARED) {
      make(directory, mount);
      return new Lease(directory, () -> {});
    }
    Semaphore lock = locks.computeIfAbsent(directory, d -> new Semaphore(1));
    lock.acquire();
    try {
      make(directory, mount);
    } catch (IOException e) {
      lock.release();
      throw e;
    }
    return new Lease(directory, lock::release);
  }

  private static void make(Path directory, RunMount.Cache mount) throws IOException {
    Files.createDirectories(directory.getParent());
    try {
      Files.createDirectory(directory);
    } catch (FileAlreadyExistsException e) {
      return;
    }
    Files.setPosixFilePermissions(directory, permissions(mount.mode().orElse(0755)));
    Files.setAttribute(directory, "unix:uid", (int) mount.uid().orElse(0));
    Files.setAttribute(directory, "unix:gid", (int) mount.gid().orElse(0));
  }

  private static Set<PosixFilePermission> permissions(int mode) {
    Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
    PosixFilePermission[] all = PosixFilePermission.values();
    for (int bit = 0; bit < all.length; bit++) {
      if ((mode & (0400 >> bit)) != 0) {
        permissions.add(all[bit]);
      }
    }
    return permissions;
  }
}
