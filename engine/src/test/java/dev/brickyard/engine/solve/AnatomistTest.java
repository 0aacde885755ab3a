package dev.brickyard.engine.solve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.engine.BuildOptions;
import dev.brickyard.engine.BuildRequest;
import dev.brickyard.engine.StepCause;
import dev.brickyard.engine.StepCause.Kind;
import dev.brickyard.engine.cache.BuildCache;
import dev.brickyard.engine.cache.CacheScope;
import dev.brickyard.engine.dockerfile.Dockerfile;
import dev.brickyard.engine.explain.BuildAnatomy;
import dev.brickyard.engine.explain.Comparison;
import dev.brickyard.engine.graph.BuildGraph;
import dev.brickyard.engine.graph.GraphBuilder;
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
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What is said about the difference between two builds. */
class AnatomistTest {
  private static final String DOCKERFILE =
      """
      FROM base:1 AS build
      ARG VERSION=1
      ENV MODE=fast
      WORKDIR /src
      COPY src /src
      RUN make
      FROM base:1
      COPY --from=build /out /app
      RUN strip /app
      """;

  /** A build, to be changed in one way at a time. */
  private static final class Given {
    private String dockerfile = DOCKERFILE;
    private final Map<String, String> args = new TreeMap<>();
    private final Map<String, String> files =
        new TreeMap<>(
            Map.of("src/app.py", "1", "src/lib.py", "1", "src/deep/x", "1", "other", "1"));
    private String base = "layer";
    private Platform platform = Platform.LINUX_AMD64;
    private Optional<Instant> epoch = Optional.empty();

    Given replace(String from, String to) {
      assertThat(dockerfile).contains(from);
      dockerfile = dockerfile.replace(from, to);
      return this;
    }

    Given file(String path, String content) {
      files.put(path, content);
      return this;
    }

    BuildAnatomy anatomy() throws Exception {
      List<LayerEntry> entries = new ArrayList<>();
      entries.add(LayerEntry.directory(new ImagePath("src"), 0755, 0, 0, 1));
      entries.add(LayerEntry.directory(new ImagePath("src/deep"), 0755, 0, 0, 1));
      files.forEach(
          (path, content) ->
              entries.add(
                  LayerEntry.file(
                      new ImagePath(path), 0644, 0, 0, 1, content.length(), Digest.of(content))));
      BuildRequest request =
          new BuildRequest(
              "Dockerfile",
              dockerfile,
              TestGraphs.context(entries),
              platform,
              args,
              Map.of(),
              Optional.empty(),
              false,
              BuildCache.of(new CacheScope("test")),
              List.of(),
              RegistryCredentials.NONE,
              epoch,
              BuildOptions.NONE);
      Dockerfile parsed = Dockerfile.parse("Dockerfile", dockerfile);
      BuildGraph graph =
          new GraphBuilder(
                  parsed,
                  request,
                  Platform.LINUX_AMD64,
                  new TestGraphs()
                      .image("base:1", base, ContainerConfig.EMPTY)
                      .image("base:2", "layer of 2", ContainerConfig.EMPTY),
                  TestGraphs.REMOTES)
              .build();
      ContextFiles context = ContextFiles.of(request);
      StepKeys keys = StepKeys.of(graph, context, epoch, new Places(parsed));
      return new Anatomist(request, keys, context).of(graph);
    }
  }

  /** What is said about the step whose name ends so; empty when its key is the same. */
  private static Optional<StepCause> why(Given before, Given now, String nameEnd) throws Exception {
    BuildAnatomy anatomy = now.anatomy();
    Comparison comparison = new Comparison(before.anatomy(), anatomy);
    for (int i = 0; i < anatomy.stages().size(); i++) {
      List<BuildAnatomy.Step> steps = anatomy.stages().get(i).steps();
      for (int j = 0; j < steps.size(); j++) {
        if (steps.get(j).name().endsWith(nameEnd)) {
          return comparison.whyOther(i, j);
        }
      }
    }
    throw new AssertionError("there is no step " + nameEnd);
  }

  private static void assertWhy(Given now, String nameEnd, Kind kind, String sentence)
      throws Exception {
    assertThat(why(new Given(), now, nameEnd))
        .hasValueSatisfying(
            cause -> {
              assertThat(cause.sentence()).isEqualTo(sentence);
              assertThat(cause.kind()).isEqualTo(kind);
            });
  }

  @Test
  void nothingIsSaidAboutTheSame() throws Exception {
    for (String step : List.of("WORKDIR /src", "COPY src /src", "RUN make", "RUN strip /app")) {
      assertThat(why(new Given(), new Given(), step)).isEmpty();
    }
    assertThat(why(new Given(), new Given().file("other", "2"), "RUN strip /app")).isEmpty();
    assertThat(why(new Given(), new Given().replace("RUN make", "# why\nRUN make"), "RUN make"))
        .isEmpty();
  }

  @Test
  void filesAreNamed() throws Exception {
    assertWhy(
        new Given().file("src/app.py", "2"),
        "COPY src /src",
        Kind.FILES_CHANGED,
        "file src/app.py changed");
    assertWhy(
        new Given().file("src/new.py", "2"),
        "COPY src /src",
        Kind.FILES_CHANGED,
        "file src/new.py added");
    Given removed = new Given();
    removed.files.remove("src/deep/x");
    assertWhy(removed, "COPY src /src", Kind.FILES_CHANGED, "file src/deep/x removed");
    assertWhy(
        new Given().file("src/app.py", "2").file("src/lib.py", "2"),
        "COPY src /src",
        Kind.FILES_CHANGED,
        "file src/app.py changed, file src/lib.py changed");
    Given many = new Given().file("src/a", "2").file("src/app.py", "2").file("src/deep/x", "2");
    assertWhy(
        many.file("src/lib.py", "2"),
        "COPY src /src",
        Kind.FILES_CHANGED,
        "file src/a added, file src/app.py changed and 2 more");
    assertThat(why(new Given(), many, "COPY src /src").orElseThrow().details())
        .containsExactly(
            "file src/a added",
            "file src/app.py changed",
            "file src/deep/x changed",
            "file src/lib.py changed");
  }

  @Test
  void whatFollowsPointsAtTheStepThatChanged() throws Exception {
    Given now = new Given().file("src/app.py", "2");
    assertWhy(
        now,
        "RUN make",
        Kind.STEP_BEFORE_CHANGED,
        "step [build 3/4] COPY src /src before it changed");
    assertThat(why(new Given(), now, "RUN make").orElseThrow().details())
        .containsExactly("file src/app.py changed");
    assertWhy(
        now, "COPY --from=build /out /app", Kind.STAGE_CHANGED, "stage build gave another result");
    assertWhy(
        now,
        "RUN strip /app",
        Kind.STEP_BEFORE_CHANGED,
        "step [stage-1 2/3] COPY --from=build /out /app before it changed");
  }

  @Test
  void argumentsAndTheEnvironmentAreNamed() throws Exception {
    Given argument = new Given();
    argument.args.put("VERSION", "2");
    assertWhy(argument, "RUN make", Kind.ARGUMENT_CHANGED, "build argument VERSION changed");
    assertWhy(
        new Given().replace("ARG VERSION=1", "ARG VERSION=2"),
        "RUN make",
        Kind.ARGUMENT_CHANGED,
        "build argument VERSION changed");
    assertWhy(
        new Given().replace("MODE=fast", "MODE=slow"),
        "RUN make",
        Kind.ENVIRONMENT_CHANGED,
        "environment MODE changed");
    assertWhy(
        new Given().replace("ENV MODE=fast", "ENV MODE=fast NEW=1"),
        "RUN make",
        Kind.ENVIRONMENT_CHANGED,
        "environment NEW added");
    assertWhy(
        new Given().replace("ENV MODE=fast\n", ""),
        "RUN make",
        Kind.ENVIRONMENT_CHANGED,
        "environment MODE removed");
  }

  @Test
  void anArgumentInsideAnInstructionIsNamed() throws Exception {
    Given before = new Given().replace("COPY src /src", "COPY src /src-$VERSION");
    before.args.put("VERSION", "1");
    Given now = new Given().replace("COPY src /src", "COPY src /src-$VERSION");
    now.args.put("VERSION", "2");
    assertThat(why(before, now, "COPY src /src-$VERSION").orElseThrow())
        .isEqualTo(StepCause.of(Kind.ARGUMENT_CHANGED, "build argument VERSION changed"));
  }

  @Test
  void aChangedInstructionShowsWhatItWas() throws Exception {
    Given now = new Given().replace("RUN make", "RUN make all");
    assertWhy(now, "RUN make all", Kind.INSTRUCTION_CHANGED, "instruction changed");
    assertThat(why(new Given(), now, "RUN make all").orElseThrow().details())
        .containsExactly("instruction changed, it was: RUN make");
  }

  @Test
  void settingsAreNamed() throws Exception {
    assertWhy(
        new Given().replace("RUN make", "USER mason\nRUN make"),
        "RUN make",
        Kind.SETTING_CHANGED,
        "user changed");
    Given epoch = new Given();
    epoch.epoch = Optional.of(Instant.ofEpochSecond(1));
    assertWhy(epoch, "RUN make", Kind.SETTING_CHANGED, "SOURCE_DATE_EPOCH changed");
    Given platform = new Given();
    platform.platform = Platform.parse("linux/arm64");
    assertWhy(platform, "RUN make", Kind.SETTING_CHANGED, "platform changed");
    assertWhy(
        new Given().replace("WORKDIR /src", "WORKDIR /source"),
        "RUN make",
        Kind.SETTING_CHANGED,
        "working directory changed");
  }

  @Test
  void mountsAreNamed() throws Exception {
    Given with = new Given().replace("RUN make", "RUN --mount=type=cache,target=/c make");
    Given other = new Given().replace("RUN make", "RUN --mount=type=cache,target=/c,id=x make");
    StepCause cause = why(with, other, "make").orElseThrow();
    assertThat(cause.kind()).isEqualTo(Kind.MOUNT_CHANGED);
    assertThat(cause.sentence()).isEqualTo("mount /c changed");
    Given bound = new Given().replace("RUN make", "RUN --mount=target=/m,source=src make");
    Given changed = new Given().replace("RUN make", "RUN --mount=target=/m,source=src make");
    Given boundBefore = bound.replace("COPY src /src\n", "");
    changed.replace("COPY src /src\n", "").file("src/lib.py", "2");
    assertThat(why(boundBefore, changed, "make").orElseThrow())
        .isEqualTo(StepCause.of(Kind.FILES_CHANGED, "file src/lib.py changed"));
  }

  @Test
  void aMovedBaseImageIsNamedWithItsDigests() throws Exception {
    Given now = new Given();
    now.base = "another layer";
    StepCause cause = why(new Given(), now, "WORKDIR /src").orElseThrow();
    assertThat(cause.kind()).isEqualTo(Kind.BASE_IMAGE_CHANGED);
    assertThat(cause.sentence()).matches("base image base:1 moved from [0-9a-f?]+ to [0-9a-f?]+");
    assertThat(why(new Given(), now, "RUN make").orElseThrow()).isEqualTo(cause);
    assertWhy(
        new Given().replace("FROM base:1 AS build", "FROM base:2 AS build"),
        "WORKDIR /src",
        Kind.BASE_IMAGE_CHANGED,
        "the base is base:2 instead of base:1");
  }

  @Test
  void aStepPutInBetweenIsTheOnlyNewOne() throws Exception {
    Given now = new Given().replace("COPY src /src\n", "RUN prepare\nCOPY src /src\n");
    assertWhy(now, "RUN prepare", Kind.INSTRUCTION_ADDED, "the instruction is new");
    for (String later : List.of("COPY src /src", "RUN make")) {
      assertWhy(
          now, later, Kind.STEP_BEFORE_CHANGED, "step [build 3/5] RUN prepare before it is new");
    }
    assertThat(why(new Given(), now, "WORKDIR /src")).isEmpty();
  }

  @Test
  void aStepTakenAwayIsNamedByWhatFollows() throws Exception {
    assertWhy(
        new Given().replace("COPY src /src\n", ""),
        "RUN make",
        Kind.STEP_BEFORE_CHANGED,
        "a step before it was removed: COPY src /src");
  }

  @Test
  void stagesMayMove() throws Exception {
    Given now =
        new Given()
            .replace("FROM base:1 AS build", "FROM base:1 AS extra\nRUN x\nFROM base:1 AS build")
            .replace("RUN strip /app", "RUN --mount=from=extra,target=/e strip /app");
    assertThat(why(new Given(), now, "RUN make")).isEmpty();
    assertWhy(now, "RUN x", Kind.INSTRUCTION_ADDED, "stage extra is new");
  }

  @Test
  void fiftyStepsAlikeAreToldApart() throws Exception {
    Given before = new Given().replace("RUN make\n", "RUN true\n".repeat(50));
    Given now = new Given().replace("RUN make\n", "RUN true\n".repeat(51));
    assertThat(why(before, now, "[build 53/54] RUN true")).isEmpty();
    assertThat(why(before, now, "[build 54/54] RUN true").orElseThrow().kind())
        .isEqualTo(Kind.INSTRUCTION_ADDED);
  }

  @Test
  void nothingThatIsUnprintableIsKept() throws Exception {
    Given now = new Given().file("src/\udc80\u001b[31m", "x");
    assertWhy(now, "COPY src /src", Kind.FILES_CHANGED, "file src/??[31m added");
  }
}
