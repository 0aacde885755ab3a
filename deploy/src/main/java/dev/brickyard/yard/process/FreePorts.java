package dev.brickyard.yard.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;

/** Which TCP ports of this machine can be listened on. */
public final class FreePorts {
  private static final Path EPHEMERAL = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
  private static final int LOWEST = 10_000;
  private static final int HIGHEST = 65_535;
  private static final int TRIES = 1000;

  private FreePorts() {}

  /** True when a server could listen on the port of this address now. */
  public static boolean isFree(String address, int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(address, port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * A port that nothing listens on, and that the kernel gives to nobody who connects somewhere
   * (ip(7), {@code ip_local_port_range}): a server that is started again finds it free.
   */
  public static int any() throws IOException {
    // In one read: this file has no second.
    String[] range = Files.readAllLines(EPHEMERAL).getFirst().strip().split("\\s+", -1);
    int lowest = Integer.parseInt(range[0]);
    int highest = Integer.parseInt(range[1]);
    boolean below = lowest - LOWEST > HIGHEST - highest;
    int from = below ? LOWEST : highest + 1;
    int to = below ? lowest : HIGHEST + 1;
    if (from >= to) {
      from = LOWEST;
      to = HIGHEST + 1;
    }
    for (int tries = 0; tries < TRIES; tries++) {
      int port = ThreadLocalRandom.current().nextInt(from, to);
      if (isFree(InetAddress.getLoopbackAddress().getHostAddress(), port)) {
        return port;
      }
    }
    throw new IOException("no port from " + from + " to " + (to - 1) + " is free");
  }

  /** Who has the port: {@code pid 123 (java -jar …)}, or that it cannot be told. */
  public static String holder(int port) {
    return ProcessTable.listener(port)
        .map(pid -> "pid " + pid + " (" + ProcessTable.describe(pid) + ")")
        .orElse("a process that cannot be told from here");
  }
}
