package dev.brickyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Results that are downloaded, read by other tools, and gone after a time. */
class OutputE2eIT extends FarmE2e {
  private static final String DOCKERFILE =
      """
      FROM busybox
      COPY app /app
      RUN echo "$(uname -m)" > /machine
      CMD ["cat", "/app"]
      """;

  @TempDir Path folder;
  private final HttpClient http = HttpClient.newHttpClient();

  private ContextTar context() {
    return ContextTar.of(DOCKERFILE).file("app", "laid " + UUID.randomUUID());
  }

  private JsonNode build(String... parameters) {
    JsonNode build = farm.build(context(), parameters);
    assertThat(build.get("state").asText()).as(build.toString()).isEqualTo("SUCCEEDED");
    return build;
  }

  private URI outputs(JsonNode build) {
    return yard.api().resolve("/v1/builds/" + build.get("id").asText() + "/outputs");
  }

  private JsonNode list(JsonNode build) {
    return farm.read(outputs(build).getPath()).get("outputs");
  }

  private Path download(JsonNode build, String name) throws Exception {
    Path file = folder.resolve(name);
    HttpResponse<Path> answer =
        http.send(
            HttpRequest.newBuilder(URI.create(outputs(build) + "/" + name)).build(),
            HttpResponse.BodyHandlers.ofFile(file));
    assertThat(answer.statusCode()).isEqualTo(200);
    return file;
  }

  @Test
  void oneBuildLeavesAnImageInThreeForms() throws Exception {
    String name = "bricks/app:" + UUID.randomUUID();
    JsonNode build =
        build(
            "tag=" + name,
            "platform=linux/amd64",
            "output=type=oci,compression=zstd,force-compression=true",
            "output=type=docker,dest=for-docker.tar",
            "output=type=tar");
    assertThat(list(build).findValuesAsText("name"))
        .containsExactly("for-docker.tar", "oci.tar", "tar.tar");
    JsonNode oci =
        skopeo(
            "--insecure-policy",
            "inspect",
            "oci-archive:" + download(build, "oci.tar") + ":" + name.split(":", 2)[1]);
    assertThat(oci.get("Digest")).isEqualTo(build.get("image").get("digest"));
    JsonNode docker =
        skopeo(
            "--insecure-policy", "inspect", "docker-archive:" + download(build, "for-docker.tar"));
    assertThat(docker.get("Os").asText()).isEqualTo("linux");
    assertThat(sh("tar -xOf " + download(build, "tar.tar") + " app")).startsWith("laid ");
    try (DockerEngine engine = DockerEngine.start()) {
      assertThat(sh("docker load -i " + folder.resolve("for-docker.tar"))).contains(name);
      assertThat(sh("docker run --rm --network=none " + name)).startsWith("laid ");
      assertThat(engine).isNotNull();
    }
  }

  @Test
  void filesOfTwoPlatformsAreOne() throws Exception {
    JsonNode build =
        build(
            "tag=bricks/both:1",
            "platform=linux/amd64,linux/arm64",
            "output=type=oci",
            "output=type=tar",
            "provenance=mode=max");
    Path oci = download(build, "oci.tar");
    for (String architecture : List.of("amd64", "arm64")) {
      JsonNode seen =
          skopeo(
              "--insecure-policy",
              "--override-arch",
              architecture,
              "inspect",
              "oci-archive:" + oci + ":1");
      assertThat(seen.get("Architecture").asText()).isEqualTo(architecture);
    }
    JsonNode index = skopeo("--insecure-policy", "inspect", "--raw", "oci-archive:" + oci + ":1");
    assertThat(index.get("manifests")).hasSize(4);
    assertThat(sh("tar -tf " + download(build, "tar.tar")).lines())
        .contains("linux_amd64/app", "linux_arm64/app", "linux_amd64/provenance.json");
    assertThat(bucket("uploads/outputs/" + build.get("id").asText())).isEmpty();
  }

  @Test
  void whatIsOldIsCollected() throws Exception {
    JsonNode build = build("platform=linux/amd64", "output=type=tar");
    assertThat(list(build)).hasSize(1);
    FileTime old = FileTime.from(Instant.now().minus(Duration.ofHours(25)));
    List<Path> files = bucket("outputs/" + build.get("id").asText());
    assertThat(files).hasSize(2);
    for (Path file : files) {
      Files.setLastModifiedTime(file, old);
    }
    HttpResponse<String> asked =
        http.send(
            HttpRequest.newBuilder(yard.api().resolve("/v1/cache/collections"))
                .POST(HttpRequest.BodyPublishers.noBody())
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(asked.statusCode()).isEqualTo(202);
    farm.await(() -> list(build).isEmpty(), "no file is left");
    HttpResponse<String> gone =
        http.send(
            HttpRequest.newBuilder(URI.create(outputs(build) + "/tar.tar")).build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(gone.statusCode()).isEqualTo(404);
    assertThat(gone.body()).contains("expired");
  }

  private static String sh(String command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder("sh", "-c", command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(command + ": " + said).isZero();
    return said;
  }

  /** Files of the yard's bucket under a prefix. */
  private List<Path> bucket(String prefix) throws IOException {
    Path place = bucketFolder().resolve(prefix);
    if (!Files.exists(place)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(place)) {
      return new ArrayList<>(files.filter(Files::isRegularFile).toList());
    }
  }

  private Path bucketFolder() {
    return yard.data().resolve("s3/objects/brickyard");
  }
}
