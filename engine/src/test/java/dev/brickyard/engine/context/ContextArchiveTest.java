package dev.brickyard.engine.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdOutputStream;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.EntryType;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.LayerEntry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/** Contexts as honest people send them: every format and kind of entry. */
class ContextArchiveTest {
  private final ByteArrayOutputStream tar = new ByteArrayOutputStream();

  private ReceivedContext receive(byte[] archive, String... capture)
      throws ContextException, IOException {
    Set<ImagePath> names = new java.util.HashSet<>();
    for (String name : capture) {
      names.add(new ImagePath(name));
    }
    return ContextArchive.receive(
        new ByteArrayInputStream(archive), tar, ContextLimits.DEFAULT, names);
  }

  private static LayerEntry entry(ReceivedContext context, String path) {
    return context.index().find(new ImagePath(path)).orElseThrow();
  }

  private String content(ReceivedContext context, String path) throws IOException {
    byte[] stored = tar.toByteArray();
    TarContext files =
        new TarContext(
            context.index(),
            (offset, length) -> new ByteArrayInputStream(stored, (int) offset, (int) length));
    try (InputStream in = files.open(entry(context, path))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static TarForge sample() {
    return new TarForge()
        .directory("./")
        .file("./Dockerfile", "FROM scratch\n")
        .directory("./app/")
        .file("./app/main.py", "print('hello')\n")
        .file("./app/empty", "")
        .symlink("./app/link", "../main.py");
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "gzip", "two-gzip-members", "zstd", "bzip2", "xz"})
  void acceptsEveryCompression(String format) throws Exception {
    byte[] plain = sample().finish();
    ReceivedContext context = receive(compress(format, plain), "Dockerfile");

    assertThat(context.index().entries())
        .extracting(e -> e.path().value())
        .containsExactly("Dockerfile", "app", "app/empty", "app/link", "app/main.py");
    assertThat(content(context, "app/main.py")).isEqualTo("print('hello')\n");
    assertThat(context.captured().get(new ImagePath("Dockerfile"))).asString().contains("scratch");
    assertThat(context.contentBytes()).isEqualTo(28);
    assertThat(context.tarSize()).isEqualTo(tar.size());
  }

  private static byte[] compress(String format, byte[] plain) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    if (format.equals("two-gzip-members")) {
      int half = plain.length / 2;
      for (int i = 0; i < 2; i++) {
        try (OutputStream gzip = new GZIPOutputStream(out)) {
          gzip.write(plain, i * half, i == 0 ? half : plain.length - half);
        }
      }
      return out.toByteArray();
    }
    try (OutputStream compressed =
        switch (format) {
          case "gzip" -> new GZIPOutputStream(out);
          case "zstd" -> new ZstdOutputStream(out);
          case "bzip2" -> new BZip2CompressorOutputStream(out);
          case "xz" -> new XZOutputStream(out, new LZMA2Options());
          default -> out;
        }) {
      compressed.write(plain);
    }
    return out.toByteArray();
  }

  @Test
  void keepsModeOwnerTimeAndDigest() throws Exception {
    LayerEntry file = entry(receive(sample().finish()), "app/main.py");

    assertThat(file.mode()).isEqualTo(0644);
    assertThat(file.uid()).isEqualTo(1000);
    assertThat(file.gid()).isEqualTo(1001);
    assertThat(file.mtime()).isEqualTo(1_700_000_000L);
    assertThat(file.size()).isEqualTo(15);
    assertThat(file.digest()).contains(Digest.of("print('hello')\n"));
  }

  @Test
  void writesATarThatOtherToolsRead() throws Exception {
    String longName = "d/" + "n".repeat(200) + "/ü";
    receive(
        sample()
            .pax("path", longName)
            .file("short", "long")
            .hardLink("app/b", "app/main.py")
            .finish());

    List<String> names = new ArrayList<>();
    try (TarArchiveInputStream in =
        new TarArchiveInputStream(new ByteArrayInputStream(tar.toByteArray()), "UTF-8")) {
      for (TarArchiveEntry e = in.getNextEntry(); e != null; e = in.getNextEntry()) {
        names.add(e.getName() + (e.isLink() ? " = " + e.getLinkName() : ""));
      }
    }
    assertThat(names)
        .containsExactly(
            "Dockerfile",
            "app/",
            "app/main.py",
            "app/empty",
            "app/link",
            "d/",
            "d/" + "n".repeat(200) + "/",
            longName,
            "app/b = app/main.py");
  }

  @Test
  void readsGnuLongNamesAndLinks() throws Exception {
    String name = "x".repeat(150) + "/" + "y".repeat(150);
    TarForge forge = new TarForge();
    forge.entry('L', "././@LongLink", "", (name + "\0").getBytes(StandardCharsets.UTF_8));
    forge.file("cut", "1");
    forge.entry('K', "././@LongLink", "", ("/" + name + "\0").getBytes(StandardCharsets.UTF_8));
    forge.symlink("link", "cut");
    ReceivedContext context = receive(forge.finish());

    assertThat(content(context, name)).isEqualTo("1");
    assertThat(entry(context, "link").linkTarget()).contains("/" + name);
  }

  @Test
  void symlinksAreKeptAsTextWhereverTheyPoint() throws Exception {
    ReceivedContext context =
        receive(
            new TarForge()
                .symlink("absolute", "/etc/passwd")
                .symlink("outside", "../../etc/shadow")
                .symlink("dangling", "nowhere")
                .finish());

    assertThat(context.index().entries()).allMatch(e -> e.type() == EntryType.SYMLINK);
    assertThat(entry(context, "absolute").linkTarget()).contains("/etc/passwd");
    assertThat(entry(context, "outside").linkTarget()).contains("../../etc/shadow");
  }

  @Test
  void hardLinksBecomeFilesOfTheSameContent() throws Exception {
    ReceivedContext context =
        receive(new TarForge().file("a", "shared").hardLink("dir/b", "./a").finish(), "dir/b", "a");

    LayerEntry link = entry(context, "dir/b");
    assertThat(link.type()).isEqualTo(EntryType.FILE);
    assertThat(link.digest()).isEqualTo(entry(context, "a").digest());
    assertThat(link.offset()).isEqualTo(entry(context, "a").offset());
    assertThat(content(context, "dir/b")).isEqualTo("shared");
    assertThat(context.captured().get(new ImagePath("dir/b"))).asString().isEqualTo("shared");
    assertThat(context.contentBytes()).isEqualTo(6);
  }

  @Test
  void missingParentDirectoriesAreAdded() throws Exception {
    ReceivedContext context = receive(new TarForge().file("a/b/c", "x").finish());

    assertThat(entry(context, "a").isDirectory()).isTrue();
    assertThat(entry(context, "a/b").mode()).isEqualTo(0755);
  }

  @Test
  void theLaterOfTwoEntriesWins() throws Exception {
    ReceivedContext context =
        receive(new TarForge().file("a", "old").file("a", "new").finish(), "a");

    assertThat(content(context, "a")).isEqualTo("new");
    assertThat(context.captured().get(new ImagePath("a"))).asString().isEqualTo("new");
  }

  @Test
  void aCapturedFileReplacedByALinkIsNoLongerCaptured() throws Exception {
    ReceivedContext context =
        receive(new TarForge().file("a", "old").symlink("a", "b").finish(), "a");

    assertThat(context.captured()).isEmpty();
  }

  @Test
  void filesBeyondTheBoundAreIndexedButNotCaptured() throws Exception {
    byte[] big = new byte[ContextLimits.DEFAULT.captureBytes() + 1];
    ReceivedContext context = receive(new TarForge().entry('0', "big", "", big).finish(), "big");

    assertThat(context.captured()).isEmpty();
    assertThat(entry(context, "big").size()).isEqualTo(big.length);
  }

  @Test
  void onlyHarmlessExtendedAttributesAreKept() throws Exception {
    ReceivedContext context =
        receive(
            new TarForge()
                .pax("SCHILY.xattr.user.note", "x")
                .pax("SCHILY.xattr.trusted.overlay.opaque", "y")
                .directory("d")
                .finish());

    assertThat(entry(context, "d").xattrs()).containsExactly(java.util.Map.entry("user.note", "x"));
  }

  @Test
  void fractionsOfSecondsInPaxTimesAreDropped() throws Exception {
    ReceivedContext context =
        receive(new TarForge().pax("mtime", "1600000000.987654321").file("a", "").finish());

    assertThat(entry(context, "a").mtime()).isEqualTo(1_600_000_000L);
  }

  @Test
  void aDockerfileThatIsALinkIsFoundWithinTheContext() throws Exception {
    ReceivedContext context =
        receive(
            new TarForge()
                .file("docker/real", "FROM scratch")
                .symlink("Dockerfile", "current/real")
                .symlink("current", "/docker")
                .symlink("escape", "../../docker/real")
                .symlink("loop", "loop")
                .finish());

    assertThat(context.resolveFile(new ImagePath("Dockerfile")))
        .map(e -> e.path().value())
        .contains("docker/real");
    assertThat(context.resolveFile(new ImagePath("escape"))).isPresent();
    assertThat(context.resolveFile(new ImagePath("loop"))).isEmpty();
    assertThat(context.resolveFile(new ImagePath("docker"))).isEmpty();
    assertThat(context.resolveFile(new ImagePath("missing"))).isEmpty();
  }

  @Test
  void failuresOfTheStreamsStayFailuresOfTheStreams() throws Exception {
    byte[] archive = sample().finish();
    IOException broken = new IOException("connection reset");
    InputStream body =
        new java.io.SequenceInputStream(
            new ByteArrayInputStream(archive, 0, 700),
            new InputStream() {
              @Override
              public int read() throws IOException {
                throw broken;
              }
            });
    assertThatThrownBy(() -> ContextArchive.receive(body, tar, ContextLimits.DEFAULT, Set.of()))
        .isSameAs(broken);

    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw broken;
          }
        };
    byte[] large = new TarForge().entry('0', "big", "", new byte[200_000]).finish();
    assertThatThrownBy(
            () ->
                ContextArchive.receive(
                    new ByteArrayInputStream(large), full, ContextLimits.DEFAULT, Set.of()))
        .isSameAs(broken);
  }
}
