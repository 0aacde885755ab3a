package dev.brickyard.engine.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/** The C library's functions, bound once. Every handle takes the errno segment first. */
final class Native {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final SymbolLookup LIBC = LINKER.defaultLookup();
  private static final StructLayout CAPTURED = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      CAPTURED.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  static final MethodHandle OPENAT = ints("openat", 3, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
  static final MethodHandle CLOSE = ints("close", JAVA_INT);
  static final MethodHandle READ = longs("read", JAVA_INT, ADDRESS, JAVA_LONG);
  static final MethodHandle WRITE = longs("write", JAVA_INT, ADDRESS, JAVA_LONG);
  static final MethodHandle GETDENTS = longs("getdents64", JAVA_INT, ADDRESS, JAVA_LONG);
  static final MethodHandle STATX = ints("statx", JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS);
  static final MethodHandle MKDIRAT = ints("mkdirat", JAVA_INT, ADDRESS, JAVA_INT);
  static final MethodHandle SYMLINKAT = ints("symlinkat", ADDRESS, JAVA_INT, ADDRESS);
  static final MethodHandle LINKAT = ints("linkat", JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT);
  static final MethodHandle MKNODAT = ints("mknodat", JAVA_INT, ADDRESS, JAVA_INT, JAVA_LONG);
  static final MethodHandle UNLINKAT = ints("unlinkat", JAVA_INT, ADDRESS, JAVA_INT);
  static final MethodHandle RENAMEAT = ints("renameat", JAVA_INT, ADDRESS, JAVA_INT, ADDRESS);
  static final MethodHandle READLINKAT = longs("readlinkat", JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG);
  static final MethodHandle FCHOWNAT =
      ints("fchownat", JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT);
  static final MethodHandle FCHMODAT = ints("fchmodat", JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
  static final MethodHandle UTIMENSAT = ints("utimensat", JAVA_INT, ADDRESS, ADDRESS, JAVA_INT);
  static final MethodHandle LSETXATTR =
      ints("lsetxattr", ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT);
  static final MethodHandle LGETXATTR = longs("lgetxattr", ADDRESS, ADDRESS, ADDRESS, JAVA_LONG);
  static final MethodHandle LLISTXATTR = longs("llistxattr", ADDRESS, ADDRESS, JAVA_LONG);
  static final MethodHandle MOUNT = ints("mount", ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
  static final MethodHandle UMOUNT2 = ints("umount2", ADDRESS, JAVA_INT);
  static final MethodHandle UNSHARE = ints("unshare", JAVA_INT);
  static final MethodHandle SETPRIORITY = ints("setpriority", JAVA_INT, JAVA_INT, JAVA_INT);
  static final MethodHandle FSOPEN = syscall(ADDRESS, JAVA_LONG);
  static final MethodHandle FSCONFIG = syscall(JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG);
  static final MethodHandle FSMOUNT = syscall(JAVA_LONG, JAVA_LONG, JAVA_LONG);
  static final MethodHandle MOVE_MOUNT = syscall(JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG);

  /** Numbers of newer calls without a function in older C libraries; alike on every processor. */
  static final long SYS_MOVE_MOUNT = 429;

  static final long SYS_FSOPEN = 430;
  static final long SYS_FSCONFIG = 431;
  static final long SYS_FSMOUNT = 432;

  private Native() {}

  private static MethodHandle ints(String name, MemoryLayout... arguments) {
    return bind(name, FunctionDescriptor.of(JAVA_INT, arguments));
  }

  private static MethodHandle ints(String name, int firstVariadic, MemoryLayout... arguments) {
    return bind(
        name,
        FunctionDescriptor.of(JAVA_INT, arguments),
        Linker.Option.firstVariadicArg(firstVariadic));
  }

  private static MethodHandle longs(String name, MemoryLayout... arguments) {
    return bind(name, FunctionDescriptor.of(JAVA_LONG, arguments));
  }

  private static MethodHandle syscall(MemoryLayout... arguments) {
    MemoryLayout[] all = new MemoryLayout[arguments.length + 1];
    all[0] = JAVA_LONG;
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return bind(
        "syscall", FunctionDescriptor.of(JAVA_LONG, all), Linker.Option.firstVariadicArg(1));
  }

  // Restricted, since a wrong signature could crash the JVM: all of them stand above.
  @SuppressWarnings("restricted")
  private static MethodHandle bind(
      String name, FunctionDescriptor descriptor, Linker.Option... more) {
    Linker.Option[] options = new Linker.Option[more.length + 1];
    options[0] = Linker.Option.captureCallState("errno");
    System.arraycopy(more, 0, options, 1, more.length);
    return LINKER.downcallHandle(LIBC.findOrThrow(name), descriptor, options);
  }

  /** Room for the errno of the calls made with this arena. */
  static MemorySegment errnoIn(Arena arena) {
    return arena.allocate(CAPTURED);
  }

  /** What calls need over and over; a thread's own, since making it costs more than a call. */
  record Scratch(MemorySegment errno, MemorySegment buffer) {}

  private static final int BUFFER = 1 << 17;
  private static final ThreadLocal<Scratch> SCRATCH =
      ThreadLocal.withInitial(
          () -> {
            Arena arena = Arena.ofAuto();
            return new Scratch(arena.allocate(CAPTURED), arena.allocate(BUFFER, 8));
          });

  /** This thread's room for an errno. */
  static MemorySegment errno() {
    return SCRATCH.get().errno();
  }

  /** This thread's buffer of 128 KiB; its content lasts until the next call that uses it. */
  static MemorySegment buffer() {
    return SCRATCH.get().buffer();
  }

  static int errno(MemorySegment captured) {
    return (int) ERRNO.get(captured, 0L);
  }

  /** A name as the NUL-terminated bytes the kernel wants. */
  static MemorySegment text(Arena arena, String text) {
    byte[] bytes = NativeText.encode(text);
    MemorySegment segment = arena.allocate(bytes.length + 1L);
    MemorySegment.copy(bytes, 0, segment, java.lang.foreign.ValueLayout.JAVA_BYTE, 0, bytes.length);
    return segment;
  }

  /** A call's result; what failed is told from the errno it left. */
  static long checked(String call, String subject, MemorySegment captured, long result)
      throws LinuxException {
    if (result < 0) {
      throw new LinuxException(call, subject, errno(captured));
    }
    return result;
  }

  /** A handle's {@code Throwable} that no C function can really throw. */
  static AssertionError impossible(Throwable e) {
    if (e instanceof Error error) {
      throw error;
    }
    return new AssertionError("a bound C function threw", e);
  }
}
