package dev.brickyard.bench.network;

import java.util.List;

/**
 * The commands that make, and take away, what the far end of the slow line lives in: a network
 * namespace with the line's device, and a fast uplink of its own on which RUN steps reach package
 * mirrors. Addresses are those set aside for benchmarks (RFC 2544).
 */
final class WanCommands {
  static final String NAMESPACE = "brickyard-bench";
  static final String NEAR_DEVICE = "bybench0";
  static final String FAR_DEVICE = "bybench1";
  static final String NEAR_ADDRESS = "198.18.77.1";
  static final String FAR_ADDRESS = "198.18.77.2";
  private static final String NEAR_UPLINK = "byuplink0";
  private static final String FAR_UPLINK = "byuplink1";
  private static final String UPLINK_GATEWAY = "198.18.77.5";
  private static final String UPLINK_ADDRESS = "198.18.77.6";
  private static final String UPLINK_NET = "198.18.77.4/30";

  private WanCommands() {}

  /** Before the line's devices are made. */
  static List<List<String>> before() {
    return List.of(words("ip netns add " + NAMESPACE));
  }

  /** When they are there. */
  static List<List<String>> after() {
    return List.of(
        words("ip link set " + FAR_DEVICE + " netns " + NAMESPACE),
        words("ip addr add " + NEAR_ADDRESS + "/30 dev " + NEAR_DEVICE),
        words("ip link set " + NEAR_DEVICE + " up"),
        words("ip -n " + NAMESPACE + " link set lo up"),
        words("ip -n " + NAMESPACE + " addr add " + FAR_ADDRESS + "/30 dev " + FAR_DEVICE),
        words("ip -n " + NAMESPACE + " link set " + FAR_DEVICE + " up"),
        words(
            "ip link add %s type veth peer name %s netns %s"
                .formatted(NEAR_UPLINK, FAR_UPLINK, NAMESPACE)),
        words("ip addr add " + UPLINK_GATEWAY + "/30 dev " + NEAR_UPLINK),
        words("ip link set " + NEAR_UPLINK + " up"),
        words("ip -n " + NAMESPACE + " addr add " + UPLINK_ADDRESS + "/30 dev " + FAR_UPLINK),
        words("ip -n " + NAMESPACE + " link set " + FAR_UPLINK + " up"),
        words("ip -n " + NAMESPACE + " route add default via " + UPLINK_GATEWAY),
        rule("-t nat -A POSTROUTING"),
        rule("-I FORWARD -i"),
        rule("-I FORWARD -o"));
  }

  /** Takes all of it away; each fails, harmlessly, when there is nothing to take away. */
  static List<List<String>> away() {
    return List.of(
        rule("-t nat -D POSTROUTING"),
        rule("-D FORWARD -i"),
        rule("-D FORWARD -o"),
        words("ip link del " + NEAR_UPLINK),
        words("ip link del " + NEAR_DEVICE),
        words("ip netns del " + NAMESPACE));
  }

  private static List<String> rule(String beginning) {
    return words(
        "iptables -w "
            + (beginning.contains("POSTROUTING")
                ? beginning + " -s " + UPLINK_NET + " -j MASQUERADE"
                : beginning + " " + NEAR_UPLINK + " -j ACCEPT"));
  }

  private static List<String> words(String command) {
    return List.of(command.split(" ", -1));
  }
}
