package dev.brickyard.engine.runtime;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What a container gets that is not to be confined: all that the worker itself may do. */
final class Privileges {
  /** By number (linux/capability.h). */
  private static final List<String> CAPABILITIES =
      List.of(
          "CAP_CHOWN",
          "CAP_DAC_OVERRIDE",
          "CAP_DAC_READ_SEARCH",
          "CAP_FOWNER",
          "CAP_FSETID",
          "CAP_KILL",
          "CAP_SETGID",
          "CAP_SETUID",
          "CAP_SETPCAP",
          "CAP_LINUX_IMMUTABLE",
          "CAP_NET_BIND_SERVICE",
          "CAP_NET_BROADCAST",
          "CAP_NET_ADMIN",
          "CAP_NET_RAW",
          "CAP_IPC_LOCK",
          "CAP_IPC_OWNER",
          "CAP_SYS_MODULE",
          "CAP_SYS_RAWIO",
          "CAP_SYS_CHROOT",
          "CAP_SYS_PTRACE",
          "CAP_SYS_PACCT",
          "CAP_SYS_ADMIN",
          "CAP_SYS_BOOT",
          "CAP_SYS_NICE",
          "CAP_SYS_RESOURCE",
          "CAP_SYS_TIME",
          "CAP_SYS_TTY_CONFIG",
          "CAP_MKNOD",
          "CAP_LEASE",
          "CAP_AUDIT_WRITE",
          "CAP_AUDIT_CONTROL",
          "CAP_SETFCAP",
          "CAP_MAC_OVERRIDE",
          "CAP_MAC_ADMIN",
          "CAP_SYSLOG",
          "CAP_WAKE_ALARM",
          "CAP_BLOCK_SUSPEND",
          "CAP_AUDIT_READ",
          "CAP_PERFMON",
          "CAP_BPF",
          "CAP_CHECKPOINT_RESTORE");

  private static final String SET = "CapBnd:";
  private static final int LOOPS_AHEAD = 7;
  private static final int LOOP_MAJOR = 7;

  private Privileges() {}

  /** Those that the worker may hand on. */
  static List<String> capabilities() {
    long set = boundingSet();
    List<String> held = new ArrayList<>();
    for (int i = 0; i < CAPABILITIES.size(); i++) {
      if (((set >>> i) & 1) != 0) {
        held.add(CAPABILITIES.get(i));
      }
    }
    return held;
  }

  private static long boundingSet() {
    try {
      return Files.readAllLines(Path.of("/proc/self/status")).stream()
          .filter(line -> line.startsWith(SET))
          .mapToLong(line -> Long.parseUnsignedLong(line.substring(SET.length()).trim(), 16))
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      // The runtime warns of those that it cannot give.
      return -1;
    }
  }

  /** Devices beside the standard ones, as BuildKit gives them to such a container. */
  static List<Map<String, Object>> devices() {
    List<Map<String, Object>> devices = new ArrayList<>();
    devices.add(device("/dev/kmsg", "c", 1, 11));
    devices.add(device("/dev/cuse", "c", 10, 203));
    devices.add(device("/dev/fuse", "c", 10, 229));
    devices.add(device("/dev/kvm", "c", 10, 232));
    devices.add(device("/dev/net/tun", "c", 10, 200));
    devices.add(device("/dev/loop-control", "c", 10, 237));
    for (int i = 0; i <= lastLoop() + LOOPS_AHEAD; i++) {
      devices.add(device("/dev/loop" + i, "b", LOOP_MAJOR, i));
    }
    return devices;
  }

  private static int lastLoop() {
    int last = 0;
    try (DirectoryStream<Path> loops =
        Files.newDirectoryStream(Path.of("/sys/block"), "loop[0-9]*")) {
      for (Path loop : loops) {
        String number = String.valueOf(loop.getFileName()).substring("loop".length());
        last = Math.max(last, Integer.parseInt(number));
      }
    } catch (IOException | NumberFormatException e) {
      return last;
    }
    return last;
  }

  private static Map<String, Object> device(String path, String type, int major, int minor) {
    return Map.of(
        "path",
        path,
        "type",
        type,
        "major",
        major,
        "minor",
        minor,
        "fileMode",
        0666,
        "uid",
        0,
        "gid",
        0);
  }
}
