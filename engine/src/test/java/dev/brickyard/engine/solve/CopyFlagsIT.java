package dev.brickyard.engine.solve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.BuildRequest;
import dev.brickyard.engine.BuildResult;
import dev.brickyard.engine.StepOutcome;
import dev.brickyard.engine.context.BuildContext;
import dev.brickyard.engine.context.ContextArchive;
import dev.brickyard.engine.context.ContextLimits;
import dev.brickyard.engine.context.TarContext;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.layer.EntryType;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.engine.layer.LayerIndex;
import dev.brickyard.engine.layer.RootIndex;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The flags of COPY and ADD in whole builds: what gets into layers, and what stays cached. */
class CopyFlagsIT {
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
    List<LayerIndex> indexes = new ArrayList<>();
    for (Layer layer : result.layers()) {
      indexes.add(yard.indexes.find(layer.diffId()).orElseThrow());
    }
    return RootIndex.of(indexes);
  }

  private static List<String> paths(RootIndex root) {
    return root.walk(ImagePath.ROOT).stream()
        .filter(entry -> !entry.isDirectory())
        .map(entry -> entry.path().value())
        .toList();
  }

  private RootIndex build(String dockerfile) throws Exception {
    return rootOf(yard.build(yard.worker(), dockerfile));
  }

  private static LayerEntry at(RootIndex root, String path) {
    return root.find(new ImagePath(path)).orElseThrow();
  }

  /** {@code path->target} is a link, {@code path==file} a hard link; a file's text is its path. */
  private void archive(String name, String... told) throws Exception {
    try (TarArchiveOutputStream tar =
        new TarArchiveOutputStream(
            new GZIPOutputStream(Files.newOutputStream(yard.context.resolve(name))))) {
      for (String one : told) {
        int same = one.indexOf("==");
        TarArchiveEntry entry =
            same < 0
                ? new TarArchiveEntry(one)
                : new TarArchiveEntry(one.substring(0, same), TarArchiveEntry.LF_LINK);
        byte[] content = new byte[0];
        if (same < 0) {
          content = one.getBytes(StandardCharsets.UTF_8);
          entry.setSize(content.length);
        } else {
          entry.setLinkName(one.substring(same + 2));
        }
        entry.setIds(21, 22);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
      }
    }
  }

  @Test
  void whatIsExcludedIsNeitherCopiedNorInTheKey() throws Exception {
    yard.file("src/main.c", "main");
    yard.file("src/notes.md", "1");
    yard.file("src/deep/more.md", "1");
    String dockerfile =
        """
        FROM scratch AS source
        COPY --exclude=**/*.md src /src/
        COPY src/notes.md /src/
        FROM scratch
        COPY --from=source --exclude=*.md /src /out/
        """;
    assertThat(paths(build(dockerfile))).containsExactly("out/main.c");
    yard.file("src/deep/more.md", "2");
    yard.build(yard.worker(), dockerfile);
    assertThat(yard.observer().ended(StepOutcome.DONE)).noneMatch(step -> step.contains("COPY"));
    yard.file("src/notes.md", "2");
    yard.build(yard.worker(), dockerfile);
    assertThat(yard.observer().ended(StepOutcome.DONE))
        .contains("[source 2/2] COPY src/notes.md /src/");
    assertThat(yard.observer().ended(StepOutcome.CACHED))
        .contains("[stage-1 1/1] COPY --from=source --exclude=*.md /src /out/");
  }

  @Test
  void parentsAreKeptFromThePivotOn() throws Exception {
    yard.file("apps/web/package.json", "{}");
    yard.file("apps/web/src/index.ts", "1");
    yard.file("apps/api/package.json", "{}");
    String dockerfile =
        """
        FROM scratch AS source
        COPY --parents apps/*/package.json /w/
        FROM scratch
        WORKDIR /x
        COPY --parents --from=source /w/./**/package.json .
        COPY --parents ./apps/web/./src .
        """;
    assertThat(paths(build(dockerfile)))
        .containsExactly("x/apps/api/package.json", "x/apps/web/package.json", "x/src/index.ts");
    yard.file("apps/web/other", "new");
    yard.build(yard.worker(), dockerfile);
    assertThat(yard.observer().ended(StepOutcome.DONE)).noneMatch(step -> step.contains("COPY"));
    assertThatThrownBy(() -> build("FROM scratch\nCOPY --parents apps/gone/x /\n"))
        .isInstanceOfSatisfying(
            BuildFailure.class,
            e -> {
              assertThat(e.sentence()).isEqualTo("\"/apps/gone/x\": not found");
              assertThat(e.range().orElseThrow().startLine()).isEqualTo(2);
            });
  }

  @Test
  void modesAreOctalOrSymbolicAndMayComeFromVariables() throws Exception {
    yard.file("dir/tool", "1");
    yard.file("dir/sub/data", "1");
    RootIndex root =
        build(
            """
            FROM scratch
            ARG change=u=rwX,go=
            ENV mode=1750
            COPY --chmod=$mode dir/tool /octal/tool
            COPY --chmod=$change dir /symbolic/
            COPY --chmod=a+x --chown=7:8 <<one <<two /inline/
            1
            one
            2
            two
            COPY --chmod=o= <<'three' /inline/renamed
            $mode
            three
            """);
    assertThat(at(root, "octal").mode()).isEqualTo(0750);
    assertThat(at(root, "octal/tool").mode()).isEqualTo(01750);
    assertThat(at(root, "symbolic").mode()).isEqualTo(0755);
    assertThat(at(root, "symbolic/tool").mode()).isEqualTo(0600);
    assertThat(at(root, "inline/two").mode()).isEqualTo(0755);
    assertThat(at(root, "inline/two").gid()).isEqualTo(8);
    assertThat(at(root, "inline").uid()).isEqualTo(7);
    assertThat(at(root, "inline/renamed").mode()).isEqualTo(0640);
    assertThat(at(root, "inline/renamed").size()).isEqualTo("$mode\n".length());
    assertThatThrownBy(() -> build("FROM scratch\nARG m=64a\nCOPY --chmod=$m dir /\n"))
        .isInstanceOfSatisfying(
            BuildFailure.class,
            e -> {
              assertThat(e.sentence()).startsWith("invalid chmod parameter: '64a'");
              assertThat(e.range().orElseThrow().startLine()).isEqualTo(3);
            });
  }

  @Test
  void ownersAreLookedUpInTheImageOrTakenAsNumbers() throws Exception {
    yard.file("etc/passwd", "mason:x:1000:1001::/:/bin/sh\n");
    yard.file("etc/group", "bricks:x:50:mason\n");
    yard.file("f", "1");
    ImageReference base = yard.base(yard.worker(), "names", "FROM scratch\nCOPY etc /etc/\n");
    RootIndex root =
        build(
            "FROM "
                + base
                + """

                ARG group=bricks
                COPY --chown=mason f /a
                COPY --chown=mason:$group f /b/c
                COPY --chown=9 f /d
                COPY --chown=9:bricks f /e
                COPY --chown=nobody f /g
                COPY --link --chown=9:root f /h
                """);
    assertThat(List.of(at(root, "a").uid(), at(root, "a").gid())).containsExactly(1000L, 1001L);
    assertThat(List.of(at(root, "b").uid(), at(root, "b/c").gid())).containsExactly(1000L, 50L);
    assertThat(List.of(at(root, "d").uid(), at(root, "d").gid())).containsExactly(9L, 9L);
    assertThat(List.of(at(root, "e").uid(), at(root, "e").gid())).containsExactly(9L, 50L);
    assertThat(List.of(at(root, "g").uid(), at(root, "g").gid())).containsExactly(0L, 0L);
    assertThat(List.of(at(root, "h").uid(), at(root, "h").gid())).containsExactly(9L, 0L);
  }

  @Test
  void archivesAreUnpackedUnlessAskedNotTo() throws Exception {
    yard.file("plain.txt", "1");
    archive("a.tgz", "in/file", "in/again==in/file");
    RootIndex root =
        build(
            """
            FROM scratch
            ADD a.tgz plain.txt /one/
            ADD --unpack=false a.tgz /two/
            ADD --chown=3:4 a.tgz /three
            COPY a.tgz /four/
            """);
    assertThat(paths(root))
        .containsExactly(
            "four/a.tgz",
            "one/in/again",
            "one/in/file",
            "one/plain.txt",
            "three/in/again",
            "three/in/file",
            "two/a.tgz");
    assertThat(at(root, "one/in/file").uid()).isEqualTo(21);
    assertThat(at(root, "three").uid()).isEqualTo(3);
    assertThat(at(root, "three/in/file").gid()).isEqualTo(4);
  }

  @Test
  void hardLinksOfAStageStayHardLinksAndCanBeReadAgain() throws Exception {
    archive("a.tgz", "in/one", "in/two==in/one", "in/alone");
    BuildResult result =
        yard.build(
            yard.worker(),
            """
            FROM scratch AS source
            ADD a.tgz /
            FROM scratch AS middle
            COPY --from=source /in /mid
            FROM scratch
            COPY --from=middle /mid /end/
            COPY --from=middle /mid/two /single
            """);
    LayerIndex copied = yard.indexes.find(result.layers().getFirst().diffId()).orElseThrow();
    assertThat(copied.find(new ImagePath("end/one")).orElseThrow().type())
        .isEqualTo(EntryType.FILE);
    LayerEntry link = copied.find(new ImagePath("end/two")).orElseThrow();
    assertThat(link.type()).isEqualTo(EntryType.HARD_LINK);
    assertThat(link.linkTarget()).contains("end/one");
    RootIndex root = rootOf(result);
    assertThat(at(root, "single").digest()).isEqualTo(at(root, "end/one").digest());
    assertThat(at(root, "single").uid()).isEqualTo(21);
  }

  @Test
  void hardLinksOfAReceivedContextStayHardLinks() throws Exception {
    archive("context.tgz", "in/one", "in/two==in/one", "in/alone");
    Path plain = folder.resolve("received.tar");
    BuildContext context;
    try (InputStream in = Files.newInputStream(yard.context.resolve("context.tgz"));
        OutputStream out = Files.newOutputStream(plain)) {
      context =
          TarContext.ofFile(
              plain, ContextArchive.receive(in, out, ContextLimits.DEFAULT, Set.of()).index());
    }
    BuildRequest r = yard.request("FROM scratch\nCOPY in /to/\nCOPY in/two /single\n");
    BuildResult result =
        yard.build(
            yard.worker(),
            new BuildRequest(
                r.dockerfileName(),
                r.dockerfile(),
                context,
                r.platform(),
                r.buildArgs(),
                r.labels(),
                r.target(),
                r.noCache(),
                r.cache(),
                r.pushTo(),
                r.credentials(),
                r.sourceDateEpoch(),
                r.options()));
    LayerIndex copied = yard.indexes.find(result.layers().getFirst().diffId()).orElseThrow();
    assertThat(copied.find(new ImagePath("to/two")).orElseThrow().linkTarget()).contains("to/one");
    assertThat(copied.find(new ImagePath("to/alone")).orElseThrow().type())
        .isEqualTo(EntryType.FILE);
    assertThat(at(rootOf(result), "single").digest())
        .isEqualTo(at(rootOf(result), "to/one").digest());
  }

  @Test
  void theIgnoreFileOfTheDockerfileWinsAndBringsFilesBack() throws Exception {
    yard.file(".dockerignore", "keep\n");
    yard.file(
        "Dockerfile.dockerignore",
        "\uFEFF# comment\r\n/out\r\n!out/keep\r\n  **/*.tmp  \r\n!/a/b.tmp\r\n\r\n");
    yard.file("keep", "1");
    yard.file("out/keep", "1");
    yard.file("out/gone", "1");
    yard.file("a/b.tmp", "1");
    yard.file("a/c.tmp", "1");
    assertThat(paths(build("FROM scratch\nCOPY . /\n")))
        .containsExactly(".dockerignore", "Dockerfile.dockerignore", "a/b.tmp", "keep", "out/keep");
    assertThatThrownBy(() -> build("FROM scratch\nCOPY out/gone /\n"))
        .hasMessage("\"/out/gone\": not found");
  }

  @Test
  void remoteSourcesOfCopyAreRefusedInBuildKitsWords() {
    assertThatThrownBy(() -> build("FROM scratch\nCOPY https://example.org/x /\n"))
        .hasMessage("source can't be a URL for COPY");
    assertThatThrownBy(() -> build("FROM scratch\nCOPY https://example.org/x.git#main /\n"))
        .hasMessage("source can't be a git ref for COPY");
  }
}
