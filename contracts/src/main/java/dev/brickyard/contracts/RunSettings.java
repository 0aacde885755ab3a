package dev.brickyard.contracts;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How every RUN of a build is run, where its line does not say otherwise.
 *
 * @param network {@code none} or {@code host}; null for the usual one
 * @param extraHosts for {@code /etc/hosts}, in order
 * @param shmBytes size of {@code /dev/shm}; null for the usual one
 */
public record RunSettings(
    @Nullable String network,
    List<ExtraHost> extraHosts,
    @Nullable Long shmBytes,
    List<Ulimit> ulimits) {
  /** As usual. */
  public static final RunSettings USUAL = new RunSettings(null, List.of(), null, List.of());

  public RunSettings {
    extraHosts = extraHosts == null ? List.of() : List.copyOf(extraHosts);
    ulimits = ulimits == null ? List.of() : List.copyOf(ulimits);
  }

  /**
   * A name of another machine.
   *
   * @param address an IP address, or {@code host-gateway} for the worker's machine
   */
  public record ExtraHost(String name, String address) {}

  /**
   * A limit as {@code setrlimit(2)} knows it.
   *
   * @param name in lower case, such as {@code nofile}
   * @param soft -1 for none
   * @param hard -1 for none
   */
  public record Ulimit(String name, long soft, long hard) {}
}
