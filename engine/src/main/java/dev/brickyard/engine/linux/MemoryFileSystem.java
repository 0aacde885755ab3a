package dev.brickyard.engine.linux;

import java.nio.file.Path;
import java.util.List;

/** File systems that live in memory and never reach a disk. */
public final class MemoryFileSystem {
  private MemoryFileSystem() {}

  /**
   * Mounts an empty one that only root can enter. It is kept out of swap space where the kernel can
   * do that (since Linux 6.4).
   *
   * @param target an existing directory
   * @param bytes how much it may hold
   */
  public static void mount(Path target, long bytes) throws LinuxException {
    try {
      Mounts.mountFileSystem(
          "tmpfs",
          List.of(
              new Mounts.Setting("size", Long.toString(bytes)),
              new Mounts.Setting("mode", "0700"),
              new Mounts.Setting("noswap", "")),
          target);
    } catch (LinuxException e) {
      if (e.errno() != Errno.EINVAL && e.errno() != Errno.ENOSYS && e.errno() != Errno.EPERM) {
        throw e;
      }
      Mounts.mount(
          "tmpfs",
          target,
          "tmpfs",
          Mounts.MS_NOSUID | Mounts.MS_NODEV | Mounts.MS_NOEXEC,
          "size=" + bytes + ",mode=0700");
    }
  }
}
