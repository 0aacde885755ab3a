package dev.brickyard.engine.copy;

import static dev.brickyard.engine.copy.TestTree.at;
import static dev.brickyard.engine.copy.TestTree.told;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.copy.TestTree.Copy;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.LayerIndex;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** COPY's {@code --exclude} and {@code --parents}, with BuildKit's own cases among others. */
class ExcludeAndParentsTest {
  @TempDir Path folder;

  private static final TestTree EMPTY = new TestTree();

  private static final TestTree PICTURES =
      new TestTree(
          "dir1/",
          "dir1/101.png",
          "dir1/102.txt",
          "dir2/",
          "dir2/201.pdf",
          "dir2/deep/",
          "dir2/deep/202.png",
          "dir3/",
          "dir3/301.mp3",
          "note.txt",
          "link->dir1");

  @ParameterizedTest(name = "COPY --exclude={0} {1} {2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "*/*.png|.|/x|"
            + "x/ x/dir1/ x/dir1/102.txt x/dir2/ x/dir2/201.pdf x/dir2/deep/"
            + " x/dir2/deep/202.png x/dir3/ x/dir3/301.mp3 x/link->dir1 x/note.txt",
        // patterns are about paths below each source
        "*.png|dir1|/x|x/ x/102.txt",
        "*.png|dir2|/x|x/ x/201.pdf x/deep/ x/deep/202.png",
        "**/*.png|dir2|/x|x/ x/201.pdf x/deep/",
        "deep|dir2/|/x/|x/ x/201.pdf",
        "*.png;*.txt;*.mp3|dir*|/x/|x/ x/201.pdf x/deep/ x/deep/202.png",
        "*|dir*|/x|x/",
        // a slash at the start is part of the pattern, at the end it is not
        "/101.png|dir1|/x|x/ x/101.png x/102.txt",
        "deep/|dir2|/x|x/ x/201.pdf",
        // files that are named are not below anything
        "note.txt|note.txt|/x|x",
        "*.txt|note*|/x/|x/ x/note.txt",
        // exceptions, also inside of what is left out
        "*;!102.txt|dir1|/x|x/ x/102.txt",
        "*;!deep/202.png|dir2|/x|x/ x/deep/ x/deep/202.png",
        "deep;!deep/202.png|dir2|/x|x/ x/201.pdf x/deep/ x/deep/202.png",
        "!102.txt;*.txt|dir1|/x|x/ x/101.png",
        "link|.|/x|x/ x/dir1/ x/dir1/101.png x/dir1/102.txt x/dir2/ x/dir2/201.pdf x/dir2/deep/"
            + " x/dir2/deep/202.png x/dir3/ x/dir3/301.mp3 x/note.txt",
        "*.png|link|/x|x/ x/102.txt",
      })
  void excluded(String patterns, String source, String destination, String expected)
      throws Exception {
    Copy copy = new Copy(destination, source).without(patterns.split(";"));
    assertThat(told(PICTURES.copy(folder, copy, EMPTY))).isEqualTo(expected);
  }

  @Test
  void badPatternsAreTheUsersMistake() {
    assertThatThrownBy(() -> PICTURES.copy(folder, new Copy("/", ".").without("[a"), EMPTY))
        .isInstanceOfSatisfying(
            BuildFailure.class, e -> assertThat(e.code()).isEqualTo("bad-pattern"));
    assertThatThrownBy(() -> PICTURES.copy(folder, new Copy("/", ".").without("!"), EMPTY))
        .hasMessage("illegal exclusion pattern: \"!\"");
  }

  @Test
  void whatIsExcludedIsNotInTheDigest() throws Exception {
    Copy copy = new Copy("/", ".").without("**/*.tmp", "cache");
    TestTree before = new TestTree("a", "d/", "d/x.tmp", "cache/", "cache/y");
    TestTree after = new TestTree("a", "d/", "d/z.tmp");
    TestTree other = new TestTree("b", "d/");
    Digest digest = Selection.of(copy.spec(), before).digest(false);
    assertThat(Selection.of(copy.spec(), after).digest(false)).isEqualTo(digest);
    assertThat(Selection.of(copy.spec(), other).digest(false)).isNotEqualTo(digest);
  }

  private static final TestTree TREE =
      new TestTree(
          "foo1/",
          "foo1/foo2/",
          "foo1/foo2/bar",
          "foo1/foo2/baz",
          "foo1/other",
          "a/",
          "a/b/",
          "a/b/c/",
          "a/b/c/d/",
          "a/b/c/d/foo",
          "a/b/c/d/e/",
          "a/b/c/d/e/bay",
          "a/b2/",
          "a/b2/c/",
          "a/b2/c/d/",
          "a/b2/c/d/e/",
          "a/b2/c/d/e/bar",
          "to-a->a",
          "to-bar->foo1/foo2/bar",
          "out->../../etc");

  @ParameterizedTest(name = "COPY --parents {0} {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "foo1/foo2/bar|/|foo1/ foo1/foo2/ foo1/foo2/bar",
        "./foo1/foo2/bar|/x|x/ x/foo1/ x/foo1/foo2/ x/foo1/foo2/bar",
        "foo1/foo2/ba*|/x/|x/ x/foo1/ x/foo1/foo2/ x/foo1/foo2/bar x/foo1/foo2/baz",
        "/foo1/foo2/.|/x/|x/ x/foo1/ x/foo1/foo2/ x/foo1/foo2/bar x/foo1/foo2/baz",
        "../foo1/other|/x/|x/ x/foo1/ x/foo1/other",
        // the pivot: what is before it is left away
        "/a/b/./c/d|/x/|x/ x/c/ x/c/d/ x/c/d/e/ x/c/d/e/bay x/c/d/foo",
        "/a/./b/./c|/x/|x/ x/b/ x/b/c/ x/b/c/d/ x/b/c/d/e/ x/b/c/d/e/bay x/b/c/d/foo",
        "/a/./*/c/d/e|/x/|x/ x/b/ x/b/c/ x/b/c/d/ x/b/c/d/e/ x/b/c/d/e/bay x/b2/ x/b2/c/ x/b2/c/d/"
            + " x/b2/c/d/e/ x/b2/c/d/e/bar",
        "/a/b*/./c/**/e|/x/|x/ x/c/ x/c/d/ x/c/d/e/ x/c/d/e/bar x/c/d/e/bay",
        "**/bar|/x/|x/ x/a/ x/a/b2/ x/a/b2/c/ x/a/b2/c/d/ x/a/b2/c/d/e/ x/a/b2/c/d/e/bar x/foo1/"
            + " x/foo1/foo2/ x/foo1/foo2/bar",
        "foo1/./|/x/|x/",
        ".|/x/|x/",
        "none*/x|/x/|x/",
        // links are copied as they are, and lead nowhere
        "to-bar|/x/|x/ x/to-bar->foo1/foo2/bar",
        "to-a/b/c|/x/|x/",
        "to-a/./b2|/x/|x/ x/b2/ x/b2/c/ x/b2/c/d/ x/b2/c/d/e/ x/b2/c/d/e/bar",
        "out|/x/|x/ x/out->../../etc",
      })
  void parents(String source, String destination, String expected) throws Exception {
    Copy copy = new Copy(destination, source).withParents();
    assertThat(told(TREE.copy(folder, copy, EMPTY))).isEqualTo(expected);
  }

  @Test
  void parentsLookLikeTheirSourcesButTheDestinationDoesNot() throws Exception {
    LayerIndex index =
        TREE.copy(folder, new Copy("/x/", "foo1/foo2/bar").withParents().keepingOwners(), EMPTY);
    assertThat(at(index, "x").mode()).isEqualTo(0755);
    assertThat(at(index, "x").uid()).isZero();
    for (String parent : new String[] {"x/foo1", "x/foo1/foo2"}) {
      assertThat(at(index, parent).mode()).isEqualTo(0700);
      assertThat(at(index, parent).uid()).isEqualTo(5);
      assertThat(at(index, parent).mtime()).isEqualTo(50);
    }
    LayerIndex asked =
        TREE.copy(
            folder, new Copy("/x/", "foo1/other").withParents().ownedBy(9, 9).mode("u=rwX"), EMPTY);
    assertThat(at(asked, "x/foo1").uid()).isEqualTo(9);
    assertThat(at(asked, "x/foo1").mode()).isEqualTo(0600);
  }

  @Test
  void ofParentsThatAreThereOnlyTheModeChanges() throws Exception {
    TestTree base = new TestTree().file("x/foo1/there", new byte[0]);
    LayerIndex index =
        TREE.copy(
            folder, new Copy("/x/", "foo1/other").withParents().ownedBy(9, 9).mode("444"), base);
    assertThat(told(index)).isEqualTo("x/ x/foo1/ x/foo1/other");
    assertThat(at(index, "x/foo1").uid()).isZero();
    assertThat(at(index, "x/foo1").mode()).isEqualTo(0700);
    assertThat(at(index, "x/foo1/other").mode()).isEqualTo(0444);
  }

  @Test
  void parentsAndExcludesGoTogether() throws Exception {
    Copy copy = new Copy("/x/", "foo1", "a/b2/./c").withParents().without("**/ba[rz]");
    assertThat(told(TREE.copy(folder, copy, EMPTY)))
        .isEqualTo("x/ x/c/ x/c/d/ x/c/d/e/ x/foo1/ x/foo1/foo2/ x/foo1/other");
    Copy exception = new Copy("/x/", "foo1").withParents().without("foo1/*", "!foo1/foo2/bar");
    assertThat(told(TREE.copy(folder, exception, EMPTY)))
        .isEqualTo("x/ x/foo1/ x/foo1/foo2/ x/foo1/foo2/bar");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "foo1/missing|\"/foo1/missing\": not found",
        "missing/./x|\"/missing/x\": not found",
        "foo1/./foo2/none|\"/foo1/foo2/none\": not found",
        "missing/./*|lstat /missing: no such file or directory",
        "a/[b|syntax error in pattern \"a/[b\"",
      })
  void missingParentsAreNamed(String source, String sentence) {
    assertThatThrownBy(() -> TREE.copy(folder, new Copy("/", source).withParents(), EMPTY))
        .isInstanceOf(BuildFailure.class)
        .hasMessage(sentence);
  }

  @Test
  void whatIsThereOnlyForItsContentsIsToldApartInTheDigest() throws Exception {
    TestTree tree = new TestTree("d/", "d/x");
    Digest all = Selection.of(new Copy("/", "d").withParents().spec(), tree).digest(false);
    Digest one = Selection.of(new Copy("/", "d/x").withParents().spec(), tree).digest(false);
    assertThat(all).isNotEqualTo(one);
  }
}
