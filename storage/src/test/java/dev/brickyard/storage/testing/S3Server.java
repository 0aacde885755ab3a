package dev.brickyard.storage.testing;

import dev.brickyard.storage.object.S3Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Properties;
import java.util.stream.Stream;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.jspecify.annotations.Nullable;

/**
 * A real S3 server in this JVM, keeping its objects as files of a temporary folder. It can be
 * stopped and started again on the same port with its data; {@link #close} removes everything.
 */
public final class S3Server implements AutoCloseable {
  private static final String ACCESS_KEY = "test-access";
  private static final String SECRET_KEY = "test-secret";

  private final Path folder;
  private int port;
  private @Nullable S3Proxy proxy;

  private S3Server(Path folder) {
    this.folder = folder;
  }

  /** Starts an empty server on a free port. */
  public static S3Server start() {
    try {
      S3Server server = new S3Server(Files.createTempDirectory("brickyard-s3-"));
      server.resume();
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where it is, the same for the server's whole life. */
  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + port);
  }

  public String accessKey() {
    return ACCESS_KEY;
  }

  public String secretKey() {
    return SECRET_KEY;
  }

  /** Settings for a bucket, which need not exist. */
  public S3Settings settings(String bucket) {
    return new S3Settings(endpoint(), ACCESS_KEY, SECRET_KEY, bucket, "us-east-1");
  }

  /** The file that holds an object, for tests that damage it. */
  public Path file(String bucket, String key) {
    return folder.resolve(bucket).resolve(key);
  }

  /** Goes away; its data stays. */
  public void pause() {
    S3Proxy running = proxy;
    proxy = null;
    if (running != null) {
      try {
        running.stop();
      } catch (Exception e) {
        throw new IllegalStateException("the S3 server does not stop", e);
      }
    }
  }

  /** Comes back on the same port. */
  public void resume() {
    if (proxy != null) {
      return;
    }
    Properties properties = new Properties();
    properties.setProperty("jclouds.filesystem.basedir", folder.toString());
    S3Proxy starting =
        S3Proxy.builder()
            .blobStore(BlobStores.create("filesystem-nio2", properties))
            .endpoint(endpoint())
            .awsAuthentication(AuthenticationType.AWS_V4, ACCESS_KEY, SECRET_KEY)
            .jettyMaxThreads(64)
            .stopTimeout(0)
            .build();
    try {
      starting.start();
    } catch (Exception e) {
      throw new IllegalStateException("the S3 server does not start", e);
    }
    proxy = starting;
    port = starting.getPort();
  }

  @Override
  public void close() {
    pause();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
