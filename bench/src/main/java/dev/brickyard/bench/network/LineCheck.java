package dev.brickyard.bench.network;

import dev.brickyard.bench.BenchException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Measures what the slow line really does, as a builder at its far end would see it. */
public final class LineCheck {
  private static final int CONNECTIONS = 5;
  private static final int BYTES = 40_000_000;

  private LineCheck() {}

  /**
   * What was measured.
   *
   * @param roundTripMillis of TCP's first handshake, the median
   * @param megabitsPerSecond of one connection that carries 40 MB towards the far end
   */
  public record Figures(double roundTripMillis, double megabitsPerSecond) {}

  /** Measures the line of this site, which must have a namespace. */
  public static Figures measure(Site site)
      throws IOException, BenchException, InterruptedException {
    InetAddress near = InetAddress.getByName(site.yard().address());
    try (ServerSocket server = new ServerSocket(0, 50, near)) {
      // Ends with the socket.
      Thread.ofVirtual().start(() -> serve(server));
      InetSocketAddress address = new InetSocketAddress(near, server.getLocalPort());
      return inNamespace(site.yard().workerNamespace().orElseThrow(), () -> from(address));
    }
  }

  private static Figures from(InetSocketAddress address) throws IOException {
    List<Double> roundTrips = new ArrayList<>();
    for (int number = 0; number < CONNECTIONS; number++) {
      try (Socket socket = new Socket()) {
        long begun = System.nanoTime();
        socket.connect(address, 5000);
        roundTrips.add((System.nanoTime() - begun) / 1e6);
      }
    }
    try (Socket socket = new Socket()) {
      socket.connect(address, 5000);
      socket.setSoTimeout(20_000);
      long begun = System.nanoTime();
      socket.getOutputStream().write(1);
      InputStream in = socket.getInputStream();
      long got = in.skip(BYTES);
      while (got < BYTES && in.read() >= 0) {
        got += 1 + in.skip(BYTES - got - 1);
      }
      if (got < BYTES) {
        throw new IOException("only " + got + " bytes came over the line");
      }
      double seconds = (System.nanoTime() - begun) / 1e9;
      return new Figures(
          roundTrips.stream().sorted().toList().get(CONNECTIONS / 2), BYTES * 8 / seconds / 1e6);
    }
  }

  /** Gives everybody who asks for it a lot of bytes. */
  private static void serve(ServerSocket server) {
    while (!server.isClosed()) {
      try (Socket socket = server.accept()) {
        if (socket.getInputStream().read() >= 0) {
          socket.getOutputStream().write(new byte[BYTES]);
        }
      } catch (IOException e) {
        // The client left, or the server is closed: see the loop's condition.
      }
    }
  }

  /** Runs it on a thread that lives in the namespace; only that thread does (setns(2)). */
  private static <T> T inNamespace(String name, Callable<T> work)
      throws IOException, BenchException, InterruptedException {
    CompletableFuture<T> result = new CompletableFuture<>();
    Thread.ofPlatform()
        .name("line-check")
        .start(
            () -> {
              try {
                enter(Path.of("/run/netns", name));
                result.complete(work.call());
              } catch (Exception e) {
                result.completeExceptionally(e);
              }
            });
    try {
      return result.get();
    } catch (ExecutionException e) {
      throw new BenchException("the slow line does not work: " + e.getCause(), e.getCause());
    }
  }

  private static void enter(Path namespace) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      int descriptor =
          Libc.open(
              arena.allocateFrom(namespace.toString()),
              Libc.O_RDONLY | Libc.O_CLOEXEC,
              namespace.toString());
      try {
        if (Libc.asInt(Libc.SETNS, descriptor, Libc.CLONE_NEWNET) != 0) {
          throw new IOException(namespace + " cannot be entered");
        }
      } finally {
        Libc.asInt(Libc.CLOSE, descriptor);
      }
    }
  }
}
