package dev.brickyard.engine.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Extended attributes by path; a symlink's own, never its target's. */
public final class Attributes {
  /** The kernel's bound for a value and for a list of names (limits.h). */
  private static final int MAXIMUM = 1 << 16;

  private Attributes() {}

  /** Names of the attributes; empty where the file system has none. */
  public static List<String> list(String path) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = Native.errnoIn(arena);
      MemorySegment target = Native.text(arena, path);
      // Asking for the size first costs one call and spares 64 KiB for the many without any.
      long size = (long) Native.LLISTXATTR.invokeExact(errno, target, MemorySegment.NULL, 0L);
      if (size == 0 || (size < 0 && Native.errno(errno) == Errno.EOPNOTSUPP)) {
        return List.of();
      }
      MemorySegment buffer = arena.allocate(MAXIMUM);
      long n =
          Native.checked(
              "llistxattr",
              path,
              errno,
              (long) Native.LLISTXATTR.invokeExact(errno, target, buffer, (long) MAXIMUM));
      return split(buffer.asSlice(0, n).toArray(JAVA_BYTE));
    } catch (LinuxException e) {
      throw e;
    } catch (Throwable e) {
      throw Native.impossible(e);
    }
  }

  private static List<String> split(byte[] names) {
    List<String> all = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < names.length; i++) {
      if (names[i] == 0) {
        all.add(NativeText.decode(names, start, i - start));
        start = i + 1;
      }
    }
    return all;
  }

  /** The value; empty when it is not set or the file system has no attributes. */
  public static Optional<byte[]> get(String path, String attribute) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = Native.errnoIn(arena);
      MemorySegment buffer = arena.allocate(MAXIMUM);
      long n =
          (long)
              Native.LGETXATTR.invokeExact(
                  errno,
                  Native.text(arena, path),
                  Native.text(arena, attribute),
                  buffer,
                  (long) MAXIMUM);
      if (n < 0
          && (Native.errno(errno) == Errno.ENODATA || Native.errno(errno) == Errno.EOPNOTSUPP)) {
        return Optional.empty();
      }
      Native.checked("lgetxattr", path + ", " + attribute, errno, n);
      return Optional.of(buffer.asSlice(0, n).toArray(JAVA_BYTE));
    } catch (LinuxException e) {
      throw e;
    } catch (Throwable e) {
      throw Native.impossible(e);
    }
  }

  public static void set(String path, String attribute, byte[] value) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = Native.errnoIn(arena);
      MemorySegment bytes = arena.allocate(Math.max(1, value.length));
      MemorySegment.copy(value, 0, bytes, JAVA_BYTE, 0, value.length);
      Native.checked(
          "lsetxattr",
          path + ", " + attribute,
          errno,
          (int)
              Native.LSETXATTR.invokeExact(
                  errno,
                  Native.text(arena, path),
                  Native.text(arena, attribute),
                  bytes,
                  (long) value.length,
                  0));
    } catch (LinuxException e) {
      throw e;
    } catch (Throwable e) {
      throw Native.impossible(e);
    }
  }
}
