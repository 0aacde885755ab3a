package dev.brickyard.engine.solve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.BuildOptions;
import dev.brickyard.engine.BuildRequest;
import dev.brickyard.engine.BuildResult;
import dev.brickyard.engine.FetchedContext;
import dev.brickyard.engine.NamedContext;
import dev.brickyard.engine.StepOutcome;
import dev.brickyard.engine.context.BuildContext;
import dev.brickyard.engine.context.DirectoryContext;
import dev.brickyard.engine.context.PlainArchive;
import dev.brickyard.engine.context.SubContext;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.engine.layer.LayerIndex;
import dev.brickyard.engine.layer.RootIndex;
import dev.brickyard.engine.source.FileServer;
import dev.brickyard.engine.source.GitServer;
import dev.brickyard.engine.source.RemoteSource;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Contexts that come from elsewhere, and those that have a name. */
class ContextsBuildIT {
  @TempDir Path folder;
  private TestYard yard;
  private Path library;

  @BeforeEach
  void open() throws Exception {
    yard = new TestYard(folder);
    library = Files.createDirectories(folder.resolve("library/sub")).getParent();
    Files.writeString(library.resolve("one.txt"), "one");
    Files.writeString(library.resolve("two.log"), "two");
    Files.writeString(library.resolve("sub/three.txt"), "three");
  }

  @AfterEach
  void close() throws Exception {
    yard.close();
  }

  private RootIndex rootOf(BuildResult result) throws Exception {
    List<LayerIndex> indexes = new ArrayList<>();
    for (Layer layer : result.layers()) {
      indexes.add(yard.indexes.find(layer.diffId()).orElseThrow());
    }
    return RootIndex.of(indexes);
  }

  private List<String> paths(BuildResult result) throws Exception {
    return rootOf(result).walk(ImagePath.ROOT).stream()
        .filter(entry -> !entry.isDirectory())
        .map(entry -> entry.path().toString())
        .toList();
  }

  private BuildResult build(String dockerfile, Map<String, NamedContext> contexts)
      throws Exception {
    return yard.build(
        yard.worker(),
        yard.request(dockerfile).withOptions(BuildOptions.NONE.withContexts(contexts)));
  }

  private NamedContext.Folder folder() {
    return new NamedContext.Folder(new DirectoryContext(library));
  }

  private NamedContext remote(String address) throws BuildFailure {
    return new NamedContext.Remote(RemoteSource.context(address, false).orElseThrow());
  }

  private static BuildRequest of(FetchedContext fetched, String name, BuildRequest plain)
      throws Exception {
    LayerEntry file = fetched.files().index().find(new ImagePath(name)).orElseThrow();
    try (InputStream in = fetched.files().open(file)) {
      return new BuildRequest(
          name,
          new String(in.readAllBytes(), StandardCharsets.UTF_8),
          fetched.files(),
          plain.platform(),
          Map.of(),
          Map.of(),
          plain.target(),
          false,
          plain.cache(),
          plain.pushTo(),
          plain.credentials(),
          plain.sourceDateEpoch(),
          BuildOptions.NONE);
    }
  }

  @Test
  void aFolderIsCopiedFrom() throws Exception {
    String dockerfile = "FROM scratch\nCOPY --from=lib one.txt sub /got/\n";
    BuildResult first = build(dockerfile, Map.of("lib", folder()));
    assertThat(paths(first)).containsExactlyInAnyOrder("got/one.txt", "got/three.txt");
    assertThat(rootOf(first).find(new ImagePath("got/one.txt")).orElseThrow().uid()).isZero();
    // What is not copied does not matter.
    Files.writeString(library.resolve("two.log"), "changed");
    BuildResult second = build(dockerfile, Map.of("lib", folder()));
    assertThat(second.manifest()).isEqualTo(first.manifest());
    assertThat(yard.observer().ended(StepOutcome.DONE)).noneMatch(name -> name.contains("COPY"));
    Files.writeString(library.resolve("one.txt"), "changed");
    assertThat(build(dockerfile, Map.of("lib", folder())).layers()).isNotEqualTo(first.layers());
  }

  @Test
  void aFoldersOwnIgnoreFileCounts() throws Exception {
    Files.writeString(library.resolve(".dockerignore"), "*.log\n");
    BuildResult result = build("FROM scratch\nCOPY --from=lib / /got/\n", Map.of("lib", folder()));
    assertThat(paths(result)).contains("got/one.txt").doesNotContain("got/two.log");
  }

  @Test
  void aMissingFileOfAFolderIsToldWithItsLine() {
    assertThatThrownBy(
            () -> build("FROM scratch\nCOPY --from=lib nothing /\n", Map.of("lib", folder())))
        .isInstanceOfSatisfying(
            BuildFailure.class,
            e -> {
              assertThat(e.code()).isEqualTo("copy-source-missing");
              assertThat(e.range().orElseThrow().startLine()).isEqualTo(2);
            });
  }

  @Test
  void aStageBeginsWithAFolder() throws Exception {
    String dockerfile = "FROM lib\nCOPY --from=lib one.txt /again.txt\n";
    BuildResult result = build(dockerfile, Map.of("lib", folder()));
    assertThat(paths(result))
        .containsExactlyInAnyOrder("one.txt", "two.log", "sub/three.txt", "again.txt");
    assertThat(build(dockerfile, Map.of("lib", folder())).manifest()).isEqualTo(result.manifest());
  }

  @Test
  void anImageTakesThePlaceOfAnother() throws Exception {
    yard.file("root/mine", "mine");
    ImageReference base = yard.base(yard.worker(), "mine", "FROM scratch\nCOPY root /\n");
    Map<String, NamedContext> contexts = Map.of("debian", new NamedContext.Image(base));
    assertThat(paths(build("FROM docker.io/library/debian:latest\nWORKDIR /w\n", contexts)))
        .containsExactly("mine");
    assertThat(paths(build("FROM scratch\nCOPY --from=debian /mine /yours\n", contexts)))
        .containsExactly("yours");
  }

  @Test
  void aContextTakesThePlaceOfAStage() throws Exception {
    String dockerfile =
        "FROM scratch AS lib\nCOPY missing /\nFROM scratch\nCOPY --from=lib one.txt /\n";
    assertThat(paths(build(dockerfile, Map.of("lib", folder())))).containsExactly("one.txt");
    assertThat(
            paths(
                build(
                    "FROM nowhere.example/none AS lib\nRUN false\nFROM lib\nCOPY --from=lib one.txt"
                        + " /x\n",
                    Map.of("lib", folder()))))
        .contains("one.txt", "x");
  }

  @Test
  void nothingCanBeAContext() throws Exception {
    assertThat(
            build("FROM base\nWORKDIR /w\n", Map.of("base", new NamedContext.Scratch())).layers())
        .hasSize(1);
  }

  @Test
  void repositoriesAndFilesHaveNames() throws Exception {
    try (GitServer git = new GitServer(folder.resolve("git"));
        FileServer server = new FileServer().file("/data.bin", "data")) {
      git.repository("app").file("a.txt", "a").commit("a");
      BuildResult result =
          build(
              "FROM app\nCOPY --from=app a.txt /copied\nCOPY --from=data context /data\n",
              Map.of(
                  "app", remote(git.url("app") + "#main"),
                  "data", remote(server.url("/data.bin"))));
      assertThat(paths(result)).containsExactlyInAnyOrder("a.txt", "copied", "data");
    }
  }

  @Test
  void aContextIsARepository() throws Exception {
    try (GitServer git = new GitServer(folder.resolve("git"))) {
      GitServer.Work work = git.repository("app");
      work.file("sub/Dockerfile", "FROM scratch\nCOPY . /app/\n")
          .file("sub/a.txt", "a")
          .file("sub/.dockerignore", "ignored\n")
          .file("sub/ignored", "x")
          .commit("one");
      RemoteSource source = RemoteSource.context(git.url("app") + "#main:sub", false).orElseThrow();
      FetchedContext fetched = yard.worker().fetch(source, TestYard.CACHE);
      BuildResult first = yard.build(yard.worker(), of(fetched, "Dockerfile", yard.request("")));
      assertThat(paths(first)).contains("app/a.txt").doesNotContain("app/ignored");
      FetchedContext again = yard.worker().fetch(source, TestYard.CACHE);
      BuildResult second = yard.build(yard.worker(), of(again, "Dockerfile", yard.request("")));
      assertThat(second.manifest()).isEqualTo(first.manifest());
      // The layer of the commit is lost: the commit is fetched anew.
      yard.records.all().stream()
          .filter(found -> found.description().startsWith(git.url("app")))
          .forEach(found -> yard.blobs.discard(found.layer().blob().digest()));
      FetchedContext renewed = yard.worker().fetch(source, TestYard.CACHE);
      assertThat(of(renewed, "Dockerfile", yard.request("")).dockerfile()).startsWith("FROM");
    }
  }

  @Test
  void aContextIsAnArchiveOrALoneDockerfile() throws Exception {
    byte[] archive =
        PlainArchive.of(
            Map.of(
                "Dockerfile", "FROM scratch\nCOPY a /\n".getBytes(StandardCharsets.UTF_8),
                "a", "a".getBytes(StandardCharsets.UTF_8)));
    try (FileServer server =
        new FileServer()
            .file("/context.tar", archive)
            .file("/Dockerfile", "FROM scratch\nWORKDIR /w\n")) {
      RemoteSource packed = RemoteSource.context(server.url("/context.tar"), false).orElseThrow();
      for (int i = 0; i < 2; i++) {
        FetchedContext fetched = yard.worker().fetch(packed, TestYard.CACHE);
        assertThat(fetched.dockerfile()).isEmpty();
        assertThat(paths(yard.build(yard.worker(), of(fetched, "Dockerfile", yard.request("")))))
            .containsExactly("a");
      }
      FetchedContext lone =
          yard.worker()
              .fetch(
                  RemoteSource.context(server.url("/Dockerfile"), false).orElseThrow(),
                  TestYard.CACHE);
      assertThat(lone.dockerfile()).contains("context");
      assertThat(yard.build(yard.worker(), of(lone, "context", yard.request(""))).layers())
          .hasSize(1);
    }
  }

  @Test
  void aContextThatIsNotThereIsTheUsers() throws Exception {
    try (FileServer server = new FileServer()) {
      RemoteSource none = RemoteSource.context(server.url("/none"), false).orElseThrow();
      assertThatThrownBy(() -> yard.worker().fetch(none, TestYard.CACHE))
          .isInstanceOfSatisfying(
              BuildFailure.class, e -> assertThat(e.code()).isEqualTo("source-unavailable"));
    }
  }

  @Test
  void whatIsBesideTheContextIsNotCopied() throws Exception {
    yard.file("Dockerfile", "unused");
    yard.file("other/x", "x");
    yard.file("a", "a");
    BuildContext sent = new DirectoryContext(yard.context);
    BuildContext part =
        new BuildContext() {
          @Override
          public LayerIndex index() throws java.io.IOException {
            return sent.index();
          }

          @Override
          public boolean isBeside(ImagePath path) {
            return path.value().equals("Dockerfile") || new ImagePath("other").contains(path);
          }

          @Override
          public InputStream open(LayerEntry file) throws java.io.IOException {
            return sent.open(file);
          }
        };
    BuildRequest plain = yard.request("FROM scratch\nCOPY . /all/\nCOPY --from=other / /named/\n");
    BuildRequest request =
        new BuildRequest(
            plain.dockerfileName(),
            plain.dockerfile(),
            part,
            plain.platform(),
            Map.of(),
            Map.of(),
            plain.target(),
            false,
            plain.cache(),
            plain.pushTo(),
            plain.credentials(),
            plain.sourceDateEpoch(),
            BuildOptions.NONE.withContexts(
                Map.of(
                    "other",
                    new NamedContext.Folder(new SubContext(sent, new ImagePath("other"))))));
    BuildResult result = yard.build(yard.worker(), request);
    assertThat(paths(result)).containsExactlyInAnyOrder("all/a", "named/x");
    assertThat(rootOf(result).find(new ImagePath("named/x")).orElseThrow().digest())
        .contains(Digest.of("x"));
  }
}
