package dev.brickyard.engine.solve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.BuildResult;
import dev.brickyard.engine.FailureKind;
import dev.brickyard.engine.StepOutcome;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.image.Platform;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.engine.layer.RootIndex;
import dev.brickyard.engine.registry.RegistryCredentials;
import dev.brickyard.engine.registry.ResolvedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Builds that run no process. */
class CopyBuildIT {
  @TempDir Path folder;
  private TestYard yard;

  @BeforeEach
  void open() throws Exception {
    yard = new TestYard(folder);
  }

  @AfterEach
  void close() throws Exception {
    yard.close();
  }

  private RootIndex rootOf(BuildResult result) throws Exception {
    List<dev.brickyard.engine.layer.LayerIndex> indexes = new ArrayList<>();
    for (Layer layer : result.layers()) {
      indexes.add(yard.indexes.find(layer.diffId()).orElseThrow());
    }
    return RootIndex.of(indexes);
  }

  private static List<String> paths(RootIndex root) {
    return root.walk(dev.brickyard.engine.layer.ImagePath.ROOT).stream()
        .filter(entry -> !entry.isDirectory())
        .map(LayerEntry::path)
        .map(Object::toString)
        .toList();
  }

  @Test
  void anImageFromScratchIsPushedAndCanBeResolved() throws Exception {
    yard.file("app/a.txt", "a");
    yard.file("app/b/c.txt", "c");
    BuildResult result =
        yard.build(
            yard.worker(),
            "FROM scratch\nCOPY app /srv/\nWORKDIR /work\nENV A=1\nCMD [\"/srv/a.txt\"]\n");
    ResolvedImage image =
        yard.client.resolve(
            yard.target().at(result.manifest().digest()),
            Platform.current(),
            RegistryCredentials.NONE);
    assertThat(image.layers()).isEqualTo(result.layers()).hasSize(2);
    assertThat(image.config().config().cmd()).containsExactly("/srv/a.txt");
    assertThat(image.config().config().workingDir()).isEqualTo("/work");
    assertThat(image.config().config().environment()).containsEntry("A", "1");
    assertThat(image.config().history())
        .extracting(h -> h.createdBy() + " " + h.emptyLayer())
        .containsExactly(
            "COPY app /srv/ # buildkit false",
            "WORKDIR /work false",
            "ENV A=1 true",
            "CMD [\"/srv/a.txt\"] true");
    assertThat(paths(rootOf(result))).containsExactly("srv/a.txt", "srv/b/c.txt");
    assertThat(yard.observer().planned())
        .containsExactly(
            "[1/2] COPY app /srv/",
            "[2/2] WORKDIR /work",
            "exporting image",
            "pushing " + yard.target().name());
  }

  @Test
  void aMissingSourceIsNamedWithItsLine() throws Exception {
    assertThatThrownBy(() -> yard.build(yard.worker(), "FROM scratch\n\nCOPY missing.txt /there\n"))
        .isInstanceOfSatisfying(
            BuildFailure.class,
            e -> {
              assertThat(e.kind()).isEqualTo(FailureKind.USER);
              assertThat(e.code()).isEqualTo("copy-source-missing");
              assertThat(e.sentence()).isEqualTo("\"/missing.txt\": not found");
              assertThat(e.range().orElseThrow().startLine()).isEqualTo(3);
              assertThat(e.excerpt().orElseThrow()).contains(">>> COPY missing.txt /there");
            });
  }

  @Test
  void ignoredFilesAreNotThere() throws Exception {
    yard.file(".dockerignore", "*.log\n");
    yard.file("a.txt", "a");
    yard.file("a.log", "log");
    BuildResult result = yard.build(yard.worker(), "FROM scratch\nCOPY . /\n");
    assertThat(paths(rootOf(result))).contains("a.txt").doesNotContain("a.log");
    assertThatThrownBy(() -> yard.build(yard.worker(), "FROM scratch\nCOPY a.log /\n"))
        .isInstanceOf(BuildFailure.class)
        .hasMessage("\"/a.log\": not found");
  }

  @Test
  void theSecondBuildIsAllCachedWithTheSameDigestAlsoOnAnotherWorker() throws Exception {
    yard.file("a.txt", "a");
    String dockerfile = "FROM scratch\nCOPY a.txt /\nWORKDIR /w\nCOPY a.txt b.txt\nLABEL x=y\n";
    BuildResult first = yard.build(yard.worker(), dockerfile);
    assertThat(yard.observer().ended(StepOutcome.CACHED)).isEmpty();
    FarmBuildEngine empty = yard.worker();
    int lookups = yard.records.lookups();
    BuildResult second = yard.build(empty, "# a comment\n" + dockerfile + "\n");
    assertThat(second.manifest()).isEqualTo(first.manifest());
    assertThat(yard.observer().ended(StepOutcome.CACHED)).hasSize(3);
    assertThat(yard.records.lookups() - lookups).isEqualTo(1);
    assertThat(empty.bytesFetched()).isZero();
  }

  @Test
  void aChangedLastCopyOnAnEmptyDiskFetchesNoBaseLayer() throws Exception {
    yard.file("root/etc/passwd", "mason:x:1000:1000::/:/bin/sh\n");
    yard.file("root/data", "x".repeat(100_000));
    yard.file("app.py", "print(1)");
    ImageReference base = yard.base(yard.worker(), "base", "FROM scratch\nCOPY root /\n");
    String dockerfile = "FROM " + base + "\nCOPY --chown=mason app.py /app/\n";
    yard.build(yard.worker(), dockerfile);
    yard.file("app.py", "print(2)");
    FarmBuildEngine empty = yard.worker();
    int opened = yard.blobs.opened();
    BuildResult result = yard.build(empty, dockerfile);
    assertThat(yard.observer().ended(StepOutcome.DONE))
        .contains("[2/2] COPY --chown=mason app.py /app/");
    assertThat(empty.bytesFetched()).isZero();
    assertThat(yard.blobs.opened()).isEqualTo(opened);
    RootIndex root = rootOf(result);
    assertThat(root.find(new dev.brickyard.engine.layer.ImagePath("app/app.py")).orElseThrow())
        .satisfies(
            entry -> {
              assertThat(entry.uid()).isEqualTo(1000);
              assertThat(entry.gid()).isEqualTo(1000);
            });
  }

  @Test
  void stagesThatAreNotNeededAreNotBuilt() throws Exception {
    yard.file("a.txt", "a");
    BuildResult result =
        yard.build(
            yard.worker(),
            """
            FROM scratch AS unneeded
            COPY missing /
            FROM scratch AS source
            COPY a.txt /x/
            FROM scratch
            COPY --from=source /x/a.txt /y
            """);
    assertThat(paths(rootOf(result))).containsExactly("y");
    assertThat(yard.observer().planned()).noneMatch(name -> name.contains("unneeded"));
  }

  @Test
  void anUpstreamChangeThatIsNotCopiedStaysCached() throws Exception {
    yard.file("src/wanted", "1");
    yard.file("src/other", "1");
    String dockerfile =
        """
        FROM scratch AS source
        COPY src /src
        FROM scratch
        COPY --from=source /src/wanted /
        WORKDIR /done
        """;
    BuildResult first = yard.build(yard.worker(), dockerfile);
    yard.file("src/other", "2");
    BuildResult second = yard.build(yard.worker(), dockerfile);
    assertThat(yard.observer().ended(StepOutcome.DONE)).contains("[source 1/1] COPY src /src");
    assertThat(yard.observer().ended(StepOutcome.CACHED))
        .containsExactly(
            "[stage-1 1/2] COPY --from=source /src/wanted /", "[stage-1 2/2] WORKDIR /done");
    assertThat(second.manifest()).isEqualTo(first.manifest());
    // And what was found by content is known by definition from now on.
    int lookups = yard.records.lookups();
    yard.build(yard.worker(), dockerfile);
    assertThat(yard.records.lookups() - lookups).isEqualTo(1);
  }

  @Test
  void aCorruptBlobIsAMissAndIsReplaced() throws Exception {
    yard.file("src/a", "1");
    String dockerfile =
        "FROM scratch AS source\nCOPY src /src\nFROM scratch\nCOPY --from=source /src/a /";
    BuildResult first = yard.build(yard.worker(), dockerfile);
    Layer source =
        yard.records.all().stream()
            .filter(record -> record.description().equals("COPY src /src"))
            .findFirst()
            .orElseThrow()
            .layer();
    yard.blobs.damage(source.blob().digest());
    BuildResult second =
        yard.build(yard.worker(), dockerfile.replace("/src/a /", "/src/a /elsewhere"));
    assertThat(second.layers()).isNotEqualTo(first.layers());
    try (var in = yard.blobs.open(source.blob().digest())) {
      assertThat(in.readAllBytes()).isNotEmpty();
    }
  }

  @Test
  void aLostLayerThatMustBePushedIsMadeAgain() throws Exception {
    yard.file("a", "1");
    String dockerfile = "FROM scratch\nCOPY a /\n";
    BuildResult first = yard.build(yard.worker(), dockerfile);
    yard.blobs.discard(first.layers().getFirst().blob().digest());
    BuildResult second =
        yard.build(
            yard.worker(),
            TestYard.pushingTo(yard.request(dockerfile), yard.image("another/place")));
    assertThat(second.layers()).isEqualTo(first.layers());
    assertThat(yard.observer().ended(StepOutcome.DONE)).contains("[1/1] COPY a /");
  }
}
