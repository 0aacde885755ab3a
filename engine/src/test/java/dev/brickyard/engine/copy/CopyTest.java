package dev.brickyard.engine.copy;

import static dev.brickyard.engine.copy.TestTree.at;
import static dev.brickyard.engine.copy.TestTree.told;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.copy.TestTree.Copy;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.Compression;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.engine.layer.LayerIndex;
import dev.brickyard.engine.layer.LayerWriter;
import dev.brickyard.engine.layer.OwnerNames.Owner;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rules of COPY as BuildKit has them. */
class CopyTest {
  @TempDir Path folder;

  private static final TestTree CONTEXT =
      new TestTree(
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
          "nowhere->gone",
          "out->../../../a.txt");

  private static final TestTree BASE =
      new TestTree(
          "etc/",
          "etc/conf",
          "usr/",
          "usr/lib/",
          "lib->usr/lib",
          "abs->/usr/lib",
          "loop->loop",
          "later->/new/place",
          "up->../../usr");

  private LayerIndex copy(String destination, String... sources) throws Exception {
    return CONTEXT.copy(folder, new Copy(destination, sources), BASE);
  }

  @ParameterizedTest(name = "COPY {0} {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        // a file: to a new name, into a new directory, into one that exists
        "a.txt|/x|x",
        "a.txt|/x/|x/ x/a.txt",
        "a.txt|/x/.|x/ x/a.txt",
        "a.txt|/etc|etc/ etc/a.txt",
        "a.txt|/etc/|etc/ etc/a.txt",
        "a.txt|/etc/conf|etc/ etc/conf",
        "a.txt|/n/e/w|n/ n/e/ n/e/w",
        "/a.txt|/x|x",
        "./a.txt|/x|x",
        "../a.txt|/x|x",
        // a directory: its contents, never itself
        "dir|/x|x/ x/link->one x/one x/sub/ x/sub/two",
        "dir/|/x/|x/ x/link->one x/one x/sub/ x/sub/two",
        "dir/sub|/etc|etc/ etc/two",
        "dir/sub/.|/etc/|etc/ etc/two",
        // patterns
        "*.go|/src/|src/ src/b.go src/c.go",
        "?.go|/src/|src/ src/b.go src/c.go",
        "[a-b].*|/src/|src/ src/a.txt src/b.go",
        "[^b].go|/src/|src/ src/c.go",
        "dir/*/two|/src/|src/ src/two",
        "../*.go|/src/|src/ src/b.go src/c.go",
        "./di?/../*.go|/src/|src/ src/b.go src/c.go",
        "to-dir/*e|/src/|src/ src/one",
        "di[^/]/o**e|/src/|src/ src/one",
        "dir[^x]one|/src/|src/ src/one",
        "di*|/src/|src/ src/link->one src/one src/sub/ src/sub/two",
        "to-*|/src/|src/ src/link->one src/one src/sub/ src/sub/two src/to-file",
        "*/sub/none|/src/|''",
        "none*|/src/|''",
        // symlinks as sources are followed, inside directories they are kept
        "to-file|/x|x",
        "to-file|/etc/|etc/ etc/to-file",
        "to-dir|/x|x/ x/link->one x/one x/sub/ x/sub/two",
        "to-dir/one|/x|x",
        "out|/x|x",
        // symlinks on the way to the destination are followed, within the root
        "a.txt|/lib/x|usr/ usr/lib/ usr/lib/x",
        "a.txt|/lib|usr/ usr/lib/ usr/lib/a.txt",
        "a.txt|/abs/|usr/ usr/lib/ usr/lib/a.txt",
        "a.txt|/up/lib/|usr/ usr/lib/ usr/lib/a.txt",
        "a.txt|/later|new/ new/place",
        "a.txt|/later/|new/ new/place/ new/place/a.txt",
        "dir/sub|/lib|usr/ usr/lib/ usr/lib/two",
      })
  void destinations(String source, String destination, String expected) throws Exception {
    assertThat(told(copy(destination, source))).isEqualTo(expected);
  }

  @Test
  void severalSourcesGoIntoOneDirectory() throws Exception {
    assertThat(told(copy("/d/", "a.txt", "dir/sub", "b.go"))).isEqualTo("d/ d/a.txt d/b.go d/two");
  }

  @Test
  void ofSeveralSourcesForOneNameTheLastIsLeft() throws Exception {
    LayerIndex index = copy("/x", "a.txt", "b.go");
    assertThat(told(index)).isEqualTo("x");
    assertThat(at(index, "x").digest()).contains(Digest.of("b.go"));
    // A directory for the first one is one for the others too.
    assertThat(told(copy("/x", "dir/sub", "b.go"))).isEqualTo("x/ x/b.go x/two");
  }

  @Test
  void laterSourcesWin() throws Exception {
    TestTree tree = new TestTree("one/", "one/x", "two/", "two/x");
    LayerIndex index = tree.copy(folder, new Copy("/d/", "one", "two"), BASE);
    assertThat(at(index, "d/x").digest()).contains(Digest.of("two/x"));
  }

  @ParameterizedTest(name = "COPY {0} {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "missing|/x|\"/missing\": not found",
        "nowhere|/x|\"/nowhere\": not found",
        "dir/missing|/x|\"/dir/missing\": not found",
        "missing/*|/x|lstat /missing: no such file or directory",
        "a.txt|/etc/conf/|mkdir /etc/conf: not a directory",
        "a.txt|/etc/conf/x|mkdir /etc/conf: not a directory",
        "a.txt|/etc/conf/x/y|mkdir /etc/conf: not a directory",
        "dir|/etc/conf|cannot copy to non-directory: /etc/conf",
        "[a|/x|syntax error in pattern \"[a\"",
        "a[]|/x|syntax error in pattern \"a[]\"",
      })
  void mistakes(String source, String destination, String sentence) {
    assertThatThrownBy(() -> copy(destination, source))
        .isInstanceOf(BuildFailure.class)
        .hasMessage(sentence);
  }

  @Test
  void aFileDoesNotReplaceADirectoryNorADirectoryAFileOrLink() {
    TestTree file = new TestTree("d/", "d/etc");
    assertThatThrownBy(() -> file.copy(folder, new Copy("/", "d"), BASE))
        .hasMessage("cannot replace to directory /etc with file");
    TestTree directory = new TestTree("d/", "d/conf/", "d/conf/x");
    assertThatThrownBy(() -> directory.copy(folder, new Copy("/etc/", "d"), BASE))
        .hasMessage("cannot copy to non-directory: /etc/conf");
    TestTree merged = new TestTree("d/", "d/lib/", "d/lib/x");
    assertThatThrownBy(() -> merged.copy(folder, new Copy("/", "d"), BASE))
        .hasMessage("cannot copy to non-directory: /lib");
  }

  @Test
  void aFileReplacesALinkRatherThanWhatItLeadsTo() throws Exception {
    TestTree file = new TestTree("d/", "d/lib");
    assertThat(told(file.copy(folder, new Copy("/", "d"), BASE))).isEqualTo("lib");
  }

  @Test
  void aLoopOfLinksIsTheUsersMistake() {
    assertThatThrownBy(() -> copy("/loop/x", "a.txt"))
        .isInstanceOf(BuildFailure.class)
        .hasMessageContaining("too many levels");
    TestTree loop = new TestTree("round->round");
    assertThatThrownBy(() -> loop.copy(folder, new Copy("/x", "round"), BASE))
        .isInstanceOf(BuildFailure.class)
        .hasMessageContaining("too many levels");
  }

  @Test
  void aNameThatRemovesFilesIsRefused() {
    TestTree tree = new TestTree("d/", "d/.wh.etc");
    assertThatThrownBy(() -> tree.copy(folder, new Copy("/", "d"), BASE))
        .isInstanceOfSatisfying(
            BuildFailure.class, e -> assertThat(e.code()).isEqualTo("reserved-name"));
  }

  @Test
  void ownersModesAndTimes() throws Exception {
    LayerIndex plain = copy("/n/x", "a.txt");
    LayerEntry file = at(plain, "n/x");
    assertThat(List.of(file.uid(), file.gid(), file.mtime())).containsExactly(0L, 0L, 50L);
    assertThat(file.mode()).isEqualTo(0640);
    LayerEntry parent = at(plain, "n");
    assertThat(parent.mode()).isEqualTo(0755);
    assertThat(parent.uid()).isZero();

    LayerIndex kept = CONTEXT.copy(folder, new Copy("/n/", "a.txt").keepingOwners(), BASE);
    assertThat(at(kept, "n/a.txt").uid()).isEqualTo(5);
    assertThat(at(kept, "n").uid()).isZero();
  }

  @Test
  void directoriesThatAreThereTakeOverTheSourcesMetadataButTheDestinationItselfDoesNot()
      throws Exception {
    TestTree tree = new TestTree("root/", "root/usr/", "root/usr/lib/", "root/usr/lib/x");
    LayerIndex index = tree.copy(folder, new Copy("/", "root").ownedBy(7, 8), BASE);
    assertThat(told(index)).isEqualTo("usr/ usr/lib/ usr/lib/x");
    assertThat(index.entries()).allSatisfy(e -> assertThat(e.gid()).isEqualTo(8));
    assertThat(told(tree.copy(folder, new Copy("/usr", "root/usr"), BASE)))
        .isEqualTo("usr/ usr/lib/ usr/lib/x");
  }

  @Test
  void directoriesOfTheBaseStandInTheLayerAsTheyAre() throws Exception {
    LayerIndex index = CONTEXT.copy(folder, new Copy("/usr/lib/x", "a.txt").ownedBy(7, 8), BASE);
    for (String above : List.of("usr", "usr/lib")) {
      LayerEntry there = BASE.root().find(new ImagePath(above)).orElseThrow();
      LayerEntry written = at(index, above);
      assertThat(written.isDirectory()).isTrue();
      assertThat(written.mode()).isEqualTo(there.mode());
      assertThat(written.uid()).isEqualTo(there.uid());
      assertThat(written.gid()).isEqualTo(there.gid());
      assertThat(written.mtime()).isEqualTo(there.mtime());
    }
    assertThat(at(index, "usr/lib/x").uid()).isEqualTo(7);
  }

  @Test
  void aNewDestinationDirectoryIsAsOldAsItsSource() throws Exception {
    LayerIndex index = copy("/n/w/", "dir");
    assertThat(at(index, "n/w").mtime()).isEqualTo(50);
    assertThat(at(index, "n").mtime()).isEqualTo(DestinationPlan.NEW_MTIME);
    // Its owner and mode are not the source's.
    assertThat(at(index, "n/w").mode()).isEqualTo(0755);
  }

  @Test
  void anOctalModeIsForDirectoriesMadeOnTheWayToo() throws Exception {
    LayerIndex index =
        CONTEXT.copy(folder, new Copy("/n/", "dir").mode("4500").ownedBy(7, 8), BASE);
    assertThat(index.entries()).allSatisfy(e -> assertThat(e.uid()).isEqualTo(7));
    assertThat(at(index, "n").mode()).isEqualTo(0500);
    assertThat(at(index, "n/sub").mode()).isEqualTo(04500);
    assertThat(at(index, "n/sub/two").mode()).isEqualTo(04500);
    assertThat(at(index, "n/link").mode()).isEqualTo(0777);
  }

  @Test
  void aSymbolicModeChangesWhatIsCopiedOnly() throws Exception {
    LayerIndex index = CONTEXT.copy(folder, new Copy("/n/", "dir").mode("go+rX,u-w"), BASE);
    assertThat(at(index, "n").mode()).isEqualTo(0755);
    assertThat(at(index, "n/sub").mode()).isEqualTo(0555);
    assertThat(at(index, "n/sub/two").mode()).isEqualTo(0444);
  }

  @Test
  void setUserIdsSurvive() throws Exception {
    TestTree tree = new TestTree().file("su", new byte[] {1}, 04755);
    assertThat(at(tree.copy(folder, new Copy("/su", "su").ownedBy(3, 3), BASE), "su").mode())
        .isEqualTo(04755);
  }

  @Test
  void filesThatAreOneStayOneWithinASource() throws Exception {
    TestTree tree = new TestTree("d/", "d/b", "d/a==d/b", "d/c", "e==d/b");
    LayerIndex index = tree.copy(folder, new Copy("/x/", "d", "e").keepingOwners(), BASE);
    assertThat(told(index)).isEqualTo("x/ x/a x/b==x/a x/c x/e");
    assertThat(at(index, "x/b").mode()).isEqualTo(0640);
    // One of them replaced by another source is no longer the same file.
    TestTree other = new TestTree("d/", "d/b", "d/a==d/b", "f/", "f/a");
    assertThat(told(other.copy(folder, new Copy("/x/", "d", "f"), BASE))).isEqualTo("x/ x/a x/b");
  }

  @Test
  void whatIsOneFileIsPartOfTheSelectionsDigest() throws Exception {
    TestTree joined = new TestTree("d/", "d/a", "d/b==d/a");
    TestTree alone = new TestTree("d/", "d/a").file("d/b", "d/a".getBytes(StandardCharsets.UTF_8));
    assertThat(Selection.of(new Copy("/", "d").spec(), joined).digest(true))
        .isNotEqualTo(Selection.of(new Copy("/", "d").spec(), alone).digest(true));
  }

  @Test
  void theEpochIsTheTimeOfEverythingCopied() throws Exception {
    for (long epoch : new long[] {20, 4_000_000_000L}) {
      DestinationPlan plan =
          new DestinationPlan(
              BASE.root(),
              Optional.empty(),
              false,
              Optional.empty(),
              Optional.of(Instant.ofEpochSecond(epoch)));
      LayerIndex index = CONTEXT.copy(folder, new Copy("/n/x/", "a.txt", "dir"), plan);
      assertThat(index.entries()).extracting(LayerEntry::mtime).containsOnly(epoch);
    }
  }

  @Test
  void directoriesOfWorkdirAreMadeOnce() throws Exception {
    DestinationPlan plan =
        new DestinationPlan(
            BASE.root(), Optional.of(new Owner(3, 4)), true, Optional.empty(), Optional.empty());
    plan.makeDirectories(new ImagePath("lib/x/y"));
    try (LayerWriter writer = new LayerWriter(folder, Compression.GZIP)) {
      plan.writeTo(writer);
      LayerIndex index = writer.finish().index();
      assertThat(told(index)).isEqualTo("usr/ usr/lib/ usr/lib/x/ usr/lib/x/y/");
      assertThat(at(index, "usr/lib/x").gid()).isEqualTo(4);
      assertThat(at(index, "usr/lib/x/y").gid()).isEqualTo(4);
    }
  }
}
