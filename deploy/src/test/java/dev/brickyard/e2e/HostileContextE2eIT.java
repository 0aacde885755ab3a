package dev.brickyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A context can neither write nor read outside its folder, on any machine of the farm. */
class HostileContextE2eIT extends FarmE2e {
  @TempDir Path outside;

  private String tag() {
    return "tag=" + yard.registry() + "/hostile/" + UUID.randomUUID();
  }

  private void refused(ContextTar context, String entry) {
    HttpResponse<String> response = farm.post(context.bytes(), tag());

    assertThat(response.statusCode()).as(response.body()).isBetween(400, 422);
    assertThat(ApiClient.json(response).get("detail").asText()).contains(entry);
  }

  @Test
  void pathsUpwardsAreRefused() {
    refused(ContextTar.of("FROM busybox\n").file("../escaped", "x"), "../escaped");
  }

  @Test
  void absolutePathsAreRefused() {
    Path target = outside.resolve("written");

    refused(ContextTar.of("FROM busybox\n").file(target.toString(), "x"), target.toString());

    assertThat(target).doesNotExist();
  }

  @Test
  void devicesAreRefused() {
    refused(ContextTar.of("FROM busybox\n").characterDevice("null", 1, 3), "null");
  }

  @Test
  void aPathThroughALinkIsRefused() {
    refused(
        ContextTar.of("FROM busybox\n").symlink("door", outside.toString()).file("door/in", "x"),
        "door/in");
    assertThat(outside.resolve("in")).doesNotExist();
  }

  @Test
  void hardLinksOutwardsAreRefused() {
    refused(ContextTar.of("FROM busybox\n").hardLink("passwd", "/etc/passwd"), "passwd");
  }

  @Test
  void aLinkOutwardsIsNeverFollowedOnTheWorker() throws IOException {
    Path secret = Files.writeString(outside.resolve("secret"), "the worker's own file");

    JsonNode build =
        farm.build(
            ContextTar.of("FROM busybox\nCOPY link/secret /stolen\n")
                .symlink("link", outside.toString()),
            tag());

    assertThat(build.get("state").asText()).isEqualTo("FAILED");
    assertThat(build.get("failure").get("message").asText()).contains("not found");
    assertThat(secret).hasContent("the worker's own file");
  }

  @Test
  void aCopyThroughALinkInTheImageStaysInTheImage() {
    JsonNode build =
        farm.build(
            ContextTar.of(
                    """
                    FROM busybox
                    RUN ln -s %s /out
                    COPY payload /out/payload
                    RUN cat %s/payload
                    """
                        .formatted(outside, outside))
                .file("payload", "stays inside"),
            tag());

    assertThat(build.get("state").asText()).as(build.toString()).isEqualTo("SUCCEEDED");
    assertThat(outside.resolve("payload")).doesNotExist();
  }
}
