package dev.brickyard.engine.source;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the worker itself may not connect to on behalf of a Dockerfile, which anybody may have
 * written. Asked about addresses, not names, at the moment of connecting: so neither a redirect nor
 * a name server that changes its mind leads around it.
 *
 * @param denied networks of which nothing is reached
 * @param services single addresses that are not reached, by host and port: the farm's own services
 */
public record EgressPolicy(List<Network> denied, List<InetSocketAddress> services) {
  /**
   * This machine itself, and the link-local networks with the metadata services of clouds. Private
   * networks are not among them: people keep their package mirrors there.
   */
  public static final EgressPolicy DEFAULT =
      new EgressPolicy(
          Stream.of(
                  "0.0.0.0/8",
                  "127.0.0.0/8",
                  "169.254.0.0/16",
                  "::/128",
                  "::1/128",
                  "fe80::/10",
                  "fd00:ec2::/32")
              .map(Network::parse)
              .toList(),
          List.of());

  public EgressPolicy {
    denied = List.copyOf(denied);
    services = List.copyOf(services);
  }

  /** The same, with these networks denied instead. */
  public EgressPolicy withDenied(List<Network> networks) {
    return new EgressPolicy(networks, services);
  }

  /** The same, with these services denied instead. */
  public EgressPolicy withServices(List<InetSocketAddress> addresses) {
    return new EgressPolicy(denied, addresses);
  }

  /** Throws when the address must not be connected to. */
  void check(InetAddress address, int port) throws EgressDeniedException {
    boolean ours = services.stream().anyMatch(service -> is(service, address, port));
    if (ours || denied.stream().anyMatch(network -> network.contains(address))) {
      throw new EgressDeniedException(address.getHostAddress() + ":" + port);
    }
  }

  private static boolean is(InetSocketAddress service, InetAddress address, int port) {
    if (service.getPort() != port) {
      return false;
    }
    try {
      return Arrays.asList(InetAddress.getAllByName(service.getHostString())).contains(address);
    } catch (UnknownHostException e) {
      // A service whose name is not known is not this address.
      return false;
    }
  }

  /**
   * A network.
   *
   * @param address any address of it
   * @param bits how many of the first bits all its addresses have in common
   */
  public record Network(InetAddress address, int bits) {
    /** Checks that there are so many bits. */
    public Network {
      if (bits < 0 || bits > address.getAddress().length * 8) {
        throw new IllegalArgumentException(
            "a network of " + address.getHostAddress() + " cannot have /" + bits);
      }
    }

    /**
     * Reads {@code 10.0.0.0/8}; an address alone is a network of one.
     *
     * @throws IllegalArgumentException when it is no such text
     */
    public static Network parse(String text) {
      int slash = text.indexOf('/');
      String literal = slash < 0 ? text : text.substring(0, slash);
      InetAddress address;
      int bits;
      try {
        address = InetAddress.ofLiteral(literal);
        bits =
            slash < 0
                ? address.getAddress().length * 8
                : Integer.parseInt(text.substring(slash + 1));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "\"" + text + "\" is no network, such as 10.0.0.0/8 or fd00::/8", e);
      }
      return new Network(address, bits);
    }

    /** Whether the address is in it. */
    public boolean contains(InetAddress other) {
      byte[] mine = address.getAddress();
      byte[] theirs = other.getAddress();
      if (mine.length != theirs.length) {
        return false;
      }
      for (int bit = 0; bit < bits; bit++) {
        int mask = 0x80 >> (bit % 8);
        if ((mine[bit / 8] & mask) != (theirs[bit / 8] & mask)) {
          return false;
        }
      }
      return true;
    }

    @Override
    public String toString() {
      return address.getHostAddress() + "/" + bits;
    }
  }
}
