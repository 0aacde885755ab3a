package dev.brickyard.engine.runtime;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A process to run in a container.
 *
 * @param rootfs the mounted root filesystem, writable
 * @param args the command and its arguments, looked up in the environment's {@code PATH}
 * @param env the whole environment
 * @param cwd absolute; made when missing
 * @param groups supplementary groups
 * @param mounts besides the standard ones ({@code /proc}, {@code /dev}, {@code /sys} …)
 */
public record ContainerSpec(
    Path rootfs,
    List<String> args,
    Map<String, String> env,
    String cwd,
    long uid,
    long gid,
    List<Long> groups,
    String hostname,
    List<ContainerMount> mounts,
    NetworkMode network,
    Limits limits) {
  public ContainerSpec {
    args = List.copyOf(args);
    env = Collections.unmodifiableMap(new LinkedHashMap<>(env));
    groups = List.copyOf(groups);
    mounts = List.copyOf(mounts);
    if (args.isEmpty()) {
      throw new IllegalArgumentException("a container needs a command");
    }
    if (!cwd.startsWith("/")) {
      throw new IllegalArgumentException("working directory \"" + cwd + "\" is not absolute");
    }
  }
}
