package dev.brickyard.engine.runtime;

import java.util.List;
import java.util.OptionalLong;

/**
 * How a container is set apart, where that is not the usual way.
 *
 * @param insecure true to give it all capabilities and devices of the worker, and no filter of
 *     system calls
 * @param extraHosts names beside its own, in the order of {@code /etc/hosts}
 * @param shmBytes how much {@code /dev/shm} holds; 64 MiB when empty
 * @param ulimits in place of the usual ones of the same name
 */
public record Isolation(
    boolean insecure, List<ExtraHost> extraHosts, OptionalLong shmBytes, List<Ulimit> ulimits) {
  /** As Docker does it by default. */
  public static final Isolation USUAL =
      new Isolation(false, List.of(), OptionalLong.empty(), List.of());

  public Isolation {
    extraHosts = List.copyOf(extraHosts);
    ulimits = List.copyOf(ulimits);
  }

  /** The same with all privileges, or without. */
  public Isolation withInsecure(boolean insecure) {
    return new Isolation(insecure, extraHosts, shmBytes, ulimits);
  }
}
