package dev.brickyard.engine.graph;

import dev.brickyard.engine.BuildFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The ports of EXPOSE: {@code 80}, {@code 53/udp}, {@code 8000-8010/tcp}. Like BuildKit it accepts
 * a published port and an address in front, {@code [ip:]8080:80}, and ignores them.
 */
final class Ports {
  private static final Set<String> PROTOCOLS = Set.of("tcp", "udp", "sctp");
  private static final int HIGHEST = 65535;

  /** First and last of a range. */
  private record Range(int first, int last) {
    int size() {
      return last - first;
    }
  }

  private Ports() {}

  /**
   * One entry {@code port/protocol} for each port.
   *
   * @throws BuildFailure code {@code bad-port}
   */
  static List<String> parse(String text) throws BuildFailure {
    int colon = text.lastIndexOf(':');
    String container = text.substring(colon + 1);
    String host = colon < 0 ? "" : text.substring(0, colon);
    int slash = container.indexOf('/');
    String numbers = slash < 0 ? container : container.substring(0, slash);
    if (numbers.isEmpty()) {
      throw wrong("no port specified: " + container + "<empty>");
    }
    String protocol = slash < 0 ? "" : container.substring(slash + 1).toLowerCase(Locale.ROOT);
    if (protocol.isEmpty()) {
      protocol = "tcp";
    } else if (!PROTOCOLS.contains(protocol)) {
      throw wrong("invalid proto: " + protocol);
    }
    checkAddress(host);
    Range exposed = range(numbers, "containerPort");
    checkPublished(host.substring(host.lastIndexOf(':') + 1), exposed, numbers);
    List<String> ports = new ArrayList<>();
    for (int port = exposed.first(); port <= exposed.last(); port++) {
      ports.add(port + "/" + protocol);
    }
    return ports;
  }

  private static void checkAddress(String host) throws BuildFailure {
    int colon = host.lastIndexOf(':');
    String address = colon < 0 ? "" : host.substring(0, colon);
    boolean plausible =
        address.isEmpty()
            || address.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}")
            || (address.contains(":") && address.matches("\\[?[0-9A-Fa-f:.]+]?"));
    if (!plausible) {
      throw wrong("invalid IP address: " + address);
    }
  }

  private static void checkPublished(String published, Range exposed, String numbers)
      throws BuildFailure {
    if (published.isEmpty()) {
      return;
    }
    Range range = range(published, "hostPort");
    if (range.size() != exposed.size() && exposed.size() != 0) {
      throw wrong(
          "invalid ranges specified for container and host Ports: "
              + numbers
              + " and "
              + published);
    }
  }

  private static Range range(String text, String what) throws BuildFailure {
    String[] ends = text.split("-", -1);
    if (ends.length <= 2 && isPort(ends[0]) && isPort(ends[ends.length - 1])) {
      Range range = new Range(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]));
      if (range.size() >= 0) {
        return range;
      }
    }
    throw wrong("invalid " + what + ": " + text);
  }

  private static boolean isPort(String digits) {
    return digits.matches("0*[0-9]{1,5}") && Integer.parseInt(digits) <= HIGHEST;
  }

  private static BuildFailure wrong(String sentence) {
    return BuildFailure.user("bad-port", sentence);
  }
}
