package dev.brickyard.engine.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An open directory and what can be done with the names in it. Names are single: text with a slash,
 * {@code .} or {@code ..} is refused, and no call follows a symlink, so nothing done through a
 * directory can reach outside of it. For one thread at a time.
 */
public final class Directory implements AutoCloseable {
  private static final int AT_FDCWD = -100;
  private static final int AT_SYMLINK_NOFOLLOW = 0x100;
  private static final int AT_REMOVEDIR = 0x200;
  private static final int AT_EMPTY_PATH = 0x1000;
  private static final int O_WRONLY = 1;
  private static final int O_CREAT = 0100;
  private static final int O_EXCL = 0200;
  private static final int O_NONBLOCK = 04000;
  private static final int O_CLOEXEC = 02000000;
  // O_DIRECTORY and O_NOFOLLOW are the two flags whose bits differ between processors.
  private static final boolean ARM = System.getProperty("os.arch", "").equals("aarch64");
  private static final int O_DIRECTORY = ARM ? 040000 : 0200000;
  private static final int O_NOFOLLOW = ARM ? 0100000 : 0400000;
  private static final int STATX_BASIC_STATS = 0x7ff;
  private static final int SCRATCH = 1 << 16;
  private static final int MAX_LINK = 1 << 12;

  private final String shown;
  private int fd;

  private Directory(int fd, String shown) {
    this.fd = fd;
    this.shown = shown;
  }

  /** A call with the arena of its arguments. */
  @FunctionalInterface
  private interface Call {
    long invoke(Arena arena) throws Throwable;
  }

  private long call(String call, String subject, Call body) throws LinuxException {
    try (Arena scratch = Arena.ofConfined()) {
      return Native.checked(call, subject, Native.errno(), body.invoke(scratch));
    } catch (LinuxException e) {
      throw e;
    } catch (Throwable e) {
      throw Native.impossible(e);
    }
  }

  /** Opens a directory by its path, following links on the way as usual. */
  public static Directory open(Path path) throws LinuxException {
    return openAt(AT_FDCWD, path.toString(), path.toString(), O_DIRECTORY | O_CLOEXEC);
  }

  private static Directory openAt(int at, String name, String shown, int flags)
      throws LinuxException {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment errno = Native.errno();
      int fd =
          (int)
              Native.checked(
                  "open",
                  shown,
                  errno,
                  (int)
                      Native.OPENAT.invokeExact(
                          Native.errno(), at, Native.text(scratch, name), flags, 0));
      return new Directory(fd, shown);
    } catch (LinuxException e) {
      throw e;
    } catch (Throwable e) {
      throw Native.impossible(e);
    }
  }

  /** Opens a directory in this one; a symlink is an error ({@code ELOOP} or {@code ENOTDIR}). */
  public Directory directory(String name) throws LinuxException {
    return openAt(fd, single(name), shown(name), O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  }

  /** Makes an empty file for writing; an error when the name is taken. */
  public OpenFile createFile(String name, int mode) throws LinuxException {
    return file(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
  }

  /** Opens a regular file for reading. */
  public OpenFile openFile(String name) throws LinuxException {
    // Not blocking: should the name be a FIFO after all, opening must not wait for a writer.
    return file(name, O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0);
  }

  private OpenFile file(String name, int flags, int mode) throws LinuxException {
    single(name);
    int opened =
        (int)
            call(
                "open",
                shown(name),
                a ->
                    (int)
                        Native.OPENAT.invokeExact(
                            Native.errno(), fd, Native.text(a, name), flags, mode));
    return new OpenFile(opened, shown(name));
  }

  public void makeDirectory(String name, int mode) throws LinuxException {
    named(
        "mkdir",
        name,
        a -> (int) Native.MKDIRAT.invokeExact(Native.errno(), fd, text(a, name), mode));
  }

  public void makeSymlink(String name, String target) throws LinuxException {
    named(
        "symlink",
        name,
        a ->
            (int) Native.SYMLINKAT.invokeExact(Native.errno(), text(a, target), fd, text(a, name)));
  }

  /** Gives a file of another directory (or this one) a further name here. */
  public void makeLink(String name, Directory from, String existing) throws LinuxException {
    single(existing);
    int at = from.fd;
    named(
        "link",
        name,
        a ->
            (int)
                Native.LINKAT.invokeExact(
                    Native.errno(), at, text(a, existing), fd, text(a, name), 0));
  }

  /**
   * Makes a device, FIFO or socket.
   *
   * @param mode type and permission bits
   * @param device {@code major << 32 | minor}
   */
  public void makeNode(String name, int mode, long device) throws LinuxException {
    long dev = encodeDevice(device >>> 32, device & 0xFFFFFFFFL);
    named(
        "mknod",
        name,
        a -> (int) Native.MKNODAT.invokeExact(Native.errno(), fd, text(a, name), mode, dev));
  }

  /** glibc's {@code gnu_dev_makedev}. */
  private static long encodeDevice(long major, long minor) {
    return ((major & 0xfffff000L) << 32)
        | ((major & 0xfffL) << 8)
        | ((minor & 0xffffff00L) << 12)
        | (minor & 0xffL);
  }

  /** Removes anything but a directory. */
  public void unlink(String name) throws LinuxException {
    named(
        "unlink",
        name,
        a -> (int) Native.UNLINKAT.invokeExact(Native.errno(), fd, text(a, name), 0));
  }

  public void removeDirectory(String name) throws LinuxException {
    named(
        "rmdir",
        name,
        a -> (int) Native.UNLINKAT.invokeExact(Native.errno(), fd, text(a, name), AT_REMOVEDIR));
  }

  /** What stands at the name, a symlink itself included. */
  public FileStatus status(String name) throws LinuxException {
    single(name);
    return status(name, AT_SYMLINK_NOFOLLOW);
  }

  /** What stands at the name; empty when nothing does. */
  public Optional<FileStatus> find(String name) throws LinuxException {
    try {
      return Optional.of(status(name));
    } catch (LinuxException e) {
      if (e.errno() == Errno.ENOENT) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** The status of this directory itself. */
  public FileStatus status() throws LinuxException {
    return status("", AT_EMPTY_PATH);
  }

  private FileStatus status(String name, int flags) throws LinuxException {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment buffer = scratch.allocate(256, 8);
      Native.checked(
          "stat",
          shown(name),
          Native.errno(),
          (int)
              Native.STATX.invokeExact(
                  Native.errno(),
                  fd,
                  Native.text(scratch, name),
                  flags,
                  STATX_BASIC_STATS,
                  buffer));
      // struct statx, linux/stat.h; the same on every processor.
      return new FileStatus(
          Short.toUnsignedInt(buffer.get(JAVA_SHORT, 28)),
          Integer.toUnsignedLong(buffer.get(JAVA_INT, 20)),
          Integer.toUnsignedLong(buffer.get(JAVA_INT, 24)),
          buffer.get(JAVA_LONG, 40),
          buffer.get(JAVA_LONG, 112),
          buffer.get(JAVA_INT, 120),
          Integer.toUnsignedLong(buffer.get(JAVA_INT, 16)),
          buffer.get(JAVA_LONG, 32),
          device(buffer, 128),
          device(buffer, 136),
          buffer.get(JAVA_LONG, 64),
          buffer.get(JAVA_LONG, 96),
          buffer.get(JAVA_INT, 104));
    } catch (LinuxException e) {
      throw e;
    } catch (Throwable e) {
      throw Native.impossible(e);
    }
  }

  private static long device(MemorySegment statx, long offset) {
    return Integer.toUnsignedLong(statx.get(JAVA_INT, offset)) << 32
        | Integer.toUnsignedLong(statx.get(JAVA_INT, offset + 4));
  }

  /** The text of a symlink. */
  public String readLink(String name) throws LinuxException {
    single(name);
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment buffer = scratch.allocate(MAX_LINK);
      long n =
          Native.checked(
              "readlink",
              shown(name),
              Native.errno(),
              (long)
                  Native.READLINKAT.invokeExact(
                      Native.errno(), fd, Native.text(scratch, name), buffer, (long) MAX_LINK));
      return NativeText.decode(buffer.asSlice(0, n).toArray(JAVA_BYTE));
    } catch (LinuxException e) {
      throw e;
    } catch (Throwable e) {
      throw Native.impossible(e);
    }
  }

  /** The names in this directory, in the file system's order, without {@code .} and {@code ..}. */
  public List<String> list() throws LinuxException {
    List<String> names = new ArrayList<>();
    // A descriptor of its own, so that a second listing starts at the beginning again.
    try (Directory cursor = openAt(fd, ".", shown, O_DIRECTORY | O_CLOEXEC);
        Arena scratch = Arena.ofConfined()) {
      MemorySegment buffer = scratch.allocate(SCRATCH, 8);
      while (true) {
        long n =
            Native.checked(
                "getdents",
                shown,
                Native.errno(),
                (long)
                    Native.GETDENTS.invokeExact(Native.errno(), cursor.fd, buffer, (long) SCRATCH));
        if (n == 0) {
          return names;
        }
        collect(buffer.asSlice(0, n), names);
      }
    } catch (LinuxException e) {
      throw e;
    } catch (Throwable e) {
      throw Native.impossible(e);
    }
  }

  /** struct linux_dirent64: inode 8, offset 8, length 2, type 1, NUL-terminated name. */
  private static void collect(MemorySegment records, List<String> names) {
    for (long at = 0; at < records.byteSize(); ) {
      int length = Short.toUnsignedInt(records.get(JAVA_SHORT_UNALIGNED, at + 16));
      long start = at + 19;
      long end = start;
      while (records.get(JAVA_BYTE, end) != 0) {
        end++;
      }
      String name = NativeText.decode(records.asSlice(start, end - start).toArray(JAVA_BYTE));
      if (!name.equals(".") && !name.equals("..")) {
        names.add(name);
      }
      at += length;
    }
  }

  public void setOwner(String name, long uid, long gid) throws LinuxException {
    named(
        "chown",
        name,
        a ->
            (int)
                Native.FCHOWNAT.invokeExact(
                    Native.errno(), fd, text(a, name), (int) uid, (int) gid, AT_SYMLINK_NOFOLLOW));
  }

  /** Sets permission bits; not for symlinks, which have none. */
  public void setMode(String name, int mode) throws LinuxException {
    named(
        "chmod",
        name,
        a -> (int) Native.FCHMODAT.invokeExact(Native.errno(), fd, text(a, name), mode, 0));
  }

  /** Sets access and modification time, of a symlink itself too. */
  public void setTime(String name, long seconds, int nanos) throws LinuxException {
    setTimes(name, seconds, seconds, nanos);
  }

  /** Sets the access time, and the modification time, of a symlink itself too. */
  public void setTimes(String name, long accessed, long modified, int nanos) throws LinuxException {
    named(
        "utimensat",
        name,
        a -> {
          MemorySegment times = a.allocate(32, 8);
          times.set(JAVA_LONG, 0, accessed);
          times.set(JAVA_LONG, 8, (long) nanos);
          times.set(JAVA_LONG, 16, modified);
          times.set(JAVA_LONG, 24, (long) nanos);
          return (int)
              Native.UTIMENSAT.invokeExact(
                  Native.errno(), fd, text(a, name), times, AT_SYMLINK_NOFOLLOW);
        });
  }

  /** Names of the extended attributes; empty where the file system has none. */
  public List<String> attributes(String name) throws LinuxException {
    return Attributes.list(throughProc(name));
  }

  /** The value of an extended attribute; empty when it is not set. */
  public Optional<byte[]> attribute(String name, String attribute) throws LinuxException {
    return Attributes.get(throughProc(name), attribute);
  }

  public void setAttribute(String name, String attribute, byte[] value) throws LinuxException {
    Attributes.set(throughProc(name), attribute, value);
  }

  /** Sets an extended attribute of this directory itself. */
  public void setOwnAttribute(String attribute, byte[] value) throws LinuxException {
    // The dot makes the kernel follow its own link to the descriptor.
    Attributes.set("/proc/self/fd/" + fd + "/.", attribute, value);
  }

  /** An extended attribute of this directory itself; empty when it is not set. */
  public Optional<byte[]> ownAttribute(String attribute) throws LinuxException {
    return Attributes.get("/proc/self/fd/" + fd + "/.", attribute);
  }

  /** There are no extended attribute calls with a directory descriptor; this is as safe. */
  private String throughProc(String name) {
    return "/proc/self/fd/" + fd + "/" + single(name);
  }

  /** Moves a name of this directory to another one on the same file system. */
  public void rename(String name, Directory to, String newName) throws LinuxException {
    single(newName);
    int at = to.fd;
    named(
        "rename",
        name,
        a ->
            (int)
                Native.RENAMEAT.invokeExact(
                    Native.errno(), fd, text(a, name), at, text(a, newName)));
  }

  private void named(String call, String name, Call body) throws LinuxException {
    single(name);
    call(call, shown(name), body);
  }

  private static MemorySegment text(Arena arena, String name) {
    return Native.text(arena, name);
  }

  private String shown(String name) {
    return name.isEmpty() ? shown : shown + "/" + name;
  }

  private static String single(String name) {
    if (name.isEmpty()
        || name.equals(".")
        || name.equals("..")
        || name.indexOf('/') >= 0
        || name.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("\"" + name + "\" is not a single name");
    }
    return name;
  }

  /** Harmless when repeated. */
  @Override
  public void close() throws LinuxException {
    if (fd < 0) {
      return;
    }
    int closing = fd;
    fd = -1;
    MemorySegment errno = Native.errno();
    try {
      Native.checked(
          "close", shown, errno, (int) Native.CLOSE.invokeExact(Native.errno(), closing));
    } catch (LinuxException e) {
      throw e;
    } catch (Throwable e) {
      throw Native.impossible(e);
    }
  }
}
