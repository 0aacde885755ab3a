package dev.brickyard.engine.solve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.BuildResult;
import dev.brickyard.engine.FailureKind;
import dev.brickyard.engine.StepOutcome;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.image.Platform;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.engine.layer.LayerIndex;
import dev.brickyard.engine.layer.RootIndex;
import dev.brickyard.engine.registry.RegistryCredentials;
import dev.brickyard.engine.source.FileServer;
import dev.brickyard.engine.source.GitServer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** ADD of files and repositories from elsewhere. */
class AddBuildIT {
  @TempDir Path folder;
  private TestYard yard;
  private FileServer server;

  @BeforeEach
  void open() throws Exception {
    yard = new TestYard(folder);
    server = new FileServer().file("/dir/a.txt", "hello");
  }

  @AfterEach
  void close() throws Exception {
    server.close();
    yard.close();
  }

  private RootIndex rootOf(BuildResult result) throws Exception {
    List<LayerIndex> indexes = new ArrayList<>();
    for (Layer layer : result.layers()) {
      indexes.add(yard.indexes.find(layer.diffId()).orElseThrow());
    }
    return RootIndex.of(indexes);
  }

  private LayerEntry entry(BuildResult result, String path) throws Exception {
    return rootOf(result).find(new ImagePath(path)).orElseThrow();
  }

  private List<String> paths(BuildResult result) throws Exception {
    return rootOf(result).walk(ImagePath.ROOT).stream()
        .filter(entry -> !entry.isDirectory())
        .map(entry -> entry.path().toString())
        .toList();
  }

  private BuildFailure failure(String dockerfile) throws Exception {
    List<BuildFailure> failures = new ArrayList<>();
    assertThatThrownBy(() -> yard.build(yard.worker(), dockerfile))
        .isInstanceOfSatisfying(BuildFailure.class, failures::add);
    return failures.getFirst();
  }

  @Test
  void aFileIsNamedDatedAndOwnedAsBuildKitDoes() throws Exception {
    String url = server.url("/dir/a.txt");
    BuildResult result = yard.build(yard.worker(), "FROM scratch\nADD " + url + " /there/\n");
    LayerEntry file = entry(result, "there/a.txt");
    assertThat(file.mode()).isEqualTo(0600);
    assertThat(file.uid()).isZero();
    assertThat(file.gid()).isZero();
    assertThat(file.mtime()).isEqualTo(Instant.parse("2020-03-03T10:11:12Z").getEpochSecond());
    assertThat(file.digest()).contains(Digest.of("hello"));
    assertThat(yard.observer().ended(StepOutcome.DONE)).contains(url);
    assertThat(
            yard.client
                .resolve(
                    yard.target().at(result.manifest().digest()),
                    Platform.current(),
                    RegistryCredentials.NONE)
                .config()
                .history())
        .extracting(history -> history.createdBy())
        .containsExactly("ADD " + url + " /there/ # buildkit");
  }

  @Test
  void flagsAndNamesChangeTheFile() throws Exception {
    server.untagged().file("/odd[1]*.txt", "odd");
    BuildResult result =
        yard.build(
            yard.worker(),
            "FROM scratch\nARG HOST="
                + server.url("")
                + "\nADD --chmod=644 --chown=5:6 $HOST/redirect/dir/a.txt /renamed\nADD "
                + server.url("/odd%5B1%5D*.txt")
                + " /d/\n");
    LayerEntry file = entry(result, "renamed");
    assertThat(file.mode()).isEqualTo(0644);
    assertThat(file.uid()).isEqualTo(5);
    assertThat(file.gid()).isEqualTo(6);
    assertThat(file.mtime()).isZero();
    assertThat(entry(result, "d/odd[1]*.txt").digest()).contains(Digest.of("odd"));
  }

  @Test
  void whatHasNotChangedThereIsCachedOnEveryWorker() throws Exception {
    String dockerfile =
        "FROM scratch\nADD " + server.url("/dir/a.txt") + " /\nADD " + server.url("/b") + " /b/\n";
    server.file("/b", "b");
    BuildResult first = yard.build(yard.worker(), dockerfile);
    BuildResult second = yard.build(yard.worker(), dockerfile);
    assertThat(second.manifest()).isEqualTo(first.manifest());
    assertThat(yard.observer().ended(StepOutcome.DONE)).noneMatch(name -> name.contains("ADD"));
    assertThat(server.asked())
        .containsExactlyInAnyOrder(
            "GET /dir/a.txt 200", "GET /b 200", "HEAD /dir/a.txt 304", "HEAD /b 304");
    server.file("/b", "changed");
    BuildResult third = yard.build(yard.worker(), dockerfile);
    assertThat(entry(third, "b/b").digest()).contains(Digest.of("changed"));
    assertThat(third.layers().getFirst()).isEqualTo(first.layers().getFirst());
  }

  @Test
  void aFileTheFarmHasIsNotFetchedForAnotherStep() throws Exception {
    String url = server.url("/dir/a.txt");
    yard.build(yard.worker(), "FROM scratch\nADD " + url + " /\n");
    BuildResult other = yard.build(yard.worker(), "FROM scratch\nADD " + url + " /elsewhere/\n");
    assertThat(entry(other, "elsewhere/a.txt").digest()).contains(Digest.of("hello"));
    assertThat(server.asked()).containsExactly("GET /dir/a.txt 200", "HEAD /dir/a.txt 304");
  }

  @Test
  void withAChecksumNothingIsAskedForTwice() throws Exception {
    String add = "ADD --checksum=" + Digest.of("hello") + " " + server.url("/dir/a.txt") + " /x/\n";
    BuildResult first = yard.build(yard.worker(), "FROM scratch\n" + add);
    BuildResult second = yard.build(yard.worker(), "FROM scratch\n" + add);
    assertThat(second.manifest()).isEqualTo(first.manifest());
    assertThat(server.asked()).containsExactly("GET /dir/a.txt 200");
  }

  @Test
  void aWrongChecksumIsToldWithItsLine() throws Exception {
    String url = server.url("/dir/a.txt");
    BuildFailure failure =
        failure("FROM scratch\n\nADD --checksum=" + Digest.of("other") + " " + url + " /\n");
    assertThat(failure.kind()).isEqualTo(FailureKind.USER);
    assertThat(failure.sentence())
        .isEqualTo(
            "digest mismatch for "
                + url
                + ": "
                + Digest.of("hello")
                + " (expected: "
                + Digest.of("other")
                + ")");
    assertThat(failure.range().orElseThrow().startLine()).isEqualTo(3);
  }

  @Test
  void aFileThatIsNotThereIsToldWithItsLine() throws Exception {
    BuildFailure failure = failure("FROM scratch\nWORKDIR /w\nADD " + server.url("/no") + " /\n");
    assertThat(failure.kind()).isEqualTo(FailureKind.USER);
    assertThat(failure.code()).isEqualTo("source-unavailable");
    assertThat(failure.sentence()).endsWith("invalid response status 404");
    assertThat(failure.range().orElseThrow().startLine()).isEqualTo(3);
    assertThat(failure.excerpt().orElseThrow()).contains(">>> ADD");
  }

  @Test
  void anArchiveIsUnpackedOnlyWhenThatIsAskedFor() throws Exception {
    server.file("/x.tar", tar("inside/file", "packed"));
    String url = server.url("/x.tar");
    assertThat(paths(yard.build(yard.worker(), "FROM scratch\nADD " + url + " /d/\n")))
        .containsExactly("d/x.tar");
    assertThat(
            paths(yard.build(yard.worker(), "FROM scratch\nADD --unpack=true " + url + " /d/\n")))
        .containsExactly("d/inside/file");
  }

  @Test
  void sourcesOfAllKindsComeTogetherInOneLayer() throws Exception {
    yard.file("local.txt", "local");
    try (GitServer git = new GitServer(folder.resolve("git"))) {
      git.repository("app").file("r.txt", "repository").commit("r");
      String dockerfile =
          "FROM scratch\nADD local.txt "
              + server.url("/dir/a.txt")
              + " "
              + git.url("app")
              + " <<NOTE /all/\ntext\nNOTE\n";
      BuildResult result = yard.build(yard.worker(), dockerfile);
      assertThat(result.layers()).hasSize(1);
      assertThat(paths(result))
          .containsExactlyInAnyOrder("all/local.txt", "all/a.txt", "all/r.txt", "all/NOTE");
      BuildResult again = yard.build(yard.worker(), dockerfile);
      assertThat(again.manifest()).isEqualTo(result.manifest());
      yard.file("local.txt", "changed");
      BuildResult changed = yard.build(yard.worker(), dockerfile);
      assertThat(entry(changed, "all/local.txt").digest()).contains(Digest.of("changed"));
    }
  }

  @Test
  void aRepositoryIsCopiedWithoutItsHistory() throws Exception {
    try (GitServer git = new GitServer(folder.resolve("git"))) {
      GitServer.Work work = git.repository("app");
      work.file("a.txt", "one").file("sub/b.txt", "below");
      String first = work.commit("one");
      work.file("a.txt", "two").commit("two");
      String url = git.url("app");
      BuildResult branch = yard.build(yard.worker(), "FROM scratch\nADD " + url + " /src\n");
      assertThat(paths(branch)).containsExactlyInAnyOrder("src/a.txt", "src/sub/b.txt");
      assertThat(entry(branch, "src/a.txt"))
          .satisfies(
              file -> {
                assertThat(file.digest()).contains(Digest.of("two"));
                assertThat(file.mode()).isEqualTo(0644);
                assertThat(file.uid()).isZero();
              });
      int asked = git.asked().size();
      BuildResult commit =
          yard.build(
              yard.worker(), "FROM scratch\nADD --chown=7 " + url + "#" + first + ":sub /src\n");
      assertThat(paths(commit)).containsExactly("src/b.txt");
      assertThat(entry(commit, "src/b.txt").uid()).isEqualTo(7);
      assertThat(git.asked().size()).isGreaterThan(asked);
      BuildResult kept =
          yard.build(
              yard.worker(), "FROM scratch\nADD --keep-git-dir=true " + url + "#main /src\n");
      assertThat(paths(kept)).contains("src/a.txt", "src/.git/HEAD");
    }
  }

  @Test
  void aCommitThatTheFarmHasIsNotFetchedAgain() throws Exception {
    try (GitServer git = new GitServer(folder.resolve("git"))) {
      GitServer.Work work = git.repository("app");
      String first = work.file("a.txt", "one").commit("one");
      String dockerfile = "FROM scratch\nADD " + git.url("app") + " /src\n";
      BuildResult built = yard.build(yard.worker(), dockerfile);
      int asked = git.asked().size();
      assertThat(yard.build(yard.worker(), dockerfile).manifest()).isEqualTo(built.manifest());
      assertThat(git.asked().stream().skip(asked)).noneMatch(path -> path.contains("POST"));
      asked = git.asked().size();
      String pinned = "FROM scratch\nADD " + git.url("app") + "#" + first + " /other\n";
      assertThat(paths(yard.build(yard.worker(), pinned))).containsExactly("other/a.txt");
      assertThat(git.asked()).hasSize(asked);
      work.file("b.txt", "new").commit("two");
      assertThat(paths(yard.build(yard.worker(), dockerfile)))
          .containsExactlyInAnyOrder("src/a.txt", "src/b.txt");
    }
  }

  @Test
  void aRefThatIsNotThereIsToldWithItsLine() throws Exception {
    try (GitServer git = new GitServer(folder.resolve("git"))) {
      git.repository("app").file("a.txt", "one").commit("one");
      BuildFailure failure = failure("FROM scratch\nADD " + git.url("app") + "#nowhere /src\n");
      assertThat(failure.code()).isEqualTo("git-ref-missing");
      assertThat(failure.range().orElseThrow().startLine()).isEqualTo(2);
    }
  }

  @Test
  void aLostDownloadIsFetchedAgain() throws Exception {
    String url = server.url("/dir/a.txt");
    yard.build(yard.worker(), "FROM scratch\nADD " + url + " /\n");
    yard.records.all().stream()
        .filter(found -> found.description().startsWith(url))
        .forEach(found -> yard.blobs.discard(found.layer().blob().digest()));
    BuildResult other = yard.build(yard.worker(), "FROM scratch\nADD " + url + " /elsewhere/\n");
    assertThat(entry(other, "elsewhere/a.txt").digest()).contains(Digest.of("hello"));
  }

  @Test
  void aLinkedAddIsTheSameOnEveryBase() throws Exception {
    yard.file("root/etc/passwd", "mason:x:1000:1000::/:/bin/sh\n");
    ImageReference base = yard.base(yard.worker(), "base", "FROM scratch\nCOPY root /\n");
    String add = "ADD --link " + server.url("/dir/a.txt") + " /x/\n";
    BuildResult one = yard.build(yard.worker(), "FROM scratch\n" + add);
    BuildResult two = yard.build(yard.worker(), "FROM " + base + "\n" + add);
    assertThat(two.layers().getLast()).isEqualTo(one.layers().getLast());
    assertThat(yard.observer().ended(StepOutcome.DONE)).noneMatch(name -> name.contains("ADD"));
  }

  private static byte[] tar(String path, String content) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      TarArchiveEntry entry = new TarArchiveEntry(path);
      byte[] text = content.getBytes(StandardCharsets.UTF_8);
      entry.setSize(text.length);
      tar.putArchiveEntry(entry);
      tar.write(text);
      tar.closeArchiveEntry();
    }
    return bytes.toByteArray();
  }
}
