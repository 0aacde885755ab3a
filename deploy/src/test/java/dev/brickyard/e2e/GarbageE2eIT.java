package dev.brickyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Collecting garbage and settings of projects, seen from outside, and in the bucket itself. */
class GarbageE2eIT extends FarmE2e {
  private static final String RUN = "RUN echo one > /one";

  private final HttpClient http = HttpClient.newHttpClient();
  private final String project = "garbage-" + UUID.randomUUID();

  @Test
  void whatAProjectNoLongerKeepsGoesAndItsNextBuildSucceeds() throws Exception {
    String dockerfile =
        "FROM busybox\nENV SALT=" + project + "\n" + RUN + "\nRUN echo two > /two\n";
    build(dockerfile);
    farm.await(() -> uses() == 1, "the build's use record");
    assertThat(records()).isPositive();
    assertThat(ApiClient.step(build(dockerfile), RUN)).isEqualTo("CACHED");
    farm.await(() -> uses() == 2, "the second build's use record");
    build(dockerfile);
    farm.await(() -> uses() == 3, "the third build's use record");

    settings("{\"retention\":{\"maxAge\":\"PT0S\",\"keepLast\":1}}");
    JsonNode kept = collect("grace=PT0S");
    assertThat(records()).as("of the build that is kept").isPositive();
    assertThat(kept.at("/figures/use/deleted/objects").asLong()).as("the second's").isPositive();
    assertThat(ApiClient.step(build(dockerfile), RUN)).isEqualTo("CACHED");

    settings("{\"retention\":{\"maxAge\":\"PT0S\",\"keepLast\":0}}");
    List<String> before = bucket("");
    JsonNode dry = collect("dry-run=true&grace=PT0S");
    assertThat(dry.at("/total/deleted/objects").asLong()).isPositive();
    assertThat(bucket("")).containsAll(before);

    JsonNode real = collect("grace=PT0S");
    assertThat(real.at("/total/deleted/objects").asLong())
        .isGreaterThanOrEqualTo(dry.at("/total/deleted/objects").asLong());
    assertThat(records()).isZero();
    assertThat(uses()).isZero();
    assertThat(json(get("/v1/cache")).at("/total/objects").asLong()).isPositive();

    JsonNode again = build(dockerfile);
    assertThat(ApiClient.step(again, RUN)).isEqualTo("DONE");
    assertThat(ApiClient.step(build(dockerfile), RUN)).isEqualTo("CACHED");
  }

  @Test
  void aBuildWhoseBlobsSomebodyRemovedSucceeds() throws Exception {
    String dockerfile =
        "FROM busybox\nENV SALT=" + project + "\n" + RUN + "\nRUN echo two > /two\n";
    build(dockerfile);
    for (String prefix : List.of("layers", "roots", "uses/" + project)) {
      removeAll(prefix);
    }
    JsonNode again = build(dockerfile.replace("two > /two", "2 > /two"));
    assertThat(ApiClient.step(again, RUN)).isEqualTo("CACHED");

    removeAll("blobs");
    removeAll("layers");
    removeAll("roots");
    String changed = dockerfile.replace("two > /two", "zwei > /two") + "COPY Dockerfile /etc/\n";
    build(changed);
    removeAll("blobs");
    removeAll("layers");
    removeAll("roots");
    assertThat(ApiClient.step(build(changed), RUN)).as("the registry has it").isEqualTo("CACHED");
  }

  @Test
  void settingsThatCannotBeAreRefusedByName() throws Exception {
    HttpResponse<String> refused = put("{\"retention\":{\"maxAge\":\"yesterday\"}}");
    assertThat(refused.statusCode()).isEqualTo(422);
    assertThat(json(refused).get("parameter").asText()).isEqualTo("retention.maxAge");
  }

  private JsonNode build(String dockerfile) {
    JsonNode build =
        farm.build(
            ContextTar.of(dockerfile),
            "tag=" + yard.registry() + "/garbage/" + project,
            "project=" + project);
    assertThat(build.get("state").asText()).as(build.toString()).isEqualTo("SUCCEEDED");
    return build;
  }

  /** Asks for a collection and waits for its end. */
  private JsonNode collect(String query) throws Exception {
    HttpResponse<String> asked =
        send(
            HttpRequest.newBuilder(yard.api().resolve("/v1/cache/collections?" + query))
                .POST(HttpRequest.BodyPublishers.noBody()));
    assertThat(asked.statusCode()).as(asked.body()).isEqualTo(202);
    URI location = URI.create(asked.headers().firstValue("Location").orElseThrow());
    JsonNode[] last = {null};
    farm.await(
        () -> {
          try {
            last[0] = json(get(location.getPath()));
          } catch (Exception e) {
            throw new AssertionError(e);
          }
          return List.of("SUCCEEDED", "FAILED").contains(last[0].get("state").asText());
        },
        "the collection's end");
    assertThat(last[0].get("state").asText()).as(last[0].toString()).isEqualTo("SUCCEEDED");
    return last[0];
  }

  private void settings(String json) throws Exception {
    HttpResponse<String> answer = put(json);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(get("/v1/projects/" + project + "/settings").body()).isEqualTo(answer.body());
  }

  private HttpResponse<String> put(String json) throws Exception {
    return send(
        HttpRequest.newBuilder(yard.api().resolve("/v1/projects/" + project + "/settings"))
            .header("Content-Type", "application/json")
            .PUT(HttpRequest.BodyPublishers.ofString(json)));
  }

  private HttpResponse<String> get(String path) throws Exception {
    return send(HttpRequest.newBuilder(yard.api().resolve(path)).GET());
  }

  private HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return http.send(
        request.timeout(Duration.ofMinutes(1)).build(), HttpResponse.BodyHandlers.ofString());
  }

  private static JsonNode json(HttpResponse<String> response) {
    assertThat(response.statusCode()).as(response.body()).isBetween(200, 499);
    return ApiClient.json(response);
  }

  private long uses() {
    return bucket("uses/" + project).size();
  }

  private long records() {
    return bucket("steps/" + project).size();
  }

  private Path bucketFolder() {
    return yard.data().resolve("s3/objects/brickyard");
  }

  /** The objects under a prefix, as the files the local store keeps them in. */
  private List<String> bucket(String prefix) {
    Path folder = bucketFolder().resolve(prefix);
    if (!Files.exists(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> bucketFolder().relativize(file).toString())
          .filter(key -> !key.startsWith("garbage/"))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void removeAll(String prefix) throws IOException {
    for (String key : bucket(prefix)) {
      Files.delete(bucketFolder().resolve(key));
    }
  }
}
