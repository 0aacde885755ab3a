package dev.brickyard.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.brickyard.cli.client.FarmClient;
import dev.brickyard.engine.image.Digest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fetching what a build left, over connections that break. */
class OutputDownloadsTest {
  private static final UUID BUILD = UUID.randomUUID();

  @TempDir Path folder;
  private HttpServer server;
  private FarmClient farm;
  private byte[] content = "0123456789".getBytes(StandardCharsets.UTF_8);
  private String digest = Digest.of(content).toString();

  /** How much a connection brings before it breaks. */
  private int brings = Integer.MAX_VALUE;

  private final List<String> ranges = new ArrayList<>();

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/v1/builds/" + BUILD + "/outputs", this::list);
    server.createContext("/v1/builds/" + BUILD + "/outputs/output-1.tar", this::send);
    server.start();
    farm = new FarmClient(URI.create("http://127.0.0.1:" + server.getAddress().getPort()));
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void list(HttpExchange exchange) throws IOException {
    byte[] json =
        """
        {"outputs":[{"name":"output-1.tar","type":"tar","size":%d,"digest":"%s",\
        "expiresAt":"2026-01-01T00:00:00Z"}]}
        """
            .formatted(content.length, digest)
            .getBytes(StandardCharsets.UTF_8);
    try (exchange) {
      exchange.sendResponseHeaders(200, json.length);
      exchange.getResponseBody().write(json);
    }
  }

  private void send(HttpExchange exchange) throws IOException {
    String range = exchange.getRequestHeaders().getFirst("Range");
    ranges.add(range == null ? "" : range);
    int from =
        range == null
            ? 0
            : Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
    try (exchange) {
      exchange.sendResponseHeaders(range == null ? 200 : 206, content.length - from);
      exchange.getResponseBody().write(content, from, Math.min(brings, content.length - from));
      exchange.getResponseBody().flush();
    } catch (IOException e) {
      // Closed with less than was announced: that is the break.
    }
  }

  private void fetch(String output, PrintStream out) throws IOException {
    new OutputDownloads(farm, out).fetch(BUILD, WantedOutput.of(List.of(output)));
  }

  @Test
  void aBrokenDownloadGoesOnWhereItBroke() throws Exception {
    brings = 4;
    Path file = folder.resolve("new/image.tar");
    fetch("type=oci,dest=" + file, System.out);
    assertThat(file).hasBinaryContent(content);
    assertThat(ranges).containsExactly("", "bytes=4-", "bytes=8-");
    assertThat(Files.list(file.getParent())).containsExactly(file);
  }

  @Test
  void aDamagedDownloadLeavesNothing() {
    digest = Digest.of("something else").toString();
    Path file = folder.resolve("image.tar");
    assertThatThrownBy(() -> fetch("type=oci,dest=" + file, System.out))
        .hasMessageContaining("is damaged");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void standardOutputGetsTheBytesAndNothingElse() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    fetch("-", new PrintStream(out));
    assertThat(out.toByteArray()).isEqualTo(content);
  }

  private static void add(TarArchiveOutputStream tar, TarArchiveEntry entry, String text)
      throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (entry.isFile()) {
      entry.setSize(bytes.length);
    }
    entry.setModTime(1_000_000);
    tar.putArchiveEntry(entry);
    if (entry.isFile()) {
      tar.write(bytes);
    }
    tar.closeArchiveEntry();
  }

  private static TarArchiveEntry entry(String name, byte type, int mode, String link) {
    TarArchiveEntry entry = new TarArchiveEntry(name, type);
    entry.setMode(mode);
    entry.setLinkName(link);
    return entry;
  }

  @Test
  void aTreeIsUnpackedOverWhatIsThere() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      add(tar, entry("dir/", TarConstants.LF_DIR, 0555, ""), "");
      add(tar, entry("dir/link", TarConstants.LF_SYMLINK, 0777, "file"), "");
      add(tar, entry("dir/file", TarConstants.LF_NORMAL, 0640, ""), "new");
      add(tar, entry("dir/same", TarConstants.LF_LINK, 0640, "dir/file"), "");
    }
    content = bytes.toByteArray();
    digest = Digest.of(content).toString();
    Path out = folder.resolve("out");
    Files.createDirectories(out.resolve("dir"));
    Files.writeString(out.resolve("dir/file"), "old");
    Files.writeString(out.resolve("kept"), "kept");
    fetch(out.toString(), System.out);
    assertThat(out.resolve("kept")).hasContent("kept");
    assertThat(out.resolve("dir/file")).hasContent("new");
    assertThat(out.resolve("dir/same")).hasContent("new");
    assertThat(Files.readSymbolicLink(out.resolve("dir/link"))).isEqualTo(Path.of("file"));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(out.resolve("dir"))))
        .isEqualTo("r-xr-xr-x");
    assertThat(
            PosixFilePermissions.toString(Files.getPosixFilePermissions(out.resolve("dir/file"))))
        .isEqualTo("rw-r-----");
    assertThat(Files.getLastModifiedTime(out.resolve("dir")).toMillis()).isEqualTo(1_000_000);
    // The test's own folder is to be removable.
    Files.setPosixFilePermissions(out.resolve("dir"), PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static byte[] tar(TarArchiveEntry... entries) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      for (TarArchiveEntry entry : entries) {
        add(tar, entry, "x");
      }
    }
    return bytes.toByteArray();
  }

  @Test
  void nothingIsWrittenOutsideOfTheFolder() throws Exception {
    Path out = folder.resolve("out");
    byte[] upwards = tar(entry("../escaped", TarConstants.LF_NORMAL, 0644, ""));
    assertThatThrownBy(() -> new TreeUnpacker(out).unpack(new ByteArrayInputStream(upwards)))
        .hasMessageContaining("leads out of");
    byte[] through =
        tar(
            entry("link", TarConstants.LF_SYMLINK, 0777, folder.toString()),
            entry("link/escaped", TarConstants.LF_NORMAL, 0644, ""));
    assertThatThrownBy(() -> new TreeUnpacker(out).unpack(new ByteArrayInputStream(through)))
        .hasMessageContaining("is no folder");
    assertThat(Files.exists(folder.resolve("escaped"), LinkOption.NOFOLLOW_LINKS)).isFalse();
  }
}
