package dev.brickyard.engine.solve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.BuildOptions;
import dev.brickyard.engine.BuildRequest;
import dev.brickyard.engine.BuildResult;
import dev.brickyard.engine.FailureKind;
import dev.brickyard.engine.PublishRequest;
import dev.brickyard.engine.StepOutcome;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.registry.RegistryCredentials;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Builds that run processes. Needs root, runc and docker-registry. */
class RunBuildIT {
  @TempDir Path folder;
  private TestYard yard;
  private FarmBuildEngine worker;
  private ImageReference base;

  @BeforeEach
  void open() throws Exception {
    yard = new TestYard(folder);
    ShellRoot.create(yard.context.resolve("shell"));
    worker = yard.worker();
    base = yard.base(worker, "shell", "FROM scratch\nCOPY shell /\n");
  }

  @AfterEach
  void close() throws Exception {
    yard.close();
    assertThat(Files.readString(Path.of("/proc/self/mounts"))).doesNotContain(folder.toString());
  }

  private String from(String rest) {
    return "FROM " + base + "\n" + rest;
  }

  @Test
  void aMultiStageBuildRunsCopiesAndCaches() throws Exception {
    yard.file("main.txt", "hello");
    String dockerfile =
        """
        FROM %s AS build
        ARG VERSION=1
        ENV GREETING="good day"
        WORKDIR /src
        COPY main.txt .
        RUN cat main.txt > out && echo "$GREETING $VERSION" >> out
        FROM %s
        COPY --from=build --chown=mason:bricks /src/out /app/
        USER mason
        RUN id -u > /tmp/who; id -G >> /tmp/who; cat /app/out
        """
            .formatted(base, base);
    BuildResult first = yard.build(worker, dockerfile);
    assertThat(yard.observer().log()).contains("hello").contains("good day 1");
    assertThat(yard.observer().ended(StepOutcome.DONE))
        .contains("[build 4/4] RUN cat main.txt > out && echo \"$GREETING $VERSION\" >> out");
    FarmBuildEngine empty = yard.worker();
    BuildResult second = yard.build(empty, dockerfile);
    assertThat(second.manifest()).isEqualTo(first.manifest());
    assertThat(yard.observer().ended(StepOutcome.DONE))
        .containsExactly("exporting image", "pushing " + yard.target().name());
    assertThat(empty.bytesFetched()).isZero();
    // Another value of an ARG in scope of a RUN is another step.
    BuildRequest other =
        new BuildRequest(
            "Dockerfile",
            dockerfile,
            yard.request("").context(),
            yard.request("").platform(),
            Map.of("VERSION", "2"),
            Map.of(),
            java.util.Optional.empty(),
            false,
            TestYard.CACHE,
            List.of(),
            yard.request("").credentials(),
            java.util.Optional.empty(),
            BuildOptions.NONE);
    BuildResult third = yard.build(empty, other);
    assertThat(third.manifest().digest()).isNotEqualTo(first.manifest().digest());
    assertThat(yard.observer().log()).contains("good day 2");
    assertThat(yard.observer().ended(StepOutcome.CACHED)).contains("[build 3/4] COPY main.txt .");
  }

  @Test
  void directoriesKeepOwnerAndModeThroughCopyAndWorkdir() throws Exception {
    yard.file("main.txt", "hello");
    yard.build(
        worker,
        from(
            """
            RUN mkdir -p /shared /home/mason && chmod 1777 /shared && chown 7:8 /home/mason
            COPY main.txt /shared/
            WORKDIR /home/mason/src
            COPY main.txt .
            RUN ls -ldn /shared /home/mason
            """));
    assertThat(yard.observer().log()).containsPattern("drwxrwxrwt +[0-9]+ +0 +0 ");
    assertThat(yard.observer().log()).containsPattern("drwxr-xr-x +[0-9]+ +7 +8 ");
  }

  @Test
  void aFailingRunNamesLineCommandCodeAndLastWords() throws Exception {
    assertThatThrownBy(
            () -> yard.build(worker, from("RUN echo fine\nRUN echo last words >&2; exit 3\n")))
        .isInstanceOfSatisfying(
            BuildFailure.class,
            e -> {
              assertThat(e.kind()).isEqualTo(FailureKind.USER);
              assertThat(e.code()).isEqualTo("run-failed");
              assertThat(e.sentence())
                  .isEqualTo(
                      "process \"/bin/sh -c echo last words >&2; exit 3\" did not complete"
                          + " successfully: exit code: 3");
              assertThat(e.exitCode()).hasValue(3);
              assertThat(e.logTail().orElseThrow()).isEqualTo("last words");
              assertThat(e.range().orElseThrow().startLine()).isEqualTo(3);
              assertThat(e.excerpt().orElseThrow()).contains(">>> RUN echo last words");
            });
    assertThat(yard.observer().ended(StepOutcome.FAILED))
        .containsExactly("[3/3] RUN echo last words >&2; exit 3");
    // What succeeded before is kept.
    yard.build(worker, from("RUN echo fine\n"));
    assertThat(yard.observer().ended(StepOutcome.CACHED)).contains("[2/2] RUN echo fine");
  }

  @Test
  void independentStagesRunAtTheSameTime() throws Exception {
    // Each waits for the other's file in a shared cache mount: one after the other would hang.
    String wait = "while [ ! -e /c/%s ]; do sleep 0.02; done";
    String dockerfile =
        """
        FROM %1$s AS one
        RUN --mount=type=cache,target=/c,id=meet touch /c/one; %2$s; touch /1
        FROM %1$s AS two
        RUN --mount=type=cache,target=/c,id=meet touch /c/two; %3$s; touch /2
        FROM scratch
        COPY --from=one /1 /
        COPY --from=two /2 /
        """
            .formatted(base, wait.formatted("two"), wait.formatted("one"));
    CompletableFuture<BuildResult> build = inBackground(dockerfile, new RecordingObserver());
    assertThat(build.get(60, TimeUnit.SECONDS).layers()).hasSize(2);
  }

  @Test
  void aFailureStopsTheOtherStages() throws Exception {
    String dockerfile =
        """
        FROM %1$s AS one
        RUN --mount=type=cache,target=/c,id=fail touch /c/started; sleep 600
        FROM %1$s AS two
        RUN --mount=type=cache,target=/c,id=fail while [ ! -e /c/started ]; do sleep 0.02; done; exit 4
        FROM scratch
        COPY --from=one /1 /
        COPY --from=two /2 /
        """
            .formatted(base);
    assertThatThrownBy(() -> yard.build(worker, dockerfile))
        .isInstanceOfSatisfying(BuildFailure.class, e -> assertThat(e.exitCode()).hasValue(4));
    assertThat(yard.observer().ended(StepOutcome.CANCELED))
        .singleElement()
        .asString()
        .startsWith("[one 2/2] RUN");
  }

  @Test
  void interruptingCancelsAndCleansUp() throws Exception {
    RecordingObserver observer = new RecordingObserver();
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread builder =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    worker.build(yard.request(from("RUN echo begun; sleep 600\n")), observer);
                  } catch (Throwable t) {
                    thrown.set(t);
                  }
                });
    observer.awaitLog();
    builder.interrupt();
    assertThat(builder.join(java.time.Duration.ofSeconds(20))).isTrue();
    assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
    assertThat(observer.ended(StepOutcome.CANCELED))
        .containsExactly("[2/2] RUN echo begun; sleep 600");
    assertThat(observer.broken()).isEmpty();
    assertThat(processesSaying("sleep 600")).isEmpty();
  }

  private static List<String> processesSaying(String text) throws Exception {
    Process ps = new ProcessBuilder("ps", "-eo", "args").start();
    String all = new String(ps.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return all.lines().filter(line -> line.equals(text)).toList();
  }

  @Test
  void twoBuildsOfTheSameStepRunItOnceAndBothSeeItsOutput() throws Exception {
    // The step ends when the test says so: after the second build has joined it.
    String step =
        "RUN --mount=type=cache,target=/c,id=join echo run >> /c/runs; cat /c/runs;"
            + " while [ ! -e /c/go ]; do sleep 0.02; done";
    RecordingObserver one = new RecordingObserver();
    RecordingObserver two = new RecordingObserver();
    CompletableFuture<BuildResult> first = inBackground(from(step + "\n"), one);
    one.awaitLog();
    CompletableFuture<BuildResult> second = inBackground(from(step + "\n"), two);
    two.awaitLog();
    letGo("join");
    assertThat(first.get(60, TimeUnit.SECONDS).manifest())
        .isEqualTo(second.get(60, TimeUnit.SECONDS).manifest());
    assertThat(one.log()).isEqualTo("run\n");
    assertThat(two.log()).isEqualTo("run\n");
  }

  @Test
  void aBuildThatJoinedGoesOnWhenTheOtherIsCancelled() throws Exception {
    String step =
        "RUN --mount=type=cache,target=/c,id=cancel echo run;"
            + " while [ ! -e /c/go ]; do sleep 0.02; done; echo end";
    RecordingObserver one = new RecordingObserver();
    RecordingObserver two = new RecordingObserver();
    Thread first =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    worker.build(yard.request(from(step + "\n")), one);
                  } catch (BuildFailure | InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });
    one.awaitLog();
    CompletableFuture<BuildResult> second = inBackground(from(step + "\n"), two);
    two.awaitLog();
    first.interrupt();
    first.join();
    letGo("cancel");
    assertThat(second.get(60, TimeUnit.SECONDS).layers()).hasSize(2);
    assertThat(two.log()).endsWith("end\n");
    assertThat(one.ended(StepOutcome.CANCELED)).hasSize(1);
  }

  /** Makes the file {@code go} in a cache mount, through a build of its own. */
  private void letGo(String id) throws Exception {
    worker.build(
        yard.request(from("RUN --mount=type=cache,target=/c,id=%s touch /c/go\n".formatted(id))),
        new RecordingObserver());
  }

  private CompletableFuture<BuildResult> inBackground(
      String dockerfile, RecordingObserver observer) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return worker.build(yard.request(dockerfile), observer);
          } catch (BuildFailure | InterruptedException e) {
            throw new AssertionError(e);
          }
        },
        command -> Thread.ofVirtual().start(command));
  }

  @Test
  void aRebuildWithTheSameOutputKeepsWhatFollowsCached() throws Exception {
    yard.file("input", "1");
    String dockerfile =
        """
        FROM %1$s AS build
        COPY input /
        RUN echo constant > /out
        FROM %1$s
        COPY --from=build /out /
        RUN cat /out
        """
            .formatted(base);
    BuildResult first = yard.build(worker, dockerfile);
    yard.file("input", "2");
    BuildResult second = yard.build(worker, dockerfile);
    assertThat(yard.observer().ended(StepOutcome.DONE))
        .contains("[build 3/3] RUN echo constant > /out");
    assertThat(yard.observer().ended(StepOutcome.CACHED)).contains("[stage-1 3/3] RUN cat /out");
    assertThat(second.manifest()).isEqualTo(first.manifest());
  }

  @Test
  void aCorruptLayerIsBuiltAgainWhenAProcessMustSeeIt() throws Exception {
    yard.file("a", "1");
    String dockerfile = from("RUN echo made > /made\nCOPY a /\nRUN cat /made /a\n");
    BuildResult first = yard.build(worker, dockerfile);
    yard.blobs.damage(first.layers().get(1).blob().digest());
    yard.file("a", "2");
    BuildResult second = yard.build(yard.worker(), dockerfile);
    assertThat(yard.observer().log()).contains("made").contains("2");
    assertThat(second.layers()).hasSize(4);
  }

  @Test
  void aCommandThatDoesNotExistIsTheUsersFailure() {
    assertThatThrownBy(() -> yard.build(worker, from("RUN [\"/no/such\", \"thing\"]\n")))
        .isInstanceOfSatisfying(
            BuildFailure.class,
            e -> {
              assertThat(e.kind()).isEqualTo(FailureKind.USER);
              assertThat(e.range()).isPresent();
            });
  }

  @Test
  void mountsShowContextStagesAndMemory() throws Exception {
    yard.file("in/data", "from the context");
    String dockerfile =
        """
        FROM scratch AS files
        COPY in/data /deep/file
        FROM %s
        RUN --mount=type=bind,source=in,target=/m1 --mount=type=bind,from=files,source=/deep,target=/m2 \\
            --mount=type=tmpfs,target=/m3 cat /m1/data /m2/file && touch /m3/x && touch /kept
        """
            .formatted(base);
    BuildResult result = yard.build(worker, dockerfile);
    assertThat(yard.observer().log()).isEqualTo("from the contextfrom the context");
    assertThat(yard.indexes.find(result.layers().getLast().diffId()).orElseThrow().entries())
        .extracting(entry -> entry.path().value())
        .contains("kept")
        .doesNotContain("m1/data", "m2/file", "m3/x");
  }

  @Test
  void hereDocumentsRun() throws Exception {
    yard.build(
        worker,
        from("RUN <<EOF\necho one\necho two\nEOF\nRUN <<EOF\n#!/bin/sh\necho script $0\nEOF\n"));
    assertThat(yard.observer().log()).contains("one\ntwo\n").contains("script ");
  }

  @Test
  void sourceDateEpochMakesIdenticalImages() throws Exception {
    yard.file("a", "1");
    BuildRequest plain = yard.request(from("COPY a /\nRUN touch /b; echo x > /c\n"));
    BuildRequest fixed =
        new BuildRequest(
            plain.dockerfileName(),
            plain.dockerfile(),
            plain.context(),
            plain.platform(),
            Map.of(),
            Map.of(),
            plain.target(),
            true,
            plain.cache(),
            plain.pushTo(),
            plain.credentials(),
            java.util.Optional.of(java.time.Instant.parse("2020-01-01T00:00:00Z")),
            BuildOptions.NONE);
    BuildResult first = yard.build(worker, fixed);
    BuildResult second = yard.build(yard.worker(), fixed);
    assertThat(second.manifest()).isEqualTo(first.manifest());
    assertThat(yard.observer().ended(StepOutcome.DONE)).contains("[3/3] RUN touch /b; echo x > /c");
  }

  @Test
  void skopeoAcceptsTheImage() throws Exception {
    BuildResult result = yard.build(worker, from("RUN echo x > /x\nEXPOSE 80\n"));
    ImageReference tag = yard.image("test/app:v1");
    worker.publish(
        new PublishRequest(List.of(result.manifest()), List.of(tag), RegistryCredentials.NONE));
    Process skopeo =
        new ProcessBuilder("skopeo", "inspect", "--tls-verify=false", "docker://" + tag)
            .redirectErrorStream(true)
            .start();
    String said = new String(skopeo.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(skopeo.waitFor()).as(said).isZero();
    assertThat(said).contains("\"Architecture\"").contains(result.manifest().digest().toString());
  }
}
