package dev.brickyard.engine;

import java.util.Arrays;
import java.util.stream.Collectors;

/** What a RUN may do only where an administrator allows it. The names are BuildKit's. */
public enum Entitlement {
  /** {@code --network=host}. */
  NETWORK_HOST("network.host"),
  /** {@code --security=insecure}: all privileges of the worker. */
  SECURITY_INSECURE("security.insecure");

  private final String value;

  Entitlement(String value) {
    this.value = value;
  }

  /** As it is written in configurations and messages. */
  public String value() {
    return value;
  }

  /**
   * The entitlement of that name.
   *
   * @throws IllegalArgumentException naming those there are
   */
  public static Entitlement of(String name) {
    return Arrays.stream(values())
        .filter(entitlement -> entitlement.value.equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "there is no entitlement \""
                        + name
                        + "\"; there are "
                        + Arrays.stream(values())
                            .map(Entitlement::value)
                            .collect(Collectors.joining(", "))));
  }
}
