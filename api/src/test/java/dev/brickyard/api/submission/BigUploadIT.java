package dev.brickyard.api.submission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.api.testing.Archives;
import dev.brickyard.api.testing.FarmResource;
import dev.brickyard.contracts.testing.KafkaBroker;
import dev.brickyard.contracts.testing.PostgresServer;
import dev.brickyard.storage.testing.S3Server;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The packaged service with a small heap, and requests it could never hold in memory. */
@Timeout(300)
class BigUploadIT {
  private static final String HEAP = "-Xmx512m";

  /** More than twice the heap. */
  private static final long CONTENT = 2048L << 20;

  private static final byte[] PIECE = new byte[1 << 20];

  @TempDir Path folder;

  @Test
  void contextFarLargerThanTheHeapPassesAndEarlyRefusalIsSeen() throws Exception {
    try (PostgresServer postgres = PostgresServer.start();
        KafkaBroker kafka = KafkaBroker.start();
        S3Server s3 = S3Server.start()) {
      FarmResource.createViews(postgres);
      FarmResource.createTopics(kafka.bootstrapServers());
      int port = freePort();
      Process api = launch(port, FarmResource.settings(postgres, kafka, s3));
      try {
        awaitReady(api, port);
        long begun = System.nanoTime();
        String answer = chunked(port, "/v1/builds?tag=big", out -> writeContext(out, CONTENT));
        System.out.printf(
            "%d MiB unpacked in %d ms%n", CONTENT >> 20, (System.nanoTime() - begun) / 1_000_000);
        assertThat(answer).startsWith("HTTP/1.1 201");

        assertThat(refusedBeforeTheBody(port)).startsWith("HTTP/1.1 400").contains("\"tag\"");
        assertThat(acceptedAfterContinue(port)).startsWith("HTTP/1.1 201");
        assertThat(api.isAlive()).isTrue();
      } finally {
        api.destroy();
        if (!api.waitFor(20, TimeUnit.SECONDS)) {
          api.destroyForcibly().waitFor();
        }
      }
    }
  }

  @FunctionalInterface
  private interface Body {
    void write(OutputStream out) throws IOException;
  }

  /** A tar in gzip of little entropy: the wire is spared, the object store is not. */
  private static void writeContext(OutputStream out, long bytes) throws IOException {
    try (GZIPOutputStream gzip =
            new GZIPOutputStream(out, 64 << 10) {
              {
                def.setLevel(Deflater.BEST_SPEED);
              }
            };
        TarArchiveOutputStream tar = new TarArchiveOutputStream(gzip)) {
      byte[] dockerfile = "FROM scratch\nCOPY big /\n".getBytes(StandardCharsets.UTF_8);
      TarArchiveEntry entry = new TarArchiveEntry("Dockerfile");
      entry.setSize(dockerfile.length);
      tar.putArchiveEntry(entry);
      tar.write(dockerfile);
      tar.closeArchiveEntry();
      TarArchiveEntry big = new TarArchiveEntry("big");
      big.setSize(bytes);
      tar.putArchiveEntry(big);
      for (long written = 0; written < bytes; written += PIECE.length) {
        tar.write(PIECE, 0, (int) Math.min(PIECE.length, bytes - written));
      }
      tar.closeArchiveEntry();
    }
  }

  /** As {@code curl -T -} does, without a length. */
  private static String chunked(int port, String path, Body body) throws IOException {
    try (Socket socket = connect(port)) {
      OutputStream out = socket.getOutputStream();
      out.write(head(path, "Transfer-Encoding: chunked"));
      try (OutputStream chunks = new Chunks(out)) {
        body.write(chunks);
      }
      return answer(socket);
    }
  }

  /** A client that asks first learns that a parameter is wrong without sending the body. */
  private static String refusedBeforeTheBody(int port) throws IOException {
    try (Socket socket = connect(port)) {
      socket
          .getOutputStream()
          .write(
              head("/v1/builds?tag=UPPER", "Expect: 100-continue", "Content-Length: 2000000000"));
      return answer(socket);
    }
  }

  private static String acceptedAfterContinue(int port) throws IOException {
    byte[] body = Archives.dockerfile("FROM scratch\nCOPY . /\n");
    try (Socket socket = connect(port)) {
      OutputStream out = socket.getOutputStream();
      out.write(
          head("/v1/builds?tag=ok", "Expect: 100-continue", "Content-Length: " + body.length));
      InputStream in = socket.getInputStream();
      String go = line(in);
      assertThat(go).startsWith("HTTP/1.1 100");
      assertThat(line(in)).isEmpty();
      out.write(body);
      return answer(socket);
    }
  }

  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
      if (c != '\r') {
        line.write(c);
      }
    }
    return line.toString(StandardCharsets.UTF_8);
  }

  private static Socket connect(int port) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(120_000);
    return socket;
  }

  private static byte[] head(String path, String... headers) {
    return ("POST "
            + path
            + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
            + String.join("\r\n", headers)
            + "\r\n\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  /** Status line, headers and body, by the body's length: a refusing server may stay connected. */
  private static String answer(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    StringBuilder head = new StringBuilder();
    int length = 0;
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      head.append(line).append('\n');
      if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
        length = Integer.parseInt(line.substring(line.indexOf(':') + 1).trim());
      }
    }
    return head + new String(in.readNBytes(length), StandardCharsets.UTF_8);
  }

  /** HTTP's chunked coding; closing ends the body, not the connection. */
  private static final class Chunks extends OutputStream {
    private final OutputStream out;

    private Chunks(OutputStream out) {
      this.out = out;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      if (length > 0) {
        out.write((Integer.toHexString(length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
        out.write(bytes, offset, length);
        out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
      }
    }

    @Override
    public void close() throws IOException {
      out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      out.flush();
    }
  }

  private Process launch(int port, Map<String, String> settings) throws IOException {
    Path jar = Path.of("target/quarkus-app/quarkus-run.jar").toAbsolutePath();
    assertThat(jar).as("the packaged service").exists();
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                HEAP,
                "-XX:+ExitOnOutOfMemoryError",
                "--enable-native-access=ALL-UNNAMED",
                "-Dquarkus.http.host=127.0.0.1",
                "-Dquarkus.http.port=" + port));
    settings.forEach((key, value) -> command.add("-D" + key + "=" + value));
    command.add("-jar");
    command.add(jar.toString());
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("api.log").toFile())
        .start();
  }

  private void awaitReady(Process api, int port) throws Exception {
    long deadline = System.nanoTime() + Duration.ofSeconds(90).toNanos();
    HttpRequest ready =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/q/health/ready")).build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      while (true) {
        try {
          if (http.send(ready, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
            return;
          }
        } catch (IOException e) {
          // Not listening yet.
        }
        if (api.waitFor(100, TimeUnit.MILLISECONDS) || System.nanoTime() > deadline) {
          throw new AssertionError(
              "the api did not start: " + Files.readString(folder.resolve("api.log")));
        }
      }
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
