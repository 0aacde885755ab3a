package dev.brickyard.engine.runtime;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A container's {@code config.json} (OCI runtime specification 1.0.2) with the capabilities, mounts
 * and masked paths that Docker gives by default.
 */
final class OciConfig {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final List<String> CAPABILITIES =
      List.of(
          "CAP_CHOWN",
          "CAP_DAC_OVERRIDE",
          "CAP_FSETID",
          "CAP_FOWNER",
          "CAP_MKNOD",
          "CAP_NET_RAW",
          "CAP_SETGID",
          "CAP_SETUID",
          "CAP_SETFCAP",
          "CAP_SETPCAP",
          "CAP_NET_BIND_SERVICE",
          "CAP_SYS_CHROOT",
          "CAP_KILL",
          "CAP_AUDIT_WRITE");

  private static final List<String> MASKED =
      List.of(
          "/proc/asound",
          "/proc/acpi",
          "/proc/interrupts",
          "/proc/kcore",
          "/proc/keys",
          "/proc/latency_stats",
          "/proc/timer_list",
          "/proc/timer_stats",
          "/proc/sched_debug",
          "/proc/scsi",
          "/sys/firmware",
          "/sys/devices/virtual/powercap");

  private static final List<String> READ_ONLY =
      List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

  private static final long SHM_BYTES = 64 << 20;
  private static final long OPEN_FILES_SOFT = 1024;
  private static final long OPEN_FILES_HARD = Math.min(524_288, ownOpenFiles());

  /** Builds go before the worker when the machine runs out of memory. */
  private static final int OOM_SCORE_ADJUSTMENT = 500;

  private OciConfig() {}

  /** The worker's own hard limit, beyond which it may not be allowed to lift anybody's. */
  private static long ownOpenFiles() {
    try {
      return Files.readAllLines(Path.of("/proc/self/limits")).stream()
          .filter(line -> line.startsWith("Max open files"))
          .map(line -> line.trim().split("\\s+", -1)[4])
          .filter(hard -> hard.matches("[0-9]+"))
          .mapToLong(Long::parseLong)
          .findFirst()
          .orElse(Long.MAX_VALUE);
    } catch (IOException e) {
      return OPEN_FILES_SOFT;
    }
  }

  /**
   * The whole file.
   *
   * @param cgroup the absolute path of the container's control group
   * @param more mounts the runtime adds to those of the specification
   */
  static byte[] json(ContainerSpec spec, String cgroup, List<ContainerMount> more) {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("ociVersion", "1.0.2");
    config.put("process", process(spec));
    config.put("root", Map.of("path", spec.rootfs().toString(), "readonly", false));
    config.put("hostname", spec.hostname());
    config.put("mounts", mounts(spec, more));
    config.put("linux", linux(spec, cgroup));
    try {
      return JSON.writeValueAsBytes(config);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("maps and lists can always be written", e);
    }
  }

  private static Map<String, Object> process(ContainerSpec spec) {
    List<String> env = new ArrayList<>();
    spec.wholeEnv().forEach((name, value) -> env.add(name + "=" + value));
    Map<String, Object> process = new LinkedHashMap<>();
    process.put("terminal", false);
    process.put(
        "user",
        Map.of(
            "uid", spec.uid(), "gid", spec.gid(), "umask", 022, "additionalGids", spec.groups()));
    process.put("args", spec.args());
    process.put("env", env);
    process.put("cwd", spec.cwd());
    process.put("capabilities", capabilities(spec));
    process.put("rlimits", limits(spec.isolation().ulimits()));
    process.put("noNewPrivileges", false);
    process.put("oomScoreAdj", OOM_SCORE_ADJUSTMENT);
    return process;
  }

  private static Map<String, List<String>> capabilities(ContainerSpec spec) {
    if (spec.isolation().insecure()) {
      List<String> all = Privileges.capabilities();
      return Map.of(
          "bounding", all,
          "effective", all,
          "permitted", all,
          "inheritable", all,
          "ambient", all);
    }
    // Like execve: capabilities in effect are root's only.
    List<String> effective = spec.uid() == 0 ? CAPABILITIES : List.of();
    return Map.of("bounding", CAPABILITIES, "effective", effective, "permitted", effective);
  }

  private static List<Map<String, Object>> limits(List<Ulimit> asked) {
    Map<String, Ulimit> limits = new LinkedHashMap<>();
    limits.put(
        "nofile",
        new Ulimit("nofile", Math.min(OPEN_FILES_SOFT, OPEN_FILES_HARD), OPEN_FILES_HARD));
    asked.forEach(limit -> limits.put(limit.name(), limit));
    return limits.values().stream()
        .map(
            limit ->
                Map.<String, Object>of(
                    "type",
                    limit.type(),
                    "soft",
                    unsigned(limit.soft()),
                    "hard",
                    unsigned(limit.hard())))
        .toList();
  }

  /** The kernel writes "no limit" as the largest number. */
  private static BigInteger unsigned(long value) {
    return new BigInteger(Long.toUnsignedString(value));
  }

  private static List<Map<String, Object>> mounts(ContainerSpec spec, List<ContainerMount> more) {
    String system = spec.isolation().insecure() ? "rw" : "ro";
    long shm = spec.isolation().shmBytes().orElse(SHM_BYTES);
    List<Map<String, Object>> mounts = new ArrayList<>();
    mounts.add(mount("/proc", "proc", "proc", "nosuid", "noexec", "nodev"));
    mounts.add(mount("/dev", "tmpfs", "tmpfs", "nosuid", "strictatime", "mode=755", "size=65536k"));
    mounts.add(
        mount(
            "/dev/pts",
            "devpts",
            "devpts",
            "nosuid",
            "noexec",
            "newinstance",
            "ptmxmode=0666",
            "mode=0620",
            "gid=5"));
    mounts.add(mount("/sys", "sysfs", "sysfs", "nosuid", "noexec", "nodev", system));
    mounts.add(mount("/sys/fs/cgroup", "cgroup", "cgroup", system, "nosuid", "noexec", "nodev"));
    mounts.add(mount("/dev/mqueue", "mqueue", "mqueue", "nosuid", "noexec", "nodev"));
    mounts.add(
        mount("/dev/shm", "tmpfs", "shm", "nosuid", "noexec", "nodev", "mode=1777", "size=" + shm));
    for (ContainerMount mount : more) {
      mounts.add(mount(mount));
    }
    for (ContainerMount mount : spec.mounts()) {
      mounts.add(mount(mount));
    }
    return mounts;
  }

  private static Map<String, Object> mount(ContainerMount mount) {
    return switch (mount) {
      case ContainerMount.Bind(Path source, String target, boolean readOnly) ->
          mount(target, "bind", source.toString(), "rbind", "rprivate", readOnly ? "ro" : "rw");
      case ContainerMount.Tmpfs(String target, var size, int mode) -> {
        List<String> options = new ArrayList<>(List.of("nosuid", "nodev"));
        options.add("mode=" + Integer.toOctalString(mode));
        size.ifPresent(bytes -> options.add("size=" + bytes));
        yield mount(target, "tmpfs", "tmpfs", options.toArray(String[]::new));
      }
    };
  }

  private static Map<String, Object> mount(
      String target, String type, String source, String... options) {
    return Map.of(
        "destination", target, "type", type, "source", source, "options", List.of(options));
  }

  private static Map<String, Object> linux(ContainerSpec spec, String cgroup) {
    List<Map<String, Object>> namespaces = new ArrayList<>();
    for (String type : List.of("pid", "ipc", "uts", "mount", "cgroup")) {
      namespaces.add(Map.of("type", type));
    }
    if (spec.network() == NetworkMode.NONE) {
      namespaces.add(Map.of("type", "network"));
    }
    Map<String, Object> linux = new LinkedHashMap<>();
    linux.put("cgroupsPath", cgroup);
    linux.put("namespaces", namespaces);
    boolean insecure = spec.isolation().insecure();
    linux.put("resources", resources(spec.limits(), insecure));
    if (insecure) {
      linux.put("devices", Privileges.devices());
    } else {
      linux.put("maskedPaths", MASKED);
      linux.put("readonlyPaths", READ_ONLY);
      linux.put("seccomp", SeccompPolicy.asOci());
    }
    return linux;
  }

  private static Map<String, Object> resources(Limits limits, boolean allDevices) {
    Map<String, Object> resources = new LinkedHashMap<>();
    // The runtime adds the harmless standard devices to this.
    resources.put("devices", List.of(Map.of("allow", allDevices, "access", "rwm")));
    limits
        .memoryBytes()
        .ifPresent(bytes -> resources.put("memory", Map.of("limit", bytes, "swap", bytes)));
    limits.pids().ifPresent(count -> resources.put("pids", Map.of("limit", count)));
    limits.cpuShares().ifPresent(shares -> resources.put("cpu", Map.of("shares", shares)));
    return resources;
  }
}
