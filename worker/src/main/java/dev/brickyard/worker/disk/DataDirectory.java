package dev.brickyard.worker.disk;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.Locale;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The worker's directory on its local disk, locked while it is open: two workers that shared one
 * would unmount each other's roots. All of it but the worker's name may be lost between two runs.
 */
public final class DataDirectory implements AutoCloseable {
  private final Path root;
  private final FileChannel channel;

  private DataDirectory(Path root, FileChannel channel) {
    this.root = root;
    this.channel = channel;
  }

  /**
   * Opens and locks the directory, made when missing.
   *
   * @throws IOException naming the directory, when it cannot be used or another worker uses it
   */
  public static DataDirectory open(Path root) throws IOException {
    Files.createDirectories(root);
    FileChannel channel =
        FileChannel.open(
            root.resolve("worker.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (lock(channel) == null) {
      channel.close();
      throw new IOException("another worker uses the data directory " + root);
    }
    DataDirectory opened = new DataDirectory(root.toAbsolutePath(), channel);
    opened.clearSpool();
    return opened;
  }

  private static @Nullable FileLock lock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  private void clearSpool() throws IOException {
    Files.createDirectories(spool());
    try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(spool())) {
      for (Path leftover : leftovers) {
        Files.delete(leftover);
      }
    }
  }

  /** For the engine alone. */
  public Path engine() {
    return root.resolve("engine");
  }

  /** For the container runtime alone. */
  public Path runtime() {
    return root.resolve("runtime");
  }

  /** For the logs of running jobs; empty after opening. */
  public Path spool() {
    return root.resolve("spool");
  }

  /**
   * The worker's name: the host's with something random behind it, the same at every start.
   *
   * @param random makes the name at the first start
   */
  public String workerId(RandomGenerator random) throws IOException {
    Path file = root.resolve("worker-id");
    if (!Files.exists(file)) {
      byte[] suffix = new byte[3];
      random.nextBytes(suffix);
      Path written = root.resolve("worker-id.new");
      Files.writeString(written, hostName() + "-" + HexFormat.of().formatHex(suffix));
      Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
    }
    return Files.readString(file, StandardCharsets.UTF_8).trim();
  }

  private static String hostName() {
    try {
      String name = InetAddress.getLocalHost().getHostName().toLowerCase(Locale.ROOT);
      String clean = name.replaceAll("[^a-z0-9.-]", "-");
      return clean.isEmpty() ? "worker" : clean;
    } catch (UnknownHostException e) {
      return "worker";
    }
  }

  /** Unlocks the directory. */
  @Override
  public void close() throws IOException {
    channel.close();
  }
}
