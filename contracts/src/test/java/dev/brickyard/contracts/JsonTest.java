package dev.brickyard.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The wire format is a promise between releases: golden texts hold it. */
class JsonTest {
  private static final UUID BUILD = UUID.fromString("01890000-0000-7000-8000-000000000001");
  private static final UUID JOB = UUID.fromString("01890000-0000-7000-8000-000000000002");
  private static final Instant AT = Instant.parse("2026-11-23T10:00:00.5Z");

  static Stream<Arguments> golden() {
    return Stream.of(
        Arguments.of(
            SubmissionMessage.class,
            new SubmissionMessage.Accepted(1, BUILD, AT, null),
            """
            {"type":"Accepted","schemaVersion":1,"buildId":"%s","at":"2026-11-23T10:00:00.500Z"}\
            """
                .formatted(BUILD)),
        Arguments.of(
            JobQueued.class,
            new JobQueued(1, BUILD, JOB, JobKind.BUILD, 1, "linux/amd64", "00-a-b-01"),
            """
            {"schemaVersion":1,"buildId":"%s","jobId":"%s","kind":"BUILD","attempt":1,\
            "platform":"linux/amd64","traceparent":"00-a-b-01"}\
            """
                .formatted(BUILD, JOB)),
        Arguments.of(
            BuildEvent.class,
            new BuildEvent.StepFinished(
                1,
                BUILD,
                JOB,
                2,
                AT,
                "build-3",
                StepStatus.CACHED,
                AT,
                Map.of("bytes-pulled", 7L),
                null),
            """
            {"type":"StepFinished","schemaVersion":1,"buildId":"%s","jobId":"%s","attempt":2,\
            "at":"2026-11-23T10:00:00.500Z","stepId":"build-3","status":"CACHED",\
            "startedAt":"2026-11-23T10:00:00.500Z","counters":{"bytes-pulled":7}}\
            """
                .formatted(BUILD, JOB)),
        Arguments.of(
            BuildEvent.class,
            new BuildEvent.StepFinished(
                1,
                BUILD,
                JOB,
                2,
                AT,
                "build-3",
                StepStatus.DONE,
                AT,
                Map.of(),
                new StepCause(
                    StepCause.Verdict.MISS, "files-changed", "file a changed", List.of("file a"))),
            """
            {"type":"StepFinished","schemaVersion":1,"buildId":"%s","jobId":"%s","attempt":2,\
            "at":"2026-11-23T10:00:00.500Z","stepId":"build-3","status":"DONE",\
            "startedAt":"2026-11-23T10:00:00.500Z","counters":{},"cause":{"verdict":"MISS",\
            "kind":"files-changed","sentence":"file a changed","details":["file a"]}}\
            """
                .formatted(BUILD, JOB)),
        Arguments.of(
            BuildEvent.class,
            new BuildEvent.StepWarned(1, BUILD, JOB, 1, AT, "a-1", "mind the gap", null),
            """
            {"type":"StepWarned","schemaVersion":1,"buildId":"%s","jobId":"%s","attempt":1,\
            "at":"2026-11-23T10:00:00.500Z","stepId":"a-1","message":"mind the gap"}\
            """
                .formatted(BUILD, JOB)),
        Arguments.of(
            BuildEvent.class,
            new BuildEvent.StepWarned(
                1,
                BUILD,
                JOB,
                1,
                AT,
                "a-1",
                "R: x (line 2)",
                new CheckWarning("R", "d", "x", "docs/checks/R.md", "Dockerfile", 2, 3, ">>> RUN")),
            """
            {"type":"StepWarned","schemaVersion":1,"buildId":"%s","jobId":"%s","attempt":1,\
            "at":"2026-11-23T10:00:00.500Z","stepId":"a-1","message":"R: x (line 2)",\
            "check":{"rule":"R","description":"d","detail":"x","url":"docs/checks/R.md",\
            "file":"Dockerfile","line":2,"endLine":3,"excerpt":">>> RUN"}}\
            """
                .formatted(BUILD, JOB)),
        Arguments.of(
            BuildEvent.class,
            new BuildEvent.StepsPlanned(
                1, BUILD, JOB, 1, AT, List.of(new PlannedStep("a-1", "[1/1] RUN x", 2, List.of()))),
            """
            {"type":"StepsPlanned","schemaVersion":1,"buildId":"%s","jobId":"%s","attempt":1,\
            "at":"2026-11-23T10:00:00.500Z","steps":[{"id":"a-1","name":"[1/1] RUN x","line":2,\
            "inputs":[]}]}\
            """
                .formatted(BUILD, JOB)),
        Arguments.of(
            ProjectSettings.class,
            new ProjectSettings(
                new ProjectSettings.Retention(Duration.ofDays(30), 7L, null),
                new ProjectSettings.CacheMounts(false, null)),
            """
            {"retention":{"maxAge":"PT720H","maxBytes":7},"cacheMounts":{"saved":false}}\
            """),
        Arguments.of(
            ControlCommand.class,
            new ControlCommand.CancelJob(1, AT, BUILD, JOB),
            """
            {"type":"CancelJob","schemaVersion":1,"at":"2026-11-23T10:00:00.500Z",\
            "buildId":"%s","jobId":"%s"}\
            """
                .formatted(BUILD, JOB)));
  }

  @ParameterizedTest
  @MethodSource("golden")
  <T> void writesAndReadsTheAgreedText(Class<T> type, T message, String golden) throws Exception {
    assertThat(new String(Json.write(message), StandardCharsets.UTF_8)).isEqualTo(golden);
    assertThat(Json.read(golden.getBytes(StandardCharsets.UTF_8), type)).isEqualTo(message);
  }

  @Test
  void fieldsOfANewerReleaseAreIgnored() throws Exception {
    String newer =
        """
        {"type":"CancelRequested","schemaVersion":9,"buildId":"%s","at":"2026-11-23T10:00:00Z","why":"x"}
        """
            .formatted(BUILD);
    assertThat(Json.read(newer.getBytes(StandardCharsets.UTF_8), SubmissionMessage.class).buildId())
        .isEqualTo(BUILD);
  }

  @Test
  void logBytesSurvive() throws Exception {
    byte[] bytes = {0, -1, 10, (byte) 0xc3};
    LogChunk chunk = new LogChunk(1, BUILD, JOB, 1, "s", LogChunk.Stream.STDERR, 4, AT, bytes);
    assertThat(Json.read(Json.write(chunk), LogChunk.class).bytes()).isEqualTo(bytes);
  }

  @Test
  void garbageIsNamed() {
    assertThatThrownBy(() -> Json.read("null".getBytes(StandardCharsets.UTF_8), JobQueued.class))
        .isInstanceOf(UnreadableMessageException.class);
    assertThatThrownBy(() -> Json.read(new byte[] {1, 2}, JobQueued.class))
        .isInstanceOf(UnreadableMessageException.class)
        .hasMessageContaining("JobQueued");
  }

  @Test
  void passwordsHaveNoTextForm() {
    assertThat(new RegistryCredential("r", "me", "hunter2").toString()).doesNotContain("hunter2");
  }

  @Test
  void optionsTravelUnchangedAndMissingOnesAreAsUsual() throws Exception {
    BuildOptions options =
        new BuildOptions(
            List.of("build"),
            RunSettings.USUAL,
            false,
            "https://git.example/app.git#main",
            true,
            Map.of("tools", "docker-image://tools:1"),
            List.of(
                new BuildOutput(
                    BuildOutput.Type.OCI,
                    "oci.tar",
                    List.of("docker.io/team/app:1"),
                    "zstd",
                    null,
                    false,
                    true,
                    false,
                    List.of(
                        new BuildOutput.Annotation(
                            BuildOutput.Annotation.Level.INDEX, null, "a", "b")))),
            new ProvenanceRequest("min", "v0.2", null));
    assertThat(Json.read(Json.write(options), BuildOptions.class)).isEqualTo(options);
    assertThat(Json.read("{}".getBytes(StandardCharsets.UTF_8), BuildOptions.class))
        .isEqualTo(BuildOptions.NONE);
    ImageManifest said =
        new ImageManifest(
            "linux/amd64", "m", "sha256:a", 1, 2, new ImageManifest.Attestation("sha256:b", 3));
    assertThat(Json.read(Json.write(said), ImageManifest.class)).isEqualTo(said);
  }
}
