package dev.brickyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A project and a pull request of it: what each may use, and what each is told about it. */
class WhyE2eIT extends FarmE2e {
  private static final String RUN = "RUN echo slow > /slow";
  private static final String COPY = "COPY app /app";

  private final String project = "why-" + UUID.randomUUID();

  private JsonNode build(String app, String... scope) {
    String[] parameters = new String[scope.length + 3];
    parameters[0] = "tag=" + yard.registry() + "/why/" + project;
    parameters[1] = "project=" + project;
    parameters[2] = "platform=linux/amd64";
    System.arraycopy(scope, 0, parameters, 3, scope.length);
    JsonNode build =
        farm.build(
            new ContextTar()
                .file("Dockerfile", "FROM busybox\n" + RUN + "\n" + COPY + "\n")
                .file("app", app, 0644, 1),
            parameters);
    assertThat(build.get("state").asText()).as(build.toString()).isEqualTo("SUCCEEDED");
    return build;
  }

  private static JsonNode why(JsonNode build, String nameEnd) {
    for (JsonNode job : build.get("jobs")) {
      for (JsonNode step : job.get("steps")) {
        if (step.get("name").asText().endsWith(nameEnd) && step.has("cache")) {
          return step.get("cache");
        }
      }
    }
    throw new AssertionError("nothing is said about " + nameEnd + ": " + build);
  }

  @Test
  void aPullRequestStartsWarmIsToldWhyAndPoisonsNothing() {
    JsonNode first = build("one");
    assertThat(why(first, RUN).get("kind").asText()).isEqualTo("no-earlier-build");
    assertThat(first.get("cache").get("misses").asInt()).isEqualTo(2);

    // What it is compared with is stored after the first build's end: a moment may pass.
    String app = "two";
    JsonNode fork = build(app, "cache-scope=pr-1");
    for (int i = 0; i < 20 && why(fork, COPY).get("kind").asText().startsWith("no-"); i++) {
      app = "two " + i;
      fork = build(app, "cache-scope=pr-1");
    }
    assertThat(fork.get("cacheScope").asText()).isEqualTo("pr-1");
    assertThat(why(fork, RUN).get("sentence").asText())
        .isEqualTo("same definition, from the parent scope " + project);
    assertThat(why(fork, COPY).get("sentence").asText()).isEqualTo("file app changed");
    assertThat(fork.get("cache").get("hits").asInt()).isEqualTo(1);
    assertThat(fork.get("cache").get("misses").asInt()).isEqualTo(1);

    // The very file the fork has built: its step is the fork's own, and the project runs it anew.
    JsonNode merged = build(app);
    assertThat(why(merged, COPY).get("verdict").asText()).isEqualTo("MISS");
    assertThat(merged.get("image").get("digest")).isNotNull();

    JsonNode totals = farm.read("/v1/projects/" + project + "/cache?since=1h");
    assertThat(totals.get("builds").asInt()).isGreaterThanOrEqualTo(3);
    assertThat(totals.get("totals").get("hits").asInt()).isGreaterThanOrEqualTo(2);
    assertThat(totals.get("totals").get("bytesSkipped").asLong()).isPositive();
    assertThat(totals.get("hitRate").asDouble()).isBetween(0.1, 0.9);
  }
}
