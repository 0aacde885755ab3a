package dev.brickyard.engine.source;

import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A SOCKS 5 proxy (RFC 1928) on the loopback interface through which Git's program reaches the
 * world, and which connects it to nothing the policy denies: the program resolves names and follows
 * redirects and submodules on its own, so it cannot be checked from outside.
 */
final class SocksGuard implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SocksGuard.class);
  private static final int VERSION = 5;
  private static final int CONNECT = 1;
  private static final int IPV4 = 1;
  private static final int NAME = 3;
  private static final int IPV6 = 4;
  private static final int SUCCEEDED = 0;
  private static final int NOT_ALLOWED = 2;
  private static final int UNREACHABLE = 4;
  private static final int NOT_SUPPORTED = 7;
  private static final int CONNECT_MILLIS = 20_000;

  private final EgressPolicy policy;
  private final ServerSocket server;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  SocksGuard(EgressPolicy policy) throws IOException {
    this.policy = policy;
    this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().name("socks-guard").start(this::accept);
  }

  /** As curl is told of it; names are resolved here. */
  String url() {
    return "socks5h://"
        + InetAddress.getLoopbackAddress().getHostAddress()
        + ":"
        + server.getLocalPort();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        open.add(client);
        Thread.ofVirtual().name("socks-guard-client").start(() -> serve(client));
      } catch (IOException e) {
        if (!server.isClosed()) {
          LOG.warn("a connection of Git could not be taken", e);
        }
      }
    }
  }

  private void serve(Socket client) {
    try (client) {
      DataInputStream in = new DataInputStream(client.getInputStream());
      OutputStream out = client.getOutputStream();
      if (in.readUnsignedByte() != VERSION) {
        return;
      }
      in.skipNBytes(in.readUnsignedByte());
      out.write(new byte[] {VERSION, 0});
      in.readUnsignedByte();
      int command = in.readUnsignedByte();
      in.readUnsignedByte();
      InetAddress[] addresses = addresses(in);
      int port = in.readUnsignedShort();
      if (command != CONNECT) {
        answer(out, NOT_SUPPORTED);
        return;
      }
      relay(client, out, addresses, port);
    } catch (EOFException e) {
      LOG.debug("Git left before it was connected");
    } catch (IOException e) {
      LOG.debug("a connection of Git broke", e);
    } finally {
      open.remove(client);
    }
  }

  private static InetAddress[] addresses(DataInputStream in) throws IOException {
    int type = in.readUnsignedByte();
    byte[] address =
        in.readNBytes(
            switch (type) {
              case IPV4 -> 4;
              case IPV6 -> 16;
              case NAME -> in.readUnsignedByte();
              default -> throw new IOException("unknown address type " + type);
            });
    if (type != NAME) {
      return new InetAddress[] {InetAddress.getByAddress(address)};
    }
    try {
      return InetAddress.getAllByName(new String(address, StandardCharsets.US_ASCII));
    } catch (UnknownHostException e) {
      return new InetAddress[0];
    }
  }

  private void relay(Socket client, OutputStream out, InetAddress[] addresses, int port)
      throws IOException {
    int refusal = UNREACHABLE;
    for (InetAddress address : addresses) {
      try (Socket remote = new Socket()) {
        policy.check(address, port);
        remote.connect(new InetSocketAddress(address, port), CONNECT_MILLIS);
        open.add(remote);
        answer(out, SUCCEEDED);
        Thread back = Thread.ofVirtual().start(() -> copy(remote, client));
        copy(client, remote);
        back.join();
        return;
      } catch (EgressDeniedException e) {
        LOG.info("a build may not reach {}", address.getHostAddress());
        refusal = NOT_ALLOWED;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      } catch (IOException e) {
        LOG.debug("{} does not answer", address, e);
      } finally {
        open.removeIf(Socket::isClosed);
      }
    }
    answer(out, refusal);
  }

  /** Until one side ends; then the other is told so. */
  private static void copy(Socket from, Socket to) {
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      in.transferTo(out);
      to.shutdownOutput();
    } catch (IOException e) {
      // The other direction has nothing to wait for any more.
      close(from);
      close(to);
    }
  }

  private static void answer(OutputStream out, int code) throws IOException {
    out.write(new byte[] {VERSION, (byte) code, 0, IPV4, 0, 0, 0, 0, 0, 0});
    out.flush();
  }

  @Override
  public void close() {
    close(server);
    open.forEach(SocksGuard::close);
  }

  private static void close(Closeable socket) {
    try {
      socket.close();
    } catch (IOException e) {
      LOG.debug("a connection of Git could not be closed", e);
    }
  }
}
