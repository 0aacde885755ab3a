package dev.brickyard.engine.graph;

import dev.brickyard.engine.BuildFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The ports of EXPOSE: {@code 80}, {@code 53/udp}, {@code 8000-8010/tcp}. */
final class Ports {
  private static final Set<String> PROTOCOLS = Set.of("tcp", "udp", "sctp");

  private Ports() {}

  /**
   * One entry {@code port/protocol} for each port.
   *
   * @throws BuildFailure code {@code bad-port}
   */
  static List<String> parse(String text) throws BuildFailure {
    int slash = text.indexOf('/');
    String protocol = slash < 0 ? "tcp" : text.substring(slash + 1).toLowerCase(Locale.ROOT);
    String numbers = slash < 0 ? text : text.substring(0, slash);
    // Docker accepts a published port here and ignores it: 8080:80 exposes 80.
    numbers = numbers.substring(numbers.lastIndexOf(':') + 1);
    if (!PROTOCOLS.contains(protocol)) {
      throw BuildFailure.user(
          "bad-port", "\"" + text + "\" is no port: the protocol must be tcp, udp or sctp");
    }
    int dash = numbers.indexOf('-');
    int first = number(text, dash < 0 ? numbers : numbers.substring(0, dash));
    int last = dash < 0 ? first : number(text, numbers.substring(dash + 1));
    if (last < first) {
      throw BuildFailure.user(
          "bad-port", "\"" + text + "\" is no range of ports: it ends before it begins");
    }
    List<String> ports = new ArrayList<>();
    for (int port = first; port <= last; port++) {
      ports.add(port + "/" + protocol);
    }
    return ports;
  }

  private static int number(String text, String digits) throws BuildFailure {
    if (digits.matches("[0-9]{1,5}") && Integer.parseInt(digits) <= 65535) {
      return Integer.parseInt(digits);
    }
    throw BuildFailure.user(
        "bad-port", "\"" + text + "\" is no port: write a number up to 65535, like 80 or 53/udp");
  }
}
