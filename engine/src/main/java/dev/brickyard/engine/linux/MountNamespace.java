package dev.brickyard.engine.linux;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** A view of the mounts of a thread's own, and of the processes that it starts. */
public final class MountNamespace {
  private static final int CLONE_NEWNS = 0x00020000;
  private static final long MS_REC = 16384;
  private static final long MS_PRIVATE = 1 << 18;

  private MountNamespace() {}

  /**
   * Gives the calling platform thread a copy of all mounts (unshare(2)): what it mounts from now on
   * is seen by nobody else. There is no way back; let the thread end when it has done its work.
   */
  public static void unshare() throws LinuxException {
    MemorySegment errno = Native.errno();
    try {
      Native.checked(
          "unshare", "mounts", errno, (int) Native.UNSHARE.invokeExact(errno, CLONE_NEWNS));
    } catch (LinuxException e) {
      throw e;
    } catch (Throwable e) {
      throw Native.impossible(e);
    }
    Mounts.mount("none", Path.of("/"), "", MS_REC | MS_PRIVATE, null);
  }

  /** Hides what is at and below a directory behind an empty one. */
  public static void cover(Path directory) throws LinuxException {
    Mounts.mount(
        "none", directory, "tmpfs", Mounts.MS_NOSUID | Mounts.MS_NODEV | Mounts.MS_NOEXEC, null);
  }
}
