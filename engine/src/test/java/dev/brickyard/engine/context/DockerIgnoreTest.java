package dev.brickyard.engine.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.engine.layer.LayerIndex;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The behaviour of moby's patternmatcher, as its documentation and users know it. */
class DockerIgnoreTest {
  @ParameterizedTest(name = "{0} on {1}: ignored {2}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          **              | file                 | true
          **/             | file                 | true
          **              | dir/file             | true
          **/**           | dir/file             | true
          dir/**          | dir/file             | true
          dir/**          | dir/dir2/file        | true
          dir/**          | dir                  | false
          **/dir          | dir                  | true
          **/dir          | dir/file             | true
          **/dir2/*       | dir/dir2/file        | true
          **/dir2/**      | dir/dir2/dir3/file   | true
          **file          | file                 | true
          **file          | dir/file             | true
          **file          | dir/otherfile        | true
          **/file         | dir/file             | true
          **/file         | dir/otherfile        | false
          **/file*        | dir/dir/file.txt     | true
          **/file*txt     | dir/dir/file.txt     | true
          **/**/*.txt     | dir/dir/file.txt     | true
          **/**/*.txt2    | dir/dir/file.txt     | false
          **/*.txt        | file.txt             | true
          a**/*.txt       | a/file.txt           | true
          a**/*.txt       | a/dir/dir/file.txt   | true
          a/*.txt         | a/dir/file.txt       | false
          a/*.txt         | a/file.txt           | true
          a/*.txt**       | a/file.txt           | true
          a[b-d]e         | ae                   | false
          a[b-d]e         | ace                  | true
          a[b-d]e         | aae                  | false
          a[^b-d]e        | aze                  | true
          a[^b-d]e        | ace                  | false
          .*              | .foo                 | true
          .*              | foo                  | false
          abc.def         | abcdef               | false
          abc.def         | abcZdef              | false
          abc?def         | abcZdef              | true
          abc?def         | abcdef               | false
          foo?            | foo                  | false
          foo*            | foo                  | true
          ?foo            | foo                  | false
          fo*oo           | foo                  | false
          a?b             | a/b                  | false
          a*b             | a/b                  | false
          a?b             | a☺b                  | true
          **/foo/bar      | dir/dir2/foo/bar     | true
          **/.foo         | bar.foo              | false
          a(b)c/def       | a(b)c/def            | true
          a\\\\*b         | a*b                  | false
          a\\*b           | a*b                  | true
          a\\*b           | axb                  | false
          [\\]a]          | ]                    | true
          [x\\-]          | -                    | true
          *               | dir/file             | true
          foo/            | foo/bar              | true
          /foo            | foo                  | true
          ./foo           | foo                  | true
          foo//bar        | foo/bar              | true
          x/../foo        | foo                  | true
          ../foo          | foo                  | false
          .               | foo                  | false
          foo             | sub/foo              | false
          a*b*c*d*e*/f    | axbxcxdxexxx/f       | true
          a*b*c*d*e*/f    | axbxcxdxe/xxx/f      | false
          """)
  void onePattern(String pattern, String path, boolean ignored) throws Exception {
    assertThat(DockerIgnore.parse(pattern).keeps(new ImagePath(path))).isEqualTo(!ignored);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          docs,!docs/README.md                   ; docs/README.md      ; true
          docs/,!docs/README.md                  ; docs/README.md      ; true
          docs/*,!docs/README.md                 ; docs/README.md      ; true
          docs,!docs/README.md                   ; docs/other          ; false
          !file,*                                ; file                ; false
          *.go,!file.go                          ; file.go             ; true
          **,!util/docker/web                    ; util/docker/web/foo ; true
          **,!util/docker/web,util/docker/web/foo; util/docker/web/foo ; false
          **,!dist/*.whl                         ; dist/a-1.0+x.whl    ; true
          a.|)$(}+{bc                            ; a.|)$(}+{bc         ; false
          *.md,!README*.md,README-secret.md      ; README-secret.md    ; false
          *.md,README-secret.md,!README*.md      ; README-secret.md    ; true
          # not a comment when indented          ; x                   ; true
          """)
  void patternsInTurn(String patterns, String path, boolean kept) throws Exception {
    assertThat(DockerIgnore.parse(patterns.replace(',', '\n')).keeps(new ImagePath(path)))
        .isEqualTo(kept);
  }

  @Test
  void spacesCommentsAndByteOrderMark() throws Exception {
    DockerIgnore ignore =
        DockerIgnore.parse(
            "\uFEFF# comment\r\n  foo  \r\n\n\t! keep/foo \n  #hash\nkeep\n!keep/foo");

    assertThat(ignore.keeps(new ImagePath("foo"))).isFalse();
    assertThat(ignore.keeps(new ImagePath("#hash"))).isFalse();
    assertThat(ignore.keeps(new ImagePath("keep/foo"))).isTrue();
    assertThat(ignore.keeps(new ImagePath("keep/bar"))).isFalse();
    assertThat(ignore.keeps(new ImagePath("# comment"))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "!", "! ", "[", "[^", "[^bc", "a[", "[]a]", "[-]", "[x-]", "[-x]", "[a-b-c]", "a\\"
      })
  void malformedPatterns(String pattern) {
    assertThatThrownBy(() -> DockerIgnore.parse("ok\n" + pattern))
        .isInstanceOfSatisfying(
            ContextException.class, e -> assertThat(e.code()).isEqualTo("dockerignore-invalid"));
  }

  @Test
  void tooManyPatterns() {
    for (String text : List.of("a\n".repeat(5001), "a".repeat(4097))) {
      assertThatThrownBy(() -> DockerIgnore.parse(text))
          .isInstanceOfSatisfying(ContextException.class, e -> assertThat(e.isLimit()).isTrue());
    }
  }

  private static LayerIndex index(String... paths) {
    List<LayerEntry> entries = new ArrayList<>();
    for (String path : paths) {
      entries.add(
          path.endsWith("/")
              ? LayerEntry.directory(ImagePath.normalize(path), 0755, 0, 0, 0)
              : LayerEntry.file(new ImagePath(path), 0644, 0, 0, 0, 0, Digest.of("")));
    }
    return new LayerIndex(entries, Map.of());
  }

  private static List<String> apply(String patterns, LayerIndex index) throws ContextException {
    return DockerIgnore.parse(patterns).apply(index).entries().stream()
        .map(e -> e.path().value())
        .toList();
  }

  @Test
  void directoriesAboveWhatIsBroughtBackStay() throws Exception {
    LayerIndex index =
        index("a", "docs/", "docs/x/", "docs/x/keep.md", "docs/x/other", "docs/y/", "docs/y/z");

    assertThat(apply("docs\n!docs/x/keep.md", index))
        .containsExactly("a", "docs", "docs/x", "docs/x/keep.md");
    assertThat(apply("*\n!**/*.md", index)).containsExactly("docs", "docs/x", "docs/x/keep.md");
    assertThat(apply("docs/y", index))
        .containsExactly("a", "docs", "docs/x", "docs/x/keep.md", "docs/x/other");
    assertThat(apply("*", index)).isEmpty();
    assertThat(apply("", index)).hasSize(7);
  }

  @Test
  void theIndexAndThePathAgree() throws Exception {
    // "m" has no entry for its directories, as an index made elsewhere may have none.
    LayerIndex index =
        index(
            "m/n/o.go",
            "m/n/p",
            "a/",
            "a/b/",
            "a/b-c/",
            "a/b-c/d",
            "a/b/c/",
            "a/b/c/f.go",
            "a/b/g.go",
            "a/h.md",
            "i.go",
            "j/",
            "j/k");
    for (String patterns :
        List.of(
            "a\n!a/b\na/b/c",
            "**/*.go\n!a/b",
            "*\n!a/b/c",
            "a/*\n!a/b",
            "j/**",
            "!x\n**/c",
            "m\n!m/n/p",
            "a/b*\n!a/b")) {
      DockerIgnore ignore = DockerIgnore.parse(patterns);
      LayerIndex applied = ignore.apply(index);
      for (LayerEntry entry : index.entries()) {
        if (!entry.isDirectory()) {
          assertThat(applied.find(entry.path()).isPresent())
              .as("%s of %s", entry.path(), patterns.replace('\n', ' '))
              .isEqualTo(ignore.keeps(entry.path()));
        }
      }
    }
  }

  /** An exception counts for a directory only where something before it left the directory out. */
  @Test
  void anExceptionForADirectoryThatWasKeptDoesNotReachIntoIt() throws Exception {
    DockerIgnore ignore = DockerIgnore.parse("**/*.go\n!a/b");

    assertThat(ignore.keeps(new ImagePath("a/b/c/f.go"))).isFalse();
    assertThat(ignore.keeps(new ImagePath("a/b"))).isTrue();
  }

  @Test
  void theDockerfilesOwnFile() {
    assertThat(DockerIgnore.fileFor("docker/Build.Dockerfile").value())
        .isEqualTo("docker/Build.Dockerfile.dockerignore");
    assertThat(DockerIgnore.fileFor("./Dockerfile").value()).isEqualTo("Dockerfile.dockerignore");
  }

  /** With regular expressions that backtrack, this would take longer than the universe has. */
  @Test
  void noPatternIsSlow() {
    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(5),
        () -> {
          DockerIgnore ignore = DockerIgnore.parse("**/a".repeat(40) + "*".repeat(40) + "b");
          assertThat(ignore.keeps(new ImagePath("a/".repeat(1000) + "c"))).isTrue();
        });
  }
}
