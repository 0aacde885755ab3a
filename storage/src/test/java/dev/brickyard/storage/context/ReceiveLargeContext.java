package dev.brickyard.storage.context;

import dev.brickyard.engine.context.ContextLimits;
import dev.brickyard.storage.object.S3ObjectStore;
import dev.brickyard.storage.object.S3Settings;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.URI;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** Main class of a child JVM with a small heap: receives a context made on the way. */
final class ReceiveLargeContext {
  private static final int FILE = 32 << 20;

  private ReceiveLargeContext() {}

  /** Arguments: endpoint, access key, secret key, bucket, how many files of 32 MiB. */
  public static void main(String[] arguments) throws Exception {
    int files = Integer.parseInt(arguments[4]);
    S3Settings settings =
        new S3Settings(
            URI.create(arguments[0]), arguments[1], arguments[2], arguments[3], "us-east-1");
    PipedOutputStream out = new PipedOutputStream();
    PipedInputStream in = new PipedInputStream(out, 1 << 16);
    Thread sender = Thread.ofPlatform().daemon().start(() -> send(out, files));
    try (S3ObjectStore objects = new S3ObjectStore(settings)) {
      var received =
          new ContextStore(objects).receive(UUID.randomUUID(), in, ContextLimits.DEFAULT, Set.of());
      sender.join();
      System.out.println("received " + received.contentBytes());
    }
  }

  private static void send(OutputStream out, int files) {
    byte[] content = new byte[1 << 20];
    new Random(1).nextBytes(content);
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
      for (int i = 0; i < files; i++) {
        TarArchiveEntry entry = new TarArchiveEntry("file-" + i);
        entry.setSize(FILE);
        tar.putArchiveEntry(entry);
        for (int sent = 0; sent < FILE; sent += content.length) {
          tar.write(content);
        }
        tar.closeArchiveEntry();
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
