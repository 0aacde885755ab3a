package dev.brickyard.engine.ssh;

import dev.brickyard.engine.linux.Directory;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An SSH agent on a Unix socket (draft-miller-ssh-agent): it lists its keys and signs with them,
 * and refuses everything else, so that whoever uses it can neither read, add nor remove one.
 */
public final class SshAgent implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SshAgent.class);

  private static final int FAILURE = 5;
  private static final int REQUEST_IDENTITIES = 11;
  private static final int IDENTITIES_ANSWER = 12;
  private static final int SIGN_REQUEST = 13;
  private static final int SIGN_RESPONSE = 14;

  /** As OpenSSH's agent bounds a message. */
  private static final int MOST_BYTES = 256 * 1024;

  private static final int MOST_CLIENTS = 64;
  private static final String SOCKET = "agent";

  private final List<SshKey> keys;
  private final Path directory;
  private final ServerSocketChannel server;
  private final Set<SocketChannel> clients = ConcurrentHashMap.newKeySet();

  private SshAgent(List<SshKey> keys, Path directory, ServerSocketChannel server) {
    this.keys = keys;
    this.directory = directory;
    this.server = server;
  }

  /**
   * Starts an agent.
   *
   * @param mode permission bits of its socket
   */
  public static SshAgent start(List<SshKey> keys, int mode, long uid, long gid) throws IOException {
    // Not in the worker's own directory: a socket's path has room for a hundred characters.
    Path directory = Files.createTempDirectory("brickyard-ssh-");
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    SshAgent agent = new SshAgent(List.copyOf(keys), directory, server);
    boolean started = false;
    try {
      server.bind(UnixDomainSocketAddress.of(agent.socket()));
      try (Directory parent = Directory.open(directory)) {
        parent.setOwner(SOCKET, uid, gid);
        parent.setMode(SOCKET, mode);
      }
      Thread.ofPlatform().daemon().name("ssh-agent").start(agent::accept);
      started = true;
      return agent;
    } finally {
      if (!started) {
        agent.close();
      }
    }
  }

  /** Where it listens. */
  public Path socket() {
    return directory.resolve(SOCKET);
  }

  private void accept() {
    try {
      while (true) {
        SocketChannel client = server.accept();
        if (clients.size() >= MOST_CLIENTS) {
          client.close();
        } else {
          clients.add(client);
          Thread.ofPlatform().daemon().name("ssh-agent-client").start(() -> serve(client));
        }
      }
    } catch (IOException e) {
      LOG.debug("the SSH agent ended", e);
    }
  }

  private void serve(SocketChannel client) {
    try (client) {
      DataInputStream in = new DataInputStream(Channels.newInputStream(client));
      OutputStream out = Channels.newOutputStream(client);
      while (true) {
        int length = in.readInt();
        if (length < 1 || length > MOST_BYTES) {
          return;
        }
        byte[] answer = answer(in.readNBytes(length));
        out.write(ByteBuffer.allocate(Integer.BYTES).putInt(answer.length).array());
        out.write(answer);
        out.flush();
      }
    } catch (EOFException e) {
      LOG.trace("a client of the SSH agent is done", e);
    } catch (IOException e) {
      LOG.debug("a client of the SSH agent broke off", e);
    } finally {
      clients.remove(client);
    }
  }

  /** The answer to a message, both without their length. */
  byte[] answer(byte[] message) {
    Wire.Reader request = new Wire.Reader(message);
    try {
      return switch (request.octet()) {
        case REQUEST_IDENTITIES -> identities();
        case SIGN_REQUEST -> signature(request.string(), request.string(), request.number());
        default -> refusal();
      };
    } catch (BufferUnderflowException | GeneralSecurityException e) {
      LOG.debug("a request to the SSH agent failed", e);
      return refusal();
    }
  }

  private static byte[] refusal() {
    return new Wire.Writer().octet(FAILURE).taken();
  }

  private byte[] identities() {
    Wire.Writer answer = new Wire.Writer().octet(IDENTITIES_ANSWER).number(keys.size());
    keys.forEach(key -> answer.string(key.publicBlob()).string(key.comment()));
    return answer.taken();
  }

  private byte[] signature(byte[] blob, byte[] data, int flags) throws GeneralSecurityException {
    for (SshKey key : keys) {
      if (key.is(blob)) {
        return new Wire.Writer().octet(SIGN_RESPONSE).string(key.sign(data, flags)).taken();
      }
    }
    return refusal();
  }

  /** Ends it and breaks off with whoever uses it. */
  @Override
  public void close() throws IOException {
    server.close();
    for (SocketChannel client : clients) {
      client.close();
    }
    Files.deleteIfExists(socket());
    Files.delete(directory);
  }
}
