package dev.brickyard.yard.configuration;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which addresses of this machine the yard uses. Usually all is on the loopback address; for
 * measuring, or to see what a slow line does, the workers can live in a network namespace of their
 * own and reach the rest over whatever joins the two.
 *
 * @param address an IPv4 address of this machine, on which everything listens but the workers and
 *     the database
 * @param workerAddress the IPv4 address on which workers listen
 * @param workerNamespace a name below {@code /run/netns} ({@code ip-netns(8)}); empty for this
 *     machine's own network
 */
public record YardNetwork(String address, String workerAddress, Optional<String> workerNamespace) {
  private static final String LOCAL = "127.0.0.1";
  private static final Pattern IPV4 =
      Pattern.compile("(?:(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)(?:\\.(?!$)|$)){4}");
  private static final Pattern NAMESPACE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,63}");

  /** Everything on the loopback address. */
  public static final YardNetwork LOOPBACK = new YardNetwork(LOCAL, LOCAL, Optional.empty());

  public YardNetwork {
    for (String one : new String[] {address, workerAddress}) {
      if (!IPV4.matcher(one).matches()) {
        throw new IllegalArgumentException("\"" + one + "\" is not an IPv4 address");
      }
    }
    workerNamespace.ifPresent(
        name -> {
          if (!NAMESPACE.matcher(name).matches()) {
            throw new IllegalArgumentException(
                "\"" + name + "\" is not the name of a network namespace");
          }
        });
  }

  /** The same with another address for all but the workers. */
  public YardNetwork withAddress(String value) {
    return new YardNetwork(value, workerAddress, workerNamespace);
  }

  /** The same with another address for the workers. */
  public YardNetwork withWorkerAddress(String value) {
    return new YardNetwork(address, value, workerNamespace);
  }

  /** The same with the workers in that namespace. */
  public YardNetwork withWorkerNamespace(String value) {
    return new YardNetwork(address, workerAddress, Optional.of(value));
  }

  /** Where this service listens. No worker speaks to the database: it stays on the loopback. */
  public String of(ServiceName service) {
    if (service.equals(ServiceName.POSTGRES)) {
      return LOCAL;
    }
    return service.workerNumber() > 0 ? workerAddress : address;
  }
}
