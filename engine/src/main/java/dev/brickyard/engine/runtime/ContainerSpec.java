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
 * @param secretEnv variables over those of {@code env} whose values touch no disk
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
    Limits limits,
    Isolation isolation,
    Map<String, String> secretEnv) {
  public ContainerSpec {
    args = List.copyOf(args);
    env = Collections.unmodifiableMap(new LinkedHashMap<>(env));
    groups = List.copyOf(groups);
    mounts = List.copyOf(mounts);
    secretEnv = Map.copyOf(secretEnv);
    if (args.isEmpty()) {
      throw new IllegalArgumentException("a container needs a command");
    }
    if (!cwd.startsWith("/")) {
      throw new IllegalArgumentException("working directory \"" + cwd + "\" is not absolute");
    }
  }

  /** A process that is set apart as usual and knows no secret. */
  public ContainerSpec(
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
    this(
        rootfs,
        args,
        env,
        cwd,
        uid,
        gid,
        groups,
        hostname,
        mounts,
        network,
        limits,
        Isolation.USUAL,
        Map.of());
  }

  /** The same, set apart in this way. */
  public ContainerSpec withIsolation(Isolation isolation) {
    return new ContainerSpec(
        rootfs, args, env, cwd, uid, gid, groups, hostname, mounts, network, limits, isolation,
        secretEnv);
  }

  /** The same, with these variables in memory only. */
  public ContainerSpec withSecretEnv(Map<String, String> secretEnv) {
    return new ContainerSpec(
        rootfs, args, env, cwd, uid, gid, groups, hostname, mounts, network, limits, isolation,
        secretEnv);
  }

  /** The whole environment, secrets included. */
  Map<String, String> wholeEnv() {
    Map<String, String> whole = new LinkedHashMap<>(env);
    whole.putAll(secretEnv);
    return whole;
  }

  /** Says nothing of secrets. */
  @Override
  public String toString() {
    return "ContainerSpec[" + args + " in " + rootfs + "]";
  }
}
