package dev.brickyard.engine.runtime;

import java.util.List;
import java.util.Map;

/**
 * The system calls a container may not make: those that Docker's default profile withholds from a
 * container with the default capabilities (Docker manual, "Significant syscalls blocked by default
 * profile"). Everything else is allowed, so that new calls and emulated processors work.
 */
final class SeccompPolicy {
  private static final int EPERM = 1;
  private static final int ENOSYS = 38;

  /** CLONE_NEWNS, CGROUP, UTS, IPC, USER, PID and NET (linux/sched.h). */
  private static final long NEW_NAMESPACES = 0x7E020000L;

  private static final List<String> DENIED =
      List.of(
          "_sysctl",
          "acct",
          "add_key",
          "bpf",
          "clock_adjtime",
          "clock_settime",
          "create_module",
          "delete_module",
          "fanotify_init",
          "finit_module",
          "fsconfig",
          "fsmount",
          "fsopen",
          "fspick",
          "get_kernel_syms",
          "init_module",
          "io_uring_enter",
          "io_uring_register",
          "io_uring_setup",
          "ioperm",
          "iopl",
          "kexec_file_load",
          "kexec_load",
          "keyctl",
          "lookup_dcookie",
          "mount",
          "mount_setattr",
          "move_mount",
          "move_pages",
          "nfsservctl",
          "open_by_handle_at",
          "open_tree",
          "perf_event_open",
          "pivot_root",
          "query_module",
          "quotactl",
          "quotactl_fd",
          "reboot",
          "request_key",
          "setdomainname",
          "sethostname",
          "setns",
          "settimeofday",
          "stime",
          "swapoff",
          "swapon",
          "syslog",
          "umount",
          "umount2",
          "unshare",
          "uselib",
          "userfaultfd",
          "vhangup",
          "vm86",
          "vm86old");

  private SeccompPolicy() {}

  /** The policy as the runtime specification's {@code linux.seccomp}. */
  static Map<String, Object> asOci() {
    Map<String, Object> denied =
        Map.of("names", DENIED, "action", "SCMP_ACT_ERRNO", "errnoRet", EPERM);
    // Its flags stand behind a pointer, which a filter cannot follow; programs fall back to clone.
    Map<String, Object> clone3 =
        Map.of("names", List.of("clone3"), "action", "SCMP_ACT_ERRNO", "errnoRet", ENOSYS);
    return Map.of(
        "defaultAction",
        "SCMP_ACT_ALLOW",
        "syscalls",
        java.util.stream.Stream.concat(
                java.util.stream.Stream.of(denied, clone3),
                NEW_NAMESPACE_FLAGS.stream().map(SeccompPolicy::withoutCloneFlag))
            .toList());
  }

  private static final List<Long> NEW_NAMESPACE_FLAGS =
      java.util.stream.LongStream.range(0, 32)
          .map(bit -> 1L << bit)
          .filter(flag -> (flag & NEW_NAMESPACES) != 0)
          .boxed()
          .toList();

  private static Map<String, Object> withoutCloneFlag(long flag) {
    Map<String, Object> set =
        Map.of("index", 0, "value", flag, "valueTwo", flag, "op", "SCMP_CMP_MASKED_EQ");
    return Map.of(
        "names",
        List.of("clone"),
        "action",
        "SCMP_ACT_ERRNO",
        "errnoRet",
        EPERM,
        "args",
        List.of(set));
  }
}
