package dev.brickyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.brickyard.yard.configuration.ServiceName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Parts of the farm die in the middle of a build, and the build does not. */
class CrashE2eIT extends FarmE2e {
  private static final ServiceName SECOND = ServiceName.worker(2);

  private final String salt = UUID.randomUUID().toString();

  /** The second step waits long enough to be struck; the first is what the cache must remember. */
  private String submitSlow() {
    return farm.submit(
        ContextTar.of(
            """
            FROM busybox
            RUN echo first-%s > /first
            RUN echo waiting-%s; sleep 8; echo done > /second
            """
                .formatted(salt, salt)),
        "tag=" + yard.registry() + "/crash/" + salt);
  }

  private void awaitSecondStep(String id) {
    farm.await(
        id,
        build ->
            build.get("jobs").size() > 0
                && build.get("jobs").get(0).path("steps").size() > 0
                && ApiClient.step(build, "echo done > /second").equals("RUNNING"),
        "runs its second step");
  }

  /** Waits until the object store holds the record of the step whose instruction says this. */
  private void awaitRecordOf(String text) {
    farm.await(
        () -> {
          try (Stream<Path> files = Files.walk(yard.data().resolve("s3"))) {
            return files
                .filter(file -> file.toString().contains("/steps/") && Files.isRegularFile(file))
                .anyMatch(file -> holds(file, text));
          } catch (IOException | UncheckedIOException e) {
            return false; // A temporary file went away while we looked.
          }
        },
        "the step that said " + text + " is recorded");
  }

  private static boolean holds(Path file, String text) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1).contains(text);
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void aKilledWorkersJobIsTakenOverAndItsFinishedStepsAreCached() {
    yard.up(SECOND);
    try {
      String id = submitSlow();
      awaitSecondStep(id);
      awaitRecordOf("first-" + salt);
      String first = farm.get(id).get("jobs").get(0).get("worker").asText();

      yard.kill(new ServiceName(first));

      JsonNode build = farm.awaitEnd(id);
      assertThat(build.get("state").asText()).as(build.toString()).isEqualTo("SUCCEEDED");
      JsonNode job = build.get("jobs").get(0);
      assertThat(job.get("worker").asText()).isNotEqualTo(first);
      assertThat(job.get("attempt").asInt()).isEqualTo(2);
      assertThat(ApiClient.step(build, "> /first")).isEqualTo("CACHED");
    } finally {
      yard.up(WORKER);
      yard.down(SECOND);
    }
  }

  @Test
  void theBuildFinishesWhenTheSchedulerWasKilledMeanwhile() {
    String id = submitSlow();
    awaitSecondStep(id);

    yard.kill(ServiceName.SCHEDULER);
    yard.up(ServiceName.SCHEDULER);

    assertThat(farm.awaitEnd(id).get("state").asText()).isEqualTo("SUCCEEDED");
  }

  @Test
  void theBuildFinishesWhenTheApiWasKilledMeanwhile() {
    String id = submitSlow();
    awaitSecondStep(id);

    yard.kill(ServiceName.API);
    yard.up(ServiceName.API);

    JsonNode build = farm.awaitEnd(id);
    assertThat(build.get("state").asText()).isEqualTo("SUCCEEDED");
    assertThat(farm.log(id)).contains("waiting-" + salt);
  }

  @Test
  void aSubmissionWhileTheSchedulerIsAwayIsBuiltAfterItsReturn() {
    yard.kill(ServiceName.SCHEDULER);
    String id;
    try {
      id =
          farm.submit(
              ContextTar.of("FROM busybox\nRUN echo " + salt + "\n"),
              "tag=" + yard.registry() + "/crash/" + salt);
      assertThat(farm.get(id).get("state").asText()).isEqualTo("QUEUED");
    } finally {
      yard.up(ServiceName.SCHEDULER);
    }

    assertThat(farm.awaitEnd(id).get("state").asText()).isEqualTo("SUCCEEDED");
  }

  @Test
  void aYardWhoseEveryProcessWasKilledHasLostNothing() {
    String before = submitSlow();
    JsonNode built = farm.awaitEnd(before);
    String unfinished =
        farm.submit(
            ContextTar.of("FROM busybox\nRUN echo unfinished-" + salt + "; sleep 5\n"),
            "tag=" + yard.registry() + "/crash/" + salt);
    farm.awaitLog(unfinished, "unfinished-" + salt);

    ServiceName[] everything = yard.running();
    for (ServiceName service : everything) {
      yard.kill(service);
    }
    yard.up(everything);

    assertThat(farm.get(before).get("image")).isEqualTo(built.get("image"));
    assertThat(farm.awaitEnd(unfinished).get("state").asText()).isEqualTo("SUCCEEDED");
    assertThat(ApiClient.step(farm.awaitEnd(submitSlow()), "echo done > /second"))
        .isEqualTo("CACHED");
  }
}
