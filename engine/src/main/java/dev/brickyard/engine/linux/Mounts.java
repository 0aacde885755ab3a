package dev.brickyard.engine.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Mounting and unmounting. */
public final class Mounts {
  public static final long MS_RDONLY = 1;
  public static final long MS_NOSUID = 2;
  public static final long MS_NODEV = 4;
  public static final long MS_NOEXEC = 8;
  public static final long MS_REMOUNT = 32;
  public static final long MS_BIND = 4096;

  /** Takes the mount out of the tree at once, and away when its last user ends. */
  public static final int MNT_DETACH = 2;

  private static final long FSCONFIG_SET_FLAG = 0;
  private static final long FSCONFIG_SET_STRING = 1;
  private static final long FSCONFIG_CMD_CREATE = 6;
  private static final long FSOPEN_CLOEXEC = 1;
  private static final long FSMOUNT_CLOEXEC = 1;
  private static final long MOVE_MOUNT_F_EMPTY_PATH = 4;
  private static final long AT_FDCWD = -100;

  private Mounts() {}

  /** {@code mount(2)}. */
  public static void mount(
      String source, Path target, String type, long flags, @Nullable String data)
      throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = Native.errnoIn(arena);
      // A variable of its own: within invokeExact a conditional expression has type Object.
      MemorySegment options = data == null ? MemorySegment.NULL : Native.text(arena, data);
      Native.checked(
          "mount",
          type + " on " + target,
          errno,
          (int)
              Native.MOUNT.invokeExact(
                  errno,
                  Native.text(arena, source),
                  Native.text(arena, target.toString()),
                  Native.text(arena, type),
                  flags,
                  options));
    } catch (LinuxException e) {
      throw e;
    } catch (Throwable e) {
      throw Native.impossible(e);
    }
  }

  /** {@code umount2(2)}. */
  public static void unmount(Path target, int flags) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = Native.errnoIn(arena);
      Native.checked(
          "umount",
          target.toString(),
          errno,
          (int) Native.UMOUNT2.invokeExact(errno, Native.text(arena, target.toString()), flags));
    } catch (LinuxException e) {
      throw e;
    } catch (Throwable e) {
      throw Native.impossible(e);
    }
  }

  /** One setting of a file system to mount; an empty value makes it a flag. */
  public record Setting(String key, String value) {}

  /**
   * Mounts through {@code fsopen(2)} and its kin: every setting is a call of its own, so that their
   * number and length are not bounded by a page as those of {@code mount(2)} are.
   *
   * @throws LinuxException whose errno tells {@code ENOSYS} where the kernel lacks the calls,
   *     {@code EINVAL} where it does not know a setting
   */
  public static void mountFileSystem(String type, List<Setting> settings, Path target)
      throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = Native.errnoIn(arena);
      int context =
          (int)
              Native.checked(
                  "fsopen",
                  type,
                  errno,
                  (long)
                      Native.FSOPEN.invokeExact(
                          errno, Native.SYS_FSOPEN, Native.text(arena, type), FSOPEN_CLOEXEC));
      try {
        for (Setting setting : settings) {
          boolean flag = setting.value().isEmpty();
          configure(
              arena,
              errno,
              context,
              flag ? FSCONFIG_SET_FLAG : FSCONFIG_SET_STRING,
              Native.text(arena, setting.key()),
              flag ? MemorySegment.NULL : Native.text(arena, setting.value()),
              setting.key() + "=" + setting.value());
        }
        configure(
            arena,
            errno,
            context,
            FSCONFIG_CMD_CREATE,
            MemorySegment.NULL,
            MemorySegment.NULL,
            type);
        place(arena, errno, context, target);
      } finally {
        close(errno, context);
      }
    } catch (LinuxException e) {
      throw e;
    } catch (Throwable e) {
      throw Native.impossible(e);
    }
  }

  private static void configure(
      Arena arena,
      MemorySegment errno,
      int context,
      long command,
      MemorySegment key,
      MemorySegment value,
      String shown)
      throws Throwable {
    long result =
        (long)
            Native.FSCONFIG.invokeExact(
                errno, Native.SYS_FSCONFIG, (long) context, command, key, value, 0L);
    if (result < 0) {
      int number = Native.errno(errno);
      throw new LinuxException("fsconfig", shown + kernelMessage(arena, errno, context), number);
    }
  }

  /** What the kernel has to say beyond the number (read from the context's descriptor). */
  private static String kernelMessage(Arena arena, MemorySegment errno, int context)
      throws Throwable {
    MemorySegment buffer = arena.allocate(4096);
    long n = (long) Native.READ.invokeExact(errno, context, buffer, 4096L);
    return n <= 0
        ? ""
        : ": "
            + NativeText.decode(
                    buffer.asSlice(0, n).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE))
                .strip();
  }

  private static void place(Arena arena, MemorySegment errno, int context, Path target)
      throws Throwable {
    int mounted =
        (int)
            Native.checked(
                "fsmount",
                target.toString(),
                errno,
                (long)
                    Native.FSMOUNT.invokeExact(
                        errno, Native.SYS_FSMOUNT, (long) context, FSMOUNT_CLOEXEC, 0L));
    try {
      Native.checked(
          "move_mount",
          target.toString(),
          errno,
          (long)
              Native.MOVE_MOUNT.invokeExact(
                  errno,
                  Native.SYS_MOVE_MOUNT,
                  (long) mounted,
                  Native.text(arena, ""),
                  AT_FDCWD,
                  Native.text(arena, target.toString()),
                  MOVE_MOUNT_F_EMPTY_PATH));
    } finally {
      close(errno, mounted);
    }
  }

  private static void close(MemorySegment errno, int fd) throws Throwable {
    int ignored = (int) Native.CLOSE.invokeExact(errno, fd);
    assert ignored == 0;
  }

  /** Mount points at or below a directory, the deepest first, from {@code /proc/self/mountinfo}. */
  public static List<Path> below(Path directory) throws IOException {
    List<Path> found = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
      Path point = Path.of(unescape(line.split(" ", 6)[4]));
      if (point.startsWith(directory)) {
        found.addFirst(point);
      }
    }
    return found;
  }

  /** The kernel writes blanks and backslashes of paths as octal escapes. */
  private static String unescape(String text) {
    String result = text;
    for (Map.Entry<String, String> escape :
        Map.of("\\040", " ", "\\011", "\t", "\\012", "\n").entrySet()) {
      result = result.replace(escape.getKey(), escape.getValue());
    }
    return result.replace("\\134", "\\");
  }
}
