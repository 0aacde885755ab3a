package dev.brickyard.engine.copy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.Compression;
import dev.brickyard.engine.layer.ContentSource;
import dev.brickyard.engine.layer.EntryType;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.engine.layer.LayerIndex;
import dev.brickyard.engine.layer.LayerWriter;
import dev.brickyard.engine.layer.OwnerNames.Owner;
import dev.brickyard.engine.layer.RootIndex;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.compressors.CompressorStreamFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules of COPY as BuildKit has them. */
class CopyTest {
  @TempDir Path folder;

  /**
   * Files told as {@code path}, {@code dir/} or {@code link->target}; a file's text is its path.
   */
  private static final class Tree implements FileSource {
    private final Map<ImagePath, byte[]> contents = new HashMap<>();
    private final List<LayerEntry> entries = new ArrayList<>();

    Tree(String... told) {
      for (String one : told) {
        add(one);
      }
    }

    private void add(String told) {
      int arrow = told.indexOf("->");
      if (arrow > 0) {
        ImagePath path = ImagePath.normalize(told.substring(0, arrow));
        entries.add(LayerEntry.symlink(path, told.substring(arrow + 2), 0, 0, 50));
      } else if (told.endsWith("/")) {
        entries.add(LayerEntry.directory(ImagePath.normalize(told), 0700, 5, 6, 50));
      } else {
        file(told, told.getBytes(StandardCharsets.UTF_8));
      }
    }

    Tree file(String path, byte[] content) {
      ImagePath at = ImagePath.normalize(path);
      contents.put(at, content);
      entries.add(LayerEntry.file(at, 0640, 5, 6, 50, content.length, Digest.of(content)));
      return this;
    }

    @Override
    public RootIndex root() {
      return RootIndex.of(List.of(new LayerIndex(entries, Map.of())));
    }

    @Override
    public LayerEntry withoutHardLink(LayerEntry entry) {
      return entry;
    }

    @Override
    public ContentSource content(LayerEntry file) {
      return () -> new ByteArrayInputStream(contents.get(file.path()));
    }
  }

  private static final Tree CONTEXT =
      new Tree(
          "a.txt",
          "b.go",
          "c.go",
          "dir/",
          "dir/one",
          "dir/sub/",
          "dir/sub/two",
          "dir/link->one",
          "to-dir->dir",
          "to-file->a.txt",
          "out->../../../a.txt");

  private static final Tree BASE =
      new Tree(
          "etc/",
          "etc/conf",
          "usr/",
          "usr/lib/",
          "lib->usr/lib",
          "abs->/usr/lib",
          "loop->loop",
          "up->../../usr");

  private static CopySpec spec(String destination, boolean unpack, String... sources) {
    return new CopySpec(
        List.of(sources),
        List.of(),
        destination,
        Optional.empty(),
        OptionalInt.empty(),
        unpack,
        false,
        List.of());
  }

  private LayerIndex copy(CopySpec spec, Tree from, DestinationPlan plan) throws Exception {
    try (LocalArchives archives = new LocalArchives(folder);
        LayerWriter writer = new LayerWriter(folder, Compression.GZIP)) {
      plan.copy(
          Selection.of(spec, from, path -> false),
          spec.destination(),
          spec.unpack() ? archives : null);
      plan.writeTo(writer);
      return writer.finish().index();
    }
  }

  private static DestinationPlan plan(Optional<Owner> chown, boolean keepOwner, OptionalInt mode) {
    return new DestinationPlan(BASE.root(), chown, keepOwner, mode, Optional.empty());
  }

  private LayerIndex copy(String destination, String... sources) throws Exception {
    return copy(
        spec(destination, false, sources),
        CONTEXT,
        plan(Optional.empty(), false, OptionalInt.empty()));
  }

  private static String told(LayerIndex index) {
    List<String> all = new ArrayList<>();
    for (LayerEntry entry : index.entries()) {
      all.add(
          entry.path()
              + switch (entry.type()) {
                case DIRECTORY -> "/";
                case SYMLINK -> "->" + entry.linkTarget().orElseThrow();
                default -> "";
              });
    }
    return String.join(" ", all);
  }

  @ParameterizedTest(name = "COPY {0} {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        // a file: to a new name, into a new directory, into one that exists
        "a.txt|/x|x",
        "a.txt|/x/|x/ x/a.txt",
        "a.txt|/etc|etc/a.txt",
        "a.txt|/etc/|etc/a.txt",
        "a.txt|/etc/conf|etc/conf",
        "a.txt|/n/e/w|n/ n/e/ n/e/w",
        "/a.txt|/x|x",
        "./a.txt|/x|x",
        "../a.txt|/x|x",
        // a directory: its contents, never itself
        "dir|/x|x/ x/link->one x/one x/sub/ x/sub/two",
        "dir/|/x/|x/ x/link->one x/one x/sub/ x/sub/two",
        "dir/sub|/etc|etc/two",
        "dir/sub/.|/etc/|etc/two",
        // patterns
        "*.go|/src/|src/ src/b.go src/c.go",
        "?.go|/src/|src/ src/b.go src/c.go",
        "[a-b].*|/src/|src/ src/a.txt src/b.go",
        "[^b].go|/src/|src/ src/c.go",
        "dir/*/two|/src/|src/ src/two",
        "d*|/src/|src/ src/link->one src/one src/sub/ src/sub/two",
        "none*|/src/|''",
        // symlinks as sources are followed, inside directories they are kept
        "to-file|/x|x",
        "to-file|/etc/|etc/to-file",
        "to-dir|/x|x/ x/link->one x/one x/sub/ x/sub/two",
        "out|/x|x",
        // symlinks on the way to the destination are followed, within the root
        "a.txt|/lib/x|usr/lib/x",
        "a.txt|/lib|usr/lib/a.txt",
        "a.txt|/abs/|usr/lib/a.txt",
        "a.txt|/up/lib/|usr/lib/a.txt",
        "dir/sub|/lib|usr/lib/two",
      })
  void destinations(String source, String destination, String expected) throws Exception {
    assertThat(told(copy(destination, source))).isEqualTo(expected);
  }

  @Test
  void severalSourcesGoIntoOneDirectory() throws Exception {
    assertThat(told(copy("/d/", "a.txt", "dir/sub", "b.go"))).isEqualTo("d/ d/a.txt d/b.go d/two");
  }

  @Test
  void laterSourcesWin() throws Exception {
    Tree tree = new Tree("one/", "one/x", "two/", "two/x");
    LayerIndex index =
        copy(
            spec("/d/", false, "one", "two"),
            tree,
            plan(Optional.empty(), false, OptionalInt.empty()));
    assertThat(index.find(new ImagePath("d/x")).orElseThrow().digest())
        .contains(Digest.of("two/x"));
  }

  @ParameterizedTest(name = "COPY {0} {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "missing|/x|\"/missing\": not found",
        "dir/missing|/x|\"/dir/missing\": not found",
        "a.txt|/etc/conf/|/etc/conf is not a directory",
        "a.txt|/etc/conf/x|/etc/conf is not a directory",
        "dir|/etc/conf|/etc/conf is not a directory",
        "[a|/x|\"[a\" is no pattern: syntax error in it",
      })
  void mistakes(String source, String destination, String sentence) {
    assertThatThrownBy(() -> copy(destination, source))
        .isInstanceOf(BuildFailure.class)
        .hasMessage(sentence);
  }

  @Test
  void aFileDoesNotReplaceADirectoryNorADirectoryAFile() {
    Tree file = new Tree("d/", "d/etc");
    assertThatThrownBy(
            () ->
                copy(
                    spec("/", false, "d"),
                    file,
                    plan(Optional.empty(), false, OptionalInt.empty())))
        .hasMessage("cannot replace directory /etc with a file");
    Tree directory = new Tree("d/", "d/conf/", "d/conf/x");
    assertThatThrownBy(
            () ->
                copy(
                    spec("/etc/", false, "d"),
                    directory,
                    plan(Optional.empty(), false, OptionalInt.empty())))
        .hasMessage("cannot copy to non-directory: /etc/conf");
  }

  @Test
  void aLoopOfLinksIsTheUsersMistake() {
    assertThatThrownBy(() -> copy("/loop/x", "a.txt"))
        .isInstanceOf(BuildFailure.class)
        .hasMessageContaining("too many levels");
    Tree loop = new Tree("round->round");
    assertThatThrownBy(
            () ->
                copy(
                    spec("/x", false, "round"),
                    loop,
                    plan(Optional.empty(), false, OptionalInt.empty())))
        .isInstanceOf(BuildFailure.class)
        .hasMessageContaining("too many levels");
  }

  @Test
  void aNameThatRemovesFilesIsRefused() {
    Tree tree = new Tree("d/", "d/.wh.etc");
    assertThatThrownBy(
            () ->
                copy(
                    spec("/", false, "d"),
                    tree,
                    plan(Optional.empty(), false, OptionalInt.empty())))
        .isInstanceOfSatisfying(
            BuildFailure.class, e -> assertThat(e.code()).isEqualTo("reserved-name"));
  }

  @Test
  void ownersModesAndTimes() throws Exception {
    LayerIndex plain = copy("/n/x", "a.txt");
    LayerEntry file = plain.find(new ImagePath("n/x")).orElseThrow();
    assertThat(List.of(file.uid(), file.gid(), file.mtime())).containsExactly(0L, 0L, 50L);
    assertThat(file.mode()).isEqualTo(0640);
    LayerEntry parent = plain.find(new ImagePath("n")).orElseThrow();
    assertThat(parent.mode()).isEqualTo(0755);
    assertThat(parent.uid()).isZero();

    LayerIndex asked =
        copy(
            spec("/n/", false, "dir"),
            CONTEXT,
            plan(Optional.of(new Owner(7, 8)), false, OptionalInt.of(0500)));
    assertThat(asked.entries()).allSatisfy(e -> assertThat(e.uid()).isEqualTo(7));
    assertThat(asked.find(new ImagePath("n")).orElseThrow().mode()).isEqualTo(0755);
    assertThat(asked.find(new ImagePath("n/sub")).orElseThrow().mode()).isEqualTo(0500);
    assertThat(asked.find(new ImagePath("n/link")).orElseThrow().mode()).isEqualTo(0777);

    LayerIndex kept =
        copy(
            spec("/n/", false, "a.txt"),
            CONTEXT,
            plan(Optional.empty(), true, OptionalInt.empty()));
    assertThat(kept.find(new ImagePath("n/a.txt")).orElseThrow().uid()).isEqualTo(5);
    assertThat(kept.find(new ImagePath("n")).orElseThrow().uid()).isZero();
  }

  @Test
  void timesAreClamped() throws Exception {
    DestinationPlan plan =
        new DestinationPlan(
            BASE.root(),
            Optional.empty(),
            false,
            OptionalInt.empty(),
            Optional.of(Instant.ofEpochSecond(20)));
    LayerIndex index = copy(spec("/n/x", false, "a.txt"), CONTEXT, plan);
    assertThat(index.entries()).extracting(LayerEntry::mtime).containsOnly(20L);
  }

  private static byte[] tar(String... told) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
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

  @ParameterizedTest
  @ValueSource(strings = {"plain", "gz", "bzip2", "xz", "zstd"})
  void addUnpacksArchivesWhateverTheyArePackedWith(String format) throws Exception {
    byte[] archive = packed(format, tar("d/", "d/z", "d/a==d/z", "l->d/z"));
    Tree tree = new Tree("b").file("a.anything", archive);
    LayerIndex index =
        copy(
            spec("/opt", true, "a.anything"),
            tree,
            plan(Optional.empty(), false, OptionalInt.empty()));
    assertThat(told(index)).isEqualTo("opt/ opt/d/ opt/d/a opt/d/z opt/l->d/z");
    LayerEntry linked = index.find(new ImagePath("opt/d/a")).orElseThrow();
    assertThat(linked.type()).isEqualTo(EntryType.FILE);
    assertThat(linked.digest()).contains(Digest.of("d/z"));
    // Owners inside an archive are its own.
    assertThat(linked.uid()).isEqualTo(11);
    assertThat(index.find(new ImagePath("opt")).orElseThrow().uid()).isZero();
    assertThat(
            told(
                copy(
                    spec("/opt", false, "a.anything"),
                    tree,
                    plan(Optional.empty(), false, OptionalInt.empty()))))
        .isEqualTo("opt");
  }

  @Test
  void addCopiesWhatIsNoArchive() throws Exception {
    Tree tree = new Tree().file("x.gz", packed("gz", "no tar".getBytes(StandardCharsets.UTF_8)));
    assertThat(
            told(
                copy(
                    spec("/opt/", true, "x.gz"),
                    tree,
                    plan(Optional.empty(), false, OptionalInt.empty()))))
        .isEqualTo("opt/ opt/x.gz");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../../evil", "d/../../evil", ".wh.etc", "link==../../etc/passwd"})
  void hostileArchivesAreRefused(String name) throws Exception {
    Tree tree = new Tree().file("a.tar", tar("fine", name));
    assertThatThrownBy(
            () ->
                copy(
                    spec("/opt/", true, "a.tar"),
                    tree,
                    plan(Optional.empty(), false, OptionalInt.empty())))
        .isInstanceOfSatisfying(
            BuildFailure.class, e -> assertThat(e.code()).isEqualTo("bad-archive"));
  }

  @Test
  void linksInArchivesLeadNowhereElse() throws Exception {
    Tree tree = new Tree().file("a.tar", tar("l->/../../../../etc", "l/evil"));
    LayerIndex index =
        copy(
            spec("/opt/", true, "a.tar"), tree, plan(Optional.empty(), false, OptionalInt.empty()));
    // Within the image, as in chroot.
    assertThat(told(index)).isEqualTo("etc/evil opt/ opt/l->/../../../../etc");
  }

  @Test
  void directoriesOfWorkdirAreMadeOnce() throws Exception {
    DestinationPlan plan = plan(Optional.of(new Owner(3, 4)), true, OptionalInt.empty());
    plan.makeDirectories(new ImagePath("lib/x/y"));
    try (LayerWriter writer = new LayerWriter(folder, Compression.GZIP)) {
      plan.writeTo(writer);
      LayerIndex index = writer.finish().index();
      assertThat(told(index)).isEqualTo("usr/lib/x/ usr/lib/x/y/");
      assertThat(index.entries()).allSatisfy(e -> assertThat(e.gid()).isEqualTo(4));
    }
  }
}
