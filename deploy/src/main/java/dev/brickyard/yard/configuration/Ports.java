package dev.brickyard.yard.configuration;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The TCP ports of the yard, all on the loopback address, by name: each service's name, and {@code
 * kafka-controller} for the port on which Kafka speaks to itself. 0 means that a free one is chosen
 * when the service starts.
 */
public record Ports(Map<String, Integer> byName) {
  /** The name of Kafka's second port. */
  public static final String KAFKA_CONTROLLER = "kafka-controller";

  private static final Map<String, Integer> DEFAULTS =
      Map.of(
          "postgres",
          5433,
          "kafka",
          9092,
          KAFKA_CONTROLLER,
          9093,
          "s3",
          9000,
          "registry",
          5001,
          "scheduler",
          8081,
          "api",
          8080,
          "worker",
          8082);

  public Ports {
    byName = Collections.unmodifiableMap(new TreeMap<>(byName));
    byName.forEach(
        (name, port) -> {
          if (port < 0 || port > 65535) {
            throw new IllegalArgumentException(
                "port." + name + " is " + port + ", which is not between 0 and 65535");
          }
        });
  }

  /** True when the name is one that has a port. */
  public static boolean isName(String name) {
    if (name.equals(KAFKA_CONTROLLER)) {
      return true;
    }
    try {
      new ServiceName(name);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** The service's port. Worker n stands n - 1 above the first one unless set otherwise. */
  public int of(ServiceName service) {
    return explicit(service.value())
        .orElseGet(
            () -> {
              Integer fixed = DEFAULTS.get(service.value());
              if (fixed != null) {
                return fixed;
              }
              int first = of(ServiceName.worker(1));
              return first == 0 ? 0 : first + service.workerNumber() - 1;
            });
  }

  /** Where Kafka's controller listens. */
  public int kafkaController() {
    return explicit(KAFKA_CONTROLLER).orElse(9093);
  }

  /** The same ports with one of them set. */
  public Ports with(String name, int port) {
    Map<String, Integer> all = new TreeMap<>(byName);
    all.put(name, port);
    return new Ports(all);
  }

  private Optional<Integer> explicit(String name) {
    return Optional.ofNullable(byName.get(name));
  }
}
