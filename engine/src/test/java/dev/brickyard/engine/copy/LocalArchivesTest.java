package dev.brickyard.engine.copy;

import static dev.brickyard.engine.copy.TestTree.at;
import static dev.brickyard.engine.copy.TestTree.told;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.copy.TestTree.Copy;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.EntryType;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.engine.layer.LayerIndex;
import dev.brickyard.engine.layer.RootIndex;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.compressors.CompressorStreamFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** ADD of local archives. */
class LocalArchivesTest {
  private static final long TIME = 1_000_000;
  @TempDir Path folder;

  private static byte[] tar(String... told) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      for (String one : told) {
        int arrow = one.indexOf("->");
        int same = one.indexOf("==");
        TarArchiveEntry entry;
        byte[] content = new byte[0];
        if (arrow > 0) {
          entry = new TarArchiveEntry(one.substring(0, arrow), TarArchiveEntry.LF_SYMLINK, true);
          entry.setLinkName(one.substring(arrow + 2));
        } else if (same > 0) {
          entry = new TarArchiveEntry(one.substring(0, same), TarArchiveEntry.LF_LINK, true);
          entry.setLinkName(one.substring(same + 2));
        } else {
          entry = new TarArchiveEntry(one, true);
          content = one.endsWith("/") ? content : one.getBytes(StandardCharsets.UTF_8);
          entry.setSize(content.length);
        }
        entry.setIds(11, 12);
        entry.setModTime(TIME * 1000);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
      }
    }
    return bytes.toByteArray();
  }

  private static byte[] packed(String format, byte[] content) throws Exception {
    if (format.equals("plain")) {
      return content;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (var out = new CompressorStreamFactory().createCompressorOutputStream(format, bytes)) {
      out.write(content);
    }
    return bytes.toByteArray();
  }

  private LayerIndex add(String destination, TestTree base, String... archive) throws Exception {
    TestTree tree = new TestTree().file("a.tar", tar(archive));
    return tree.copy(folder, new Copy(destination, "a.tar").unpacking(), base);
  }

  private LayerIndex add(String destination, String... archive) throws Exception {
    return add(destination, new TestTree("there/", "file"), archive);
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "gz", "bzip2", "xz", "zstd"})
  void archivesAreUnpackedWhateverTheyArePackedWith(String format) throws Exception {
    byte[] archive = packed(format, tar("d/", "d/z", "d/a==d/z", "l->d/z"));
    TestTree tree = new TestTree("b").file("a.anything", archive);
    TestTree base = new TestTree();
    LayerIndex index = tree.copy(folder, new Copy("/opt", "a.anything").unpacking(), base);
    assertThat(told(index)).isEqualTo("opt/ opt/d/ opt/d/a opt/d/z==opt/d/a opt/l->d/z");
    LayerEntry file = at(index, "opt/d/a");
    assertThat(file.type()).isEqualTo(EntryType.FILE);
    assertThat(file.digest()).contains(Digest.of("d/z"));
    // Owners inside an archive are its own.
    assertThat(file.uid()).isEqualTo(11);
    assertThat(file.mtime()).isEqualTo(TIME);
    assertThat(at(index, "opt").uid()).isZero();
    // COPY and --unpack=false take the archive itself.
    assertThat(told(tree.copy(folder, new Copy("/opt", "a.anything"), base))).isEqualTo("opt");
  }

  @Test
  void whatIsNoTarArchiveIsCopied() throws Exception {
    ByteArrayOutputStream zip = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(zip)) {
      out.putNextEntry(new ZipEntry("inside"));
      out.write(1);
    }
    TestTree tree =
        new TestTree("x.tar", "d/")
            .file("x.gz", packed("gz", "no tar".getBytes(StandardCharsets.UTF_8)))
            .file("x.zip", zip.toByteArray())
            .file("d/inner.tar", tar("never"))
            .file("empty", new byte[0])
            .file("zeros", new byte[4096]);
    TestTree base = new TestTree();
    assertThat(
            told(
                tree.copy(
                    folder,
                    new Copy("/o/", "x.gz", "x.zip", "x.tar", "d", "empty", "zeros").unpacking(),
                    base)))
        .isEqualTo("o/ o/empty o/inner.tar o/x.gz o/x.tar o/x.zip o/zeros");
  }

  @Test
  void theDestinationIsADirectoryAlsoWithoutASlash() throws Exception {
    assertThat(told(add("/x", "f"))).isEqualTo("x/ x/f");
    assertThat(told(add("/there", "f"))).isEqualTo("there/ there/f");
    assertThat(told(add("/", "f"))).isEqualTo("f");
    assertThatThrownBy(() -> add("/file", "f")).hasMessage("mkdir /file: not a directory");
  }

  @Test
  void everyArchiveThatMatchesIsUnpacked() throws Exception {
    TestTree tree =
        new TestTree("c.txt").file("a.tar", tar("one")).file("b.tar", tar("two", "one"));
    LayerIndex index =
        tree.copy(folder, new Copy("/x", "*.tar", "c.txt").unpacking(), new TestTree());
    assertThat(told(index)).isEqualTo("x/ x/c.txt x/one x/two");
  }

  @Test
  void chownIsForContentsAndDestinationButModesAreTheArchives() throws Exception {
    TestTree tree = new TestTree().file("a.tar", tar("d/f"));
    LayerIndex index =
        tree.copy(
            folder, new Copy("/x", "a.tar").unpacking().ownedBy(7, 8).mode("500"), new TestTree());
    assertThat(told(index)).isEqualTo("x/ x/d/ x/d/f");
    assertThat(at(index, "x").uid()).isEqualTo(7);
    assertThat(at(index, "x").mode()).isEqualTo(0755);
    assertThat(at(index, "x/d/f").uid()).isEqualTo(7);
    assertThat(at(index, "x/d/f").mode()).isEqualTo(0644);
    // A directory that the archive does not mention is root's.
    assertThat(at(index, "x/d").uid()).isZero();
  }

  @Test
  void whatIsInTheWayIsReplacedUnlessBothAreDirectories() throws Exception {
    TestTree base = new TestTree("d/", "d/old", "f", "l->d", "e/", "e/kept");
    LayerIndex file = add("/", base, "d", "f/", "f/new", "e/", "e/new", "l");
    assertThat(told(file)).isEqualTo("d e/ e/new f/ f/new l");
    assertThat(at(file, "d").type()).isEqualTo(EntryType.FILE);
    RootIndex merged = RootIndex.of(List.of(index(base), file));
    assertThat(merged.find(new ImagePath("d/old"))).isEmpty();
    assertThat(merged.find(new ImagePath("e/kept"))).isPresent();
    LayerIndex twice = add("/", base, "d", "d/", "d/new", "x/", "x/y", "x");
    assertThat(told(twice)).isEqualTo("d/ d/! d/new x");
    assertThat(RootIndex.of(List.of(index(base), twice)).find(new ImagePath("d/old"))).isEmpty();
  }

  private static LayerIndex index(TestTree tree) {
    return new LayerIndex(tree.root().walk(ImagePath.ROOT), java.util.Map.of());
  }

  @Test
  void hardLinksCanBeLinkedAgainAndLinksToo() throws Exception {
    assertThat(told(add("/x", "m", "z==m", "a==z", "s->m", "t==s")))
        .isEqualTo("x/ x/a x/m==x/a x/s->m x/t->m x/z==x/a");
    // Replaced by another file, the other names stay what they were.
    LayerIndex index = add("/x", "m", "z==m", "m");
    assertThat(told(index)).isEqualTo("x/ x/m x/z");
  }

  @Test
  void timesAreNotLaterThanTheEpochNorBeforeTime() throws Exception {
    TestTree tree = new TestTree().file("a.tar", tar("f"));
    for (long epoch : new long[] {TIME - 5, TIME + 5}) {
      DestinationPlan plan =
          new DestinationPlan(
              new TestTree().root(),
              Optional.empty(),
              false,
              Optional.empty(),
              Optional.of(Instant.ofEpochSecond(epoch)));
      LayerIndex index = tree.copy(folder, new Copy("/x", "a.tar").unpacking(), plan);
      assertThat(at(index, "x").mtime()).isEqualTo(epoch);
      assertThat(at(index, "x/f").mtime()).isEqualTo(Math.min(TIME, epoch));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../../evil", "d/../../evil", ".wh.etc", "link==../../etc/passwd", "link==gone"})
  void hostileArchivesAreRefused(String name) {
    assertThatThrownBy(() -> add("/opt/", "fine", name))
        .isInstanceOfSatisfying(
            BuildFailure.class, e -> assertThat(e.code()).isEqualTo("bad-archive"));
  }

  private static InputStream broken(byte[] content, int readable) {
    return new InputStream() {
      private int at;

      @Override
      public int read() throws IOException {
        if (at == readable) {
          throw new IOException("the store is away");
        }
        return content[at++] & 0xff;
      }
    };
  }

  @Test
  void aFileThatCannotBeReadIsNotTakenForOneThatIsNoArchive() throws Exception {
    byte[] archive = tar("f", "g");
    for (int readable : new int[] {0, 700}) {
      LayerEntry entry =
          LayerEntry.file(new ImagePath("a"), 0644, 0, 0, 0, archive.length, Digest.of(archive));
      Selection.Node node =
          new Selection.Node(
              entry.path(), entry, () -> broken(archive, readable), false, Optional.empty());
      DestinationPlan plan = new Copy("/x", "a").plan(new TestTree());
      try (LocalArchives archives = new LocalArchives(folder)) {
        assertThatThrownBy(() -> archives.unpack(node, new ImagePath("x"), plan))
            .isInstanceOf(IOException.class)
            .hasMessage("the store is away");
      }
    }
  }

  @Test
  void endlessNamesAreRefused() {
    assertThatThrownBy(() -> add("/opt/", "f", "a/".repeat(3000) + "x"))
        .isInstanceOfSatisfying(
            BuildFailure.class, e -> assertThat(e.code()).isEqualTo("bad-archive"))
        .hasMessageContaining("longer than 4096");
  }

  @Test
  void linksInArchivesLeadNowhereOutOfTheDestination() throws Exception {
    assertThat(told(add("/opt/", "l->/../../../../etc", "l/evil")))
        .isEqualTo("opt/ opt/etc/ opt/etc/evil opt/l->/../../../../etc");
    assertThat(told(add("/opt/", "l->../../..", "l/evil")))
        .isEqualTo("opt/ opt/evil opt/l->../../..");
    TestTree base = new TestTree("opt/", "opt/l->/usr", "usr/");
    assertThat(told(add("/opt/", base, "l/f"))).isEqualTo("opt/ opt/usr/ opt/usr/f");
    assertThatThrownBy(() -> add("/opt/", "l->l", "l/evil"))
        .hasMessageContaining("too many levels");
  }
}
