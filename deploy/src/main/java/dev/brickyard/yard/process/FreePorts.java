package dev.brickyard.yard.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Which TCP ports of this machine can be listened on. */
public final class FreePorts {
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

  /** A port that nothing listens on, from the range the kernel hands out. */
  public static int any() throws IOException {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      return socket.getLocalPort();
    }
  }

  /** Who has the port: {@code pid 123 (java -jar …)}, or that it cannot be told. */
  public static String holder(int port) {
    return ProcessTable.listener(port)
        .map(pid -> "pid " + pid + " (" + ProcessTable.describe(pid) + ")")
        .orElse("a process that cannot be told from here");
  }
}
