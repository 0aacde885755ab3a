package dev.brickyard.engine.solve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.engine.BuildOptions;
import dev.brickyard.engine.BuildRequest;
import dev.brickyard.engine.cache.BuildCache;
import dev.brickyard.engine.cache.CacheScope;
import dev.brickyard.engine.dockerfile.Dockerfile;
import dev.brickyard.engine.graph.BuildGraph;
import dev.brickyard.engine.graph.GraphBuilder;
import dev.brickyard.engine.graph.Stage;
import dev.brickyard.engine.graph.Step;
import dev.brickyard.engine.graph.TestGraphs;
import dev.brickyard.engine.image.ContainerConfig;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.image.Platform;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.engine.registry.RegistryCredentials;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What must change a key and what must not. */
class StepKeysTest {
  /** Everything that goes into a build's keys, to be changed one at a time. */
  private record World(
      String dockerfile,
      Map<String, String> args,
      String content,
      int mode,
      long mtime,
      long uid,
      String baseLayer,
      String baseName,
      ContainerConfig baseConfig,
      Platform platform,
      Optional<Instant> epoch) {
    World dockerfile(String other) {
      return new World(
          other, args, content, mode, mtime, uid, baseLayer, baseName, baseConfig, platform, epoch);
    }

    World replace(String from, String to) {
      assertThat(dockerfile).contains(from);
      return dockerfile(dockerfile.replace(from, to));
    }

    World arg(String name, String value) {
      return new World(
          dockerfile,
          Map.of(name, value),
          content,
          mode,
          mtime,
          uid,
          baseLayer,
          baseName,
          baseConfig,
          platform,
          epoch);
    }

    World file(String content, int mode, long mtime, long uid) {
      return new World(
          dockerfile,
          args,
          content,
          mode,
          mtime,
          uid,
          baseLayer,
          baseName,
          baseConfig,
          platform,
          epoch);
    }

    World base(String layer, String name, ContainerConfig config) {
      return new World(
          dockerfile, args, content, mode, mtime, uid, layer, name, config, platform, epoch);
    }

    World on(Platform platform) {
      return new World(
          dockerfile,
          args,
          content,
          mode,
          mtime,
          uid,
          baseLayer,
          baseName,
          baseConfig,
          platform,
          epoch);
    }

    World at(Instant epoch) {
      return new World(
          dockerfile,
          args,
          content,
          mode,
          mtime,
          uid,
          baseLayer,
          baseName,
          baseConfig,
          platform,
          Optional.of(epoch));
    }
  }

  private static final World WORLD =
      new World(
          """
          FROM base:1
          ARG USED=1
          ENV E=1
          USER mason
          WORKDIR /w
          RUN make
          COPY --chown=mason file link /there/
          RUN --mount=type=cache,target=/cache last
          """,
          Map.of(),
          "content",
          0644,
          100,
          0,
          "layer",
          "base:1",
          ContainerConfig.EMPTY,
          Platform.LINUX_AMD64,
          Optional.empty());

  private static List<Digest> keys(World world) throws Exception {
    byte[] content = world.content().getBytes(java.nio.charset.StandardCharsets.UTF_8);
    BuildRequest request =
        new BuildRequest(
            "Dockerfile",
            world.dockerfile(),
            TestGraphs.context(
                List.of(
                    LayerEntry.file(
                        new ImagePath("file"),
                        world.mode(),
                        world.uid(),
                        world.uid(),
                        world.mtime(),
                        content.length,
                        Digest.of(content)),
                    LayerEntry.symlink(new ImagePath("link"), "file", 0, 0, world.mtime()),
                    LayerEntry.directory(new ImagePath("dir"), 0755, 0, 0, world.mtime()),
                    LayerEntry.symlink(
                        new ImagePath("dir/inner"), world.content(), 0, 0, world.mtime()))),
            world.platform(),
            world.args(),
            Map.of(),
            Optional.empty(),
            false,
            BuildCache.of(new CacheScope("test")),
            List.of(),
            RegistryCredentials.NONE,
            world.epoch(),
            BuildOptions.NONE);
    BuildGraph graph =
        new GraphBuilder(
                Dockerfile.parse("Dockerfile", world.dockerfile()),
                request,
                Platform.LINUX_AMD64,
                new TestGraphs()
                    .image(world.baseName(), world.baseLayer(), world.baseConfig())
                    .image("other", "other-layer", ContainerConfig.EMPTY))
            .build();
    StepKeys keys =
        StepKeys.of(
            graph,
            ContextFiles.of(request),
            world.epoch(),
            new Places(Dockerfile.parse("Dockerfile", world.dockerfile())));
    List<Digest> all = new ArrayList<>();
    for (Stage stage : graph.stages()) {
      for (Step step : stage.steps()) {
        all.add(keys.definition(step));
      }
    }
    return all;
  }

  /** What changes, and the first step (of four) whose key must change with it. */
  static List<Arguments> changes() {
    UnaryOperator<World> mode = w -> w.file("content", 0755, 100, 0);
    return List.of(
        change("an ENV", 1, w -> w.replace("ENV E=1", "ENV E=2")),
        change("another ENV", 1, w -> w.replace("ENV E=1", "ENV E=1 F=2")),
        change("an ARG in scope of a RUN", 1, w -> w.arg("USED", "2")),
        change("the user", 0, w -> w.replace("USER mason", "USER root")),
        change("the working directory", 0, w -> w.replace("/w\n", "/v\n")),
        change("the shell", 1, w -> w.replace("RUN make", "SHELL [\"/bin/ash\"]\nRUN make")),
        change("a command", 1, w -> w.replace("RUN make", "RUN make all")),
        change("white space in a command", 1, w -> w.replace("RUN make", "RUN make ' '")),
        change("exec form", 1, w -> w.replace("RUN make", "RUN [\"/bin/sh\", \"-c\", \"x\"]")),
        change("file content", 2, w -> w.file("changed", 0644, 100, 0)),
        change("file mode", 2, mode),
        change("destination", 2, w -> w.replace("/there/", "/elsewhere/")),
        change("chown", 2, w -> w.replace("--chown=mason", "--chown=root")),
        change("chmod", 2, w -> w.replace("COPY --chown", "COPY --chmod=700 --chown")),
        change("a symbolic chmod", 2, w -> w.replace("COPY --chown", "COPY --chmod=u+x --chown")),
        change("parents", 2, w -> w.replace("COPY --chown", "COPY --parents --chown")),
        change("order of sources", 2, w -> w.replace("file link", "link file")),
        change("ADD for COPY", 2, w -> w.replace("COPY", "ADD")),
        change("a mount", 3, w -> w.replace("target=/cache", "target=/other")),
        change("the network", 3, w -> w.replace("RUN --mount", "RUN --network=none --mount")),
        change("the host name", 1, w -> w.arg("BUILDKIT_SANDBOX_HOSTNAME", "box")),
        change(
            "a secret's id",
            3,
            w -> w.replace("RUN --mount", "RUN --mount=type=secret,id=s --mount")),
        change("the base's layers", 0, w -> w.base("new layer", "base:1", ContainerConfig.EMPTY)),
        change(
            "the base's environment",
            1,
            w -> w.base("layer", "base:1", ContainerConfig.EMPTY.withEnv("X", "1"))),
        change("the platform", 1, w -> w.on(Platform.LINUX_ARM64)),
        change("SOURCE_DATE_EPOCH", 0, w -> w.at(Instant.EPOCH)));
  }

  private static Arguments change(String what, int first, UnaryOperator<World> change) {
    return Arguments.of(what, first, change);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("changes")
  void aChangeMissesFromItsStepOnAndNotBefore(String what, int first, UnaryOperator<World> change)
      throws Exception {
    List<Digest> before = keys(WORLD);
    List<Digest> after = keys(change.apply(WORLD));
    assertThat(after.subList(0, first)).isEqualTo(before.subList(0, first));
    for (int i = first; i < before.size(); i++) {
      assertThat(after.get(i)).as("step " + i).isNotEqualTo(before.get(i));
    }
  }

  static List<Arguments> nothings() {
    return List.of(
        Arguments.of("a comment", change(w -> w.replace("USER", "# why\nUSER"))),
        Arguments.of("an empty line", change(w -> w.replace("USER", "\n\nUSER"))),
        Arguments.of("a label", change(w -> w.replace("USER", "LABEL a=b\nUSER"))),
        Arguments.of("a CMD", change(w -> w.replace("USER", "CMD x\nUSER"))),
        Arguments.of("an EXPOSE", change(w -> w.replace("USER", "EXPOSE 80\nUSER"))),
        Arguments.of("a stage's name", change(w -> w.replace("base:1", "base:1 AS name"))),
        Arguments.of("an ARG after all uses", change(w -> w.replace("last\n", "last\nARG Z=1\n"))),
        Arguments.of("an undeclared build argument", change(w -> w.arg("UNKNOWN", "1"))),
        Arguments.of("a proxy", change(w -> w.arg("HTTP_PROXY", "http://p"))),
        Arguments.of("a file's time", change(w -> w.file("content", 0644, 999, 0))),
        Arguments.of("a file's owner in the context", change(w -> w.file("content", 0644, 100, 7))),
        Arguments.of(
            "the base's tag",
            change(
                w -> w.replace("base:1", "base:2").base("layer", "base:2", ContainerConfig.EMPTY))),
        Arguments.of(
            "the base's labels",
            change(
                w ->
                    w.base(
                        "layer", "base:1", ContainerConfig.EMPTY.withLabels(Map.of("a", "b"))))));
  }

  private static UnaryOperator<World> change(UnaryOperator<World> change) {
    return change;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("nothings")
  void whatMeansNothingHits(String what, UnaryOperator<World> change) throws Exception {
    assertThat(keys(change.apply(WORLD))).isEqualTo(keys(WORLD));
  }

  @Test
  void anArgThatACopyDoesNotUseIsNotInItsKey() throws Exception {
    World world = WORLD.dockerfile("FROM base:1\nARG A=1\nARG B=1\nCOPY file /$A\n");
    assertThat(keys(world.arg("B", "2"))).isEqualTo(keys(world));
    assertThat(keys(world.arg("A", "2"))).isNotEqualTo(keys(world));
  }

  @Test
  void aLinkedCopyDoesNotDependOnItsBase() throws Exception {
    World world = WORLD.dockerfile("FROM base:1\nCOPY --link file /\n");
    assertThat(keys(world.base("new layer", "base:1", ContainerConfig.EMPTY)))
        .isEqualTo(keys(world));
  }

  @Test
  void linkTargetsInsideADirectoryCount() throws Exception {
    World world = WORLD.dockerfile("FROM base:1\nCOPY dir /\n");
    assertThat(keys(world.file("elsewhere", 0644, 100, 0))).isNotEqualTo(keys(world));
  }

  @Test
  void whatIsExcludedDoesNotCount() throws Exception {
    World world = WORLD.dockerfile("FROM base:1\nCOPY --exclude=inn* dir /\n");
    assertThat(keys(world.file("elsewhere", 0644, 100, 0))).isEqualTo(keys(world));
    assertThat(keys(world.replace("--exclude=inn* ", ""))).isNotEqualTo(keys(world));
  }

  @Test
  void flagsThatSelectFromAnotherRootCount() throws Exception {
    World world = WORLD.dockerfile("FROM base:1\nCOPY --from=other --exclude=a /x /\n");
    assertThat(keys(world.replace("=a", "=b"))).isNotEqualTo(keys(world));
    assertThat(keys(world.replace("=a", "=a --parents"))).isNotEqualTo(keys(world));
    assertThat(keys(world.replace("=a", "=a --exclude=c"))).isNotEqualTo(keys(world));
  }

  @Test
  void anotherSourceStageMissesByDefinition() throws Exception {
    World world =
        WORLD.dockerfile(
            "FROM base:1 AS s\nRUN one\nFROM scratch\nCOPY --from=s /x /\nWORKDIR /y\n");
    List<Digest> before = keys(world);
    List<Digest> after = keys(world.replace("RUN one", "RUN two"));
    for (int i = 0; i < before.size(); i++) {
      assertThat(after.get(i)).isNotEqualTo(before.get(i));
    }
  }

  @Test
  void textsThatJoinToTheSameAreNotTheSame() throws Exception {
    World one = WORLD.dockerfile("FROM base:1\nRUN [\"a\", \"b c\"]\n");
    World two = WORLD.dockerfile("FROM base:1\nRUN [\"a b\", \"c\"]\n");
    assertThat(keys(one)).isNotEqualTo(keys(two));
  }
}
