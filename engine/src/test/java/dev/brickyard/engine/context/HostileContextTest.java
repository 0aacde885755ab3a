package dev.brickyard.engine.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.github.luben.zstd.Zstd;
import dev.brickyard.engine.layer.ImagePath;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Contexts as someone would send them who wants to harm the farm, or whose upload broke. */
class HostileContextTest {
  private static final ContextLimits SMALL =
      new ContextLimits(1 << 20, 20, 300, 4000, 10, 64 << 10, 1024);

  private static ContextException refused(byte[] archive, ContextLimits limits) {
    return catchThrowableOfType(
        ContextException.class,
        () ->
            ContextArchive.receive(
                new ByteArrayInputStream(archive),
                OutputStream.nullOutputStream(),
                limits,
                Set.of()));
  }

  private static void assertRefused(byte[] archive, String code, String... sentenceParts) {
    ContextException e = refused(archive, ContextLimits.DEFAULT);
    assertThat(e).as("refused").isNotNull();
    assertThat(e.code()).isEqualTo(code);
    assertThat(e.sentence()).isNotBlank().doesNotContain("\n", "\0");
    for (String part : sentenceParts) {
      assertThat(e.sentence()).contains(part);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"../evil", "a/../../evil", "a/..", "./../evil", ".."})
  void pathsThatLeadOutside(String name) {
    assertRefused(new TarForge().file(name, "x").finish(), "context-path-outside", name);
    assertRefused(
        new TarForge().pax("path", name).file("ok", "x").finish(), "context-path-outside", name);
  }

  @Test
  void absolutePaths() {
    assertRefused(
        new TarForge().file("/etc/passwd", "x").finish(), "context-path-absolute", "/etc/passwd");
    assertRefused(
        new TarForge().pax("path", "/etc/passwd").file("ok", "x").finish(),
        "context-path-absolute");
  }

  @Test
  void nulBytesInNames() {
    assertRefused(
        new TarForge().pax("path", "a\0b").file("ok", "x").finish(), "context-path-invalid", "NUL");
    assertRefused(
        new TarForge().pax("linkpath", "a\0b").symlink("ok", "x").finish(), "context-path-invalid");
  }

  @Test
  void namelessEntries() {
    assertRefused(new TarForge().file("", "x").finish(), "context-path-invalid");
    assertRefused(new TarForge().file("./", "").symlink(".", "x").finish(), "context-path-invalid");
  }

  @Test
  void pathsThroughALink() {
    assertRefused(
        new TarForge().symlink("a", "/etc").file("a/passwd", "x").finish(),
        "context-path-through-link",
        "a/passwd");
    assertRefused(
        new TarForge().symlink("a", "/etc").file("a/b/c/passwd", "x").finish(),
        "context-path-through-link");
    assertRefused(
        new TarForge().file("a", "").file("a/b", "x").finish(), "context-path-through-link");
  }

  @Test
  void linksInPlaceOfADirectoryInUse() {
    assertRefused(
        new TarForge().file("a/b", "x").symlink("a", "/etc").finish(),
        "context-path-conflict",
        "\"a\"");
  }

  @ParameterizedTest
  @CsvSource({
    "3,context-device",
    "4,context-device",
    "S,context-sparse-file",
    "Z,context-entry-type"
  })
  void entriesThatAContextCannotHold(char type, String code) {
    assertRefused(new TarForge().entry(type, "thing", "", new byte[0]).finish(), code, "thing");
  }

  @Test
  void paxSparseFiles() {
    assertRefused(
        new TarForge().pax("GNU.sparse.major", "1").file("holes", "x").finish(),
        "context-sparse-file",
        "holes");
  }

  @ParameterizedTest
  @ValueSource(strings = {"missing", "dir", "self"})
  void hardLinksToNoEarlierFile(String target) {
    assertRefused(
        new TarForge().directory("dir").hardLink("self", target).finish(),
        "context-hard-link",
        "self",
        target);
  }

  @Test
  void hardLinksOutside() {
    assertRefused(
        new TarForge().hardLink("a", "../../etc/passwd").finish(), "context-path-outside");
    assertRefused(new TarForge().hardLink("a", "/etc/passwd").finish(), "context-path-absolute");
  }

  @Test
  void tooLongPathsAndNames() {
    String deep = "d/".repeat(2100) + "f";
    assertRefused(new TarForge().pax("path", deep).file("ok", "x").finish(), "context-limit-path");
    assertRefused(
        new TarForge().pax("path", "n".repeat(256)).file("ok", "x").finish(), "context-limit-path");
    assertRefused(
        new TarForge().pax("path", "ü".repeat(128)).file("ok", "x").finish(), "context-limit-path");
  }

  @Test
  void aHeaderThatWouldFillTheMemory() {
    assertRefused(
        new TarForge().header('x', "pax", "", 1L << 33).unfinished(), "context-limit-path");
    assertRefused(
        new TarForge().header('L', "name", "", 1L << 33).unfinished(), "context-limit-path");
  }

  @Test
  void tooManyEntriesCountingThoseThatAreImplied() {
    TarForge many = new TarForge();
    for (int i = 0; i < 21; i++) {
      many.directory("d");
    }
    assertThat(refused(many.finish(), SMALL).code()).isEqualTo("context-limit-entries");
    assertThat(refused(new TarForge().file("a/".repeat(20) + "f", "").finish(), SMALL).code())
        .isEqualTo("context-limit-entries");
  }

  @Test
  void pathsThatTogetherTakeTooMuchMemory() {
    TarForge forge = new TarForge();
    for (int i = 0; i < 19; i++) {
      forge.pax("path", i + "n".repeat(240)).file("x", "");
    }
    ContextException e = refused(forge.finish(), SMALL);
    assertThat(e.code()).isEqualTo("context-limit-entries");
    assertThat(e.isLimit()).isTrue();
  }

  @Test
  void tooLarge() {
    byte[] archive = new TarForge().entry('0', "big", "", new byte[(1 << 20) + 1]).finish();
    assertThat(refused(archive, SMALL).code()).isEqualTo("context-limit-size");
  }

  @Test
  void bombs() throws Exception {
    byte[] zeros = new TarForge().entry('0', "zeros", "", new byte[1 << 19]).finish();
    assertThat(refused(gzip(zeros), SMALL).code()).isEqualTo("context-limit-ratio");
    assertThat(refused(Zstd.compress(zeros), SMALL).code()).isEqualTo("context-limit-ratio");
    // Behind the archive's end, where nothing looks at content any more, it counts all the same.
    byte[] tail = Arrays.copyOf(new TarForge().finish(), 1 << 19);
    assertThat(refused(gzip(tail), SMALL).code()).isEqualTo("context-limit-ratio");
  }

  @Test
  void archivesThatEndInTheMiddle() throws Exception {
    byte[] whole = new TarForge().file("a", "content").file("b", "x".repeat(3000)).finish();
    for (int length : new int[] {513, 1000, 1024, 1300, 2000, 4000}) {
      assertRefused(Arrays.copyOf(whole, length), "context-truncated");
    }
    byte[] random = new byte[200_000];
    new Random(1).nextBytes(random);
    byte[] zipped = gzip(new TarForge().entry('0', "r", "", random).finish());
    assertRefused(Arrays.copyOf(zipped, zipped.length / 2), "context-truncated");
    assertRefused(Arrays.copyOf(zipped, zipped.length - 4), "context-truncated");
  }

  @Test
  void aZstdArchiveThatEndsInTheMiddle() {
    byte[] random = new byte[500_000];
    new Random(1).nextBytes(random);
    byte[] packed = Zstd.compress(new TarForge().entry('0', "r", "", random).finish());
    ContextException e = refused(Arrays.copyOf(packed, packed.length / 2), ContextLimits.DEFAULT);
    assertThat(e.code()).isIn("context-truncated", "context-corrupt");
  }

  @Test
  void noArchiveAtAll() throws Exception {
    assertRefused(new byte[0], "context-not-an-archive", "empty");
    assertRefused("FROM scratch\n".getBytes(StandardCharsets.UTF_8), "context-not-an-archive");
    assertRefused(
        "PK\3\4 a zip file".repeat(100).getBytes(StandardCharsets.UTF_8), "context-not-an-archive");
    assertRefused(gzip("just text".getBytes(StandardCharsets.UTF_8)), "context-not-an-archive");
  }

  @Test
  void damagedArchives() throws Exception {
    byte[] archive = new TarForge().file("a", "content").file("b", "more").finish();
    byte[] wrongSecondHeader = archive.clone();
    wrongSecondHeader[1024] ^= 1;
    assertRefused(wrongSecondHeader, "context-corrupt", "checksum");

    byte[] zipped = gzip(archive);
    zipped[zipped.length - 6] ^= 1;
    assertRefused(zipped, "context-corrupt");
    assertRefused(new TarForge().pax("size", "-5").file("a", "x").finish(), "context-corrupt");
    assertRefused(
        new TarForge().entry('x', "p", "", "99 a".getBytes(StandardCharsets.UTF_8)).finish(),
        "context-corrupt");
  }

  /** Whatever the bytes: a context or a {@link ContextException}, and no path that leads out. */
  @Test
  void randomDamageNeverSurprises() throws Exception {
    byte[] seed =
        new TarForge()
            .directory("d")
            .file("d/a", "content")
            .pax("path", "long/" + "p".repeat(120))
            .file("short", "x")
            .symlink("l", "/etc")
            .hardLink("h", "d/a")
            .finish();
    Random random = new Random(20260101);
    int accepted = 0;
    for (int round = 0; round < 4000; round++) {
      byte[] mutated = seed.clone();
      for (int i = random.nextInt(6); i >= 0; i--) {
        int at = random.nextInt(mutated.length);
        mutated[at] = (byte) random.nextInt(256);
        fixChecksum(mutated, at - at % 512);
      }
      try {
        ReceivedContext context =
            ContextArchive.receive(
                new ByteArrayInputStream(mutated),
                new ByteArrayOutputStream(),
                SMALL,
                Set.of(new ImagePath("d/a")));
        accepted++;
        assertThat(context.index().entries()).allMatch(e -> !e.path().value().contains(".."));
      } catch (ContextException e) {
        assertThat(e.sentence()).isNotBlank();
      }
    }
    assertThat(accepted).as("archives that survived their damage").isPositive();
  }

  /** So that damage gets past the first check. */
  private static void fixChecksum(byte[] archive, int header) {
    boolean isHeader =
        new String(archive, header + 257, 5, StandardCharsets.ISO_8859_1).equals("ustar");
    if (!isHeader) {
      return;
    }
    Arrays.fill(archive, header + 148, header + 156, (byte) ' ');
    int sum = 0;
    for (int i = header; i < header + 512; i++) {
      sum += archive[i] & 0xff;
    }
    byte[] text = "%06o\0".formatted(sum).getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(text, 0, archive, header + 148, text.length);
  }

  private static byte[] gzip(byte[] data) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(data);
    }
    return out.toByteArray();
  }
}
