package dev.brickyard.api.submission;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.is;

import com.github.luben.zstd.Zstd;
import dev.brickyard.api.testing.Archives;
import dev.brickyard.api.testing.FarmResource;
import dev.brickyard.contracts.Json;
import dev.brickyard.contracts.SubmissionMessage;
import dev.brickyard.contracts.Topics;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.storage.context.ContextStore;
import dev.brickyard.storage.object.ObjectInfo;
import dev.brickyard.storage.object.S3ObjectStore;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@QuarkusTest
@WithTestResource(FarmResource.class)
class SubmissionTest {
  private static final String SIMPLE = "FROM scratch\nCOPY . /\n";

  @Inject DataSource database;
  @Inject ContextStore contexts;
  @Inject S3ObjectStore objects;

  @ConfigProperty(name = "kafka.bootstrap.servers")
  String kafka;

  @Test
  void acceptedBuildIsStoredWrittenDownAndAnnounced() throws Exception {
    String location =
        given()
            .body(Archives.tar().file("Dockerfile", SIMPLE).file("a/b.txt", "hello").bytes())
            .contentType("application/x-tar")
            .header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
            .post(
                "/v1/builds?tag=localhost:5000/app&tag=app:2&platform=linux/amd64,linux/aarch64"
                    + "&build-arg=A=1&build-arg=B=x=y&label=who=me&no-cache=true&project=p-1"
                    + "&cache-scope=pr-17")
            .then()
            .statusCode(201)
            .body("state", equalTo("QUEUED"))
            .body("project", equalTo("p-1"))
            .body("tags", equalTo(List.of("localhost:5000/app:latest", "docker.io/library/app:2")))
            .body("jobs", hasSize(0))
            .extract()
            .header("Location");
    UUID id = UUID.fromString(location.substring(location.lastIndexOf('/') + 1));

    given()
        .get(location)
        .then()
        .statusCode(200)
        .body("id", equalTo(id.toString()))
        .body("cacheScope", equalTo("pr-17"));

    try (Connection connection = database.getConnection();
        var select =
            connection.prepareStatement("select * from api.submission_published where id = ?")) {
      select.setObject(1, id);
      ResultSet row = select.executeQuery();
      assertThat(row.next()).isTrue();
      assertThat(row.getString("platforms")).isEqualTo("[\"linux/amd64\", \"linux/arm64\"]");
      assertThat(row.getString("build_args")).isEqualTo("{\"A\": \"1\", \"B\": \"x=y\"}");
      assertThat(row.getString("labels")).isEqualTo("{\"who\": \"me\"}");
      assertThat(row.getBoolean("no_cache")).isTrue();
      assertThat(row.getString("dockerfile")).isEqualTo("Dockerfile");
      assertThat(row.getString("target")).isNull();
      assertThat(row.getString("cache_scope")).isEqualTo("pr-17");
      assertThat(row.getString("traceparent")).contains("0af7651916cd43dd8448eb211c80319c");
      var context = contexts.open(row.getObject("context_id", UUID.class));
      var entry = context.index().find(new ImagePath("a/b.txt")).orElseThrow();
      try (InputStream in = context.open(entry)) {
        assertThat(in.readAllBytes()).asString(StandardCharsets.UTF_8).isEqualTo("hello");
      }
    }
    assertThat(announcementOf(id)).isInstanceOf(SubmissionMessage.Accepted.class);
  }

  @Test
  void compressionIsToldByTheBytesWhateverTheMediaType() {
    byte[] plain = Archives.dockerfile(SIMPLE);
    accepted(post("?tag=a", plain, "text/plain"));
    accepted(post("?tag=a", Archives.gzip(plain), "application/octet-stream"));
    accepted(post("?tag=a", Zstd.compress(plain), "application/json"));
  }

  @Test
  void dockerfileElsewhereAndBehindALink() {
    accepted(
        post(
            "?tag=a&file=./deploy/app.dockerfile&target=BASE",
            Archives.tar()
                .file("real/one", "FROM scratch AS base\nFROM base\n")
                .symlink("deploy/app.dockerfile", "../real/one")
                .bytes()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ?platform=linux/amd64 | tag | missing-parameter | at least one name
          ?tag=UPPER | tag | invalid-parameter | UPPER
          ?tag=a&tag=docker.io/library/a:latest | tag | invalid-parameter | twice
          ?tag=a@sha256:0000000000000000000000000000000000000000000000000000000000000000 | tag | invalid-parameter | digest
          ?tag=a&platform=linux | platform | invalid-parameter | os/arch
          ?tag=a&platform=linux/amd64,linux/x86_64 | platform | invalid-parameter | twice
          ?tag=a&platform=linux/amd64, | platform | invalid-parameter | no platform
          ?tag=a&platform=windows/amd64 | platform | invalid-parameter | linux only
          ?tag=a&file=../x | file | invalid-parameter | inside the context
          ?tag=a&file=/etc/passwd | file | invalid-parameter | inside the context
          ?tag=a&file=a&file=b | file | invalid-parameter | 2 times
          ?tag=a&build-arg=NOEQUALS | build-arg | invalid-parameter | KEY=VALUE
          ?tag=a&build-arg=1A=x | build-arg | invalid-parameter | KEY=VALUE
          ?tag=a&label==x | label | invalid-parameter | KEY=VALUE
          ?tag=a&no-cache=maybe | no-cache | invalid-parameter | true or false
          ?tag=a&project=../up | project | invalid-parameter | letters
          ?tag=a&cache-scope=pr/17 | cache-scope | invalid-parameter | letters
          ?tag=a&cache-scope=a@b | cache-scope | invalid-parameter | letters
          ?tag=a&target=%00 | target | invalid-parameter | NUL
          ?tag=a&plattform=linux/amd64 | plattform | unknown-parameter | did you mean "platform"?
          ?tag=a&zzzzzzzzz=1 | zzzzzzzzz | unknown-parameter | known are tag
          """)
  void wrongParameterIsNamed(String query, String parameter, String code, String detail) {
    problem(post(query, Archives.dockerfile(SIMPLE)), 400, code)
        .body("parameter", equalTo(parameter))
        .body("detail", containsString(detail));
  }

  @Test
  void syntaxErrorNamesThePlaceAndLeavesNothingBehind() throws Exception {
    long submissions = submissions();
    List<ObjectInfo> stored = stored();

    problem(
            post("?tag=a", Archives.dockerfile("FROM scratch\nCOPPY a b\nRUN x\n")),
            422,
            "dockerfile-unknown-instruction")
        .body("file", equalTo("Dockerfile"))
        .body("line", equalTo(2))
        .body("column", equalTo(1))
        .body("excerpt", containsString(">>> COPPY a b"))
        .body("detail", containsString("COPY"));

    assertThat(submissions()).isEqualTo(submissions);
    assertThat(stored()).isEqualTo(stored);
  }

  @Test
  void missingDockerfileNamesThePathAndWhatIsThere() {
    problem(
            post(
                "?tag=a&file=deploy/Dockerfile",
                Archives.tar()
                    .file("Dockerfile.dev", SIMPLE)
                    .file("deploy/dockerfile", SIMPLE)
                    .file("x", "")
                    .bytes()),
            422,
            "dockerfile-missing")
        .body("parameter", equalTo("file"))
        .body("detail", containsString("deploy/Dockerfile"))
        .body("candidates[0]", equalTo("deploy/dockerfile"));
  }

  @Test
  void unknownTargetNamesTheStages() {
    problem(
            post(
                "?tag=a&target=biuld",
                Archives.dockerfile("FROM scratch AS build\nFROM scratch AS run\n")),
            422,
            "unknown-target")
        .body("detail", containsString("did you mean \"build\"?"));
  }

  @Test
  void bodiesThatAreNoContext() throws Exception {
    List<ObjectInfo> stored = stored();
    problem(post("?tag=a", new byte[0]), 400, "empty-body");
    byte[] packed = Archives.gzip(Archives.dockerfile(SIMPLE));
    problem(post("?tag=a", Arrays.copyOf(packed, packed.length - 12)), 422, "context-truncated");
    post(
            "?tag=a",
            "<!doctype html><html><body>Sign in</body></html>".getBytes(StandardCharsets.UTF_8))
        .statusCode(422)
        .contentType("application/problem+json")
        .body("code", containsString("context-"));
    assertThat(stored()).isEqualTo(stored);
  }

  @Test
  void aLoneDockerfileHasAnEmptyContext() throws Exception {
    UUID id = idOf(post("?tag=a", "# syntax=docker/dockerfile:1\n".concat(SIMPLE).getBytes(UTF_8)));
    assertThat(optionsOf(id)).contains("\"dockerfileBeside\": true");
    try (Connection connection = database.getConnection();
        var select =
            connection.prepareStatement(
                "select context_id from api.submission_published where id = ?")) {
      select.setObject(1, id);
      ResultSet row = select.executeQuery();
      assertThat(row.next()).isTrue();
      var index = contexts.open(row.getObject("context_id", UUID.class)).index();
      assertThat(index.entries())
          .extracting(entry -> entry.path().value())
          .containsExactly("Dockerfile");
    }
    problem(
            post("?tag=a", "FROM scratch\nNONSENSE\n".getBytes(UTF_8)),
            422,
            "dockerfile-unknown-instruction")
        .body("line", is(2));
  }

  @Test
  void aContextElsewhereNeedsNoBody() throws Exception {
    String address = "https%3A%2F%2Fgit.example%2Fapp.git%23main%3Asub";
    UUID id = idOf(post("?tag=a&context=" + address, new byte[0]));
    assertThat(optionsOf(id))
        .contains("\"remoteContext\": \"https://git.example/app.git#main:sub\"");
    // A Dockerfile that is sent along is looked at.
    idOf(post("?tag=a&context=" + address, SIMPLE.getBytes(UTF_8)));
    problem(
        post("?tag=a&context=" + address, "FROM scratch\nNONSENSE\n".getBytes(UTF_8)),
        422,
        "dockerfile-unknown-instruction");
    problem(post("?tag=a&context=folder", new byte[0]), 400, "invalid-parameter")
        .body("detail", containsString("no address"));
    problem(
            post("?tag=a&context=https%3A%2F%2Fgit.example%2Fapp.git%3Fwhat%3D1", new byte[0]),
            400,
            "invalid-parameter")
        .body("detail", containsString("unexpected query"));
  }

  @Test
  void namedContextsTravelWithTheBuild() throws Exception {
    byte[] body = Archives.tar().file("Dockerfile", SIMPLE).file("other/x", "x").bytes();
    UUID id =
        idOf(
            post(
                "?tag=a&build-context=lib%3Dlocal%3Aother"
                    + "&build-context=base%3Ddocker-image%3A%2F%2Fdebian%3A12",
                body));
    assertThat(optionsOf(id))
        .contains("\"lib\": \"local:other\"")
        .contains("\"base\": \"docker-image://debian:12\"");
    for (String wrong :
        List.of("lib", "lib%3Dfolder", "lib%3Dlocal%3A.", "lib%3Ddocker-image%3A%2F%2FUP%20PER")) {
      problem(post("?tag=a&build-context=" + wrong, body), 400, "invalid-parameter");
    }
  }

  private static UUID idOf(ValidatableResponse response) {
    String location = response.statusCode(201).extract().header("Location");
    return UUID.fromString(location.substring(location.lastIndexOf('/') + 1));
  }

  private String optionsOf(UUID id) throws Exception {
    try (Connection connection = database.getConnection();
        var select =
            connection.prepareStatement("select options from api.submission where id = ?")) {
      select.setObject(1, id);
      ResultSet row = select.executeQuery();
      assertThat(row.next()).isTrue();
      return row.getString(1);
    }
  }

  @ParameterizedTest
  @CsvSource({"../../etc/cron.d/x", "a/../../x", "/etc/passwd"})
  void pathsOutOfTheContextAreRefused(String name) throws Exception {
    List<ObjectInfo> stored = stored();
    post("?tag=a", Archives.tar().file("Dockerfile", SIMPLE).file("a/../x", "").bytes())
        .statusCode(422);
    post(
            "?tag=a",
            Archives.tar().file("Dockerfile", SIMPLE).special("null", TarConstants.LF_CHR).bytes())
        .statusCode(422)
        .body("code", is("context-device"));
    byte[] raw =
        Archives.tar().file("Dockerfile", SIMPLE).file("x".repeat(name.length()), "evil").bytes();
    post("?tag=a", renamed(raw, "x".repeat(name.length()), name))
        .statusCode(422)
        .body("code", containsString("context-path-"))
        .body("detail", containsString(name));
    assertThat(stored()).isEqualTo(stored);
  }

  @Test
  void fileBelowALinkIsRefused() {
    post(
            "?tag=a",
            Archives.tar()
                .file("Dockerfile", SIMPLE)
                .symlink("out", "/etc")
                .file("out/passwd", "root::0:0")
                .bytes())
        .statusCode(422)
        .body("code", is("context-path-through-link"));
  }

  /** Puts a name into a tar that the library would clean up, with the checksum made right. */
  private static byte[] renamed(byte[] tar, String from, String to) {
    byte[] name = from.getBytes(StandardCharsets.US_ASCII);
    for (int block = 0; block + 512 <= tar.length; block += 512) {
      if (Arrays.equals(
          tar,
          block,
          block + name.length + 1,
          Arrays.copyOf(name, name.length + 1),
          0,
          name.length + 1)) {
        System.arraycopy(to.getBytes(StandardCharsets.US_ASCII), 0, tar, block, to.length());
        Arrays.fill(tar, block + 148, block + 156, (byte) ' ');
        int sum = 0;
        for (int i = block; i < block + 512; i++) {
          sum += tar[i] & 0xff;
        }
        byte[] checksum = "%06o\0 ".formatted(sum).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(checksum, 0, tar, block + 148, 8);
        return tar;
      }
    }
    throw new AssertionError("no entry " + from);
  }

  private static ValidatableResponse post(String query, byte[] body) {
    return post(query, body, "application/x-tar");
  }

  private static ValidatableResponse post(String query, byte[] body, String type) {
    return given()
        .urlEncodingEnabled(false)
        .header("Content-Type", type)
        .body(body)
        .post("/v1/builds" + query)
        .then();
  }

  private static void accepted(ValidatableResponse response) {
    response.statusCode(201).header("Location", containsString("/v1/builds/"));
  }

  private static ValidatableResponse problem(
      ValidatableResponse response, int status, String code) {
    return response
        .statusCode(status)
        .contentType("application/problem+json")
        .body("status", equalTo(status))
        .body("code", equalTo(code))
        .body("type", endsWith(":" + code));
  }

  private long submissions() throws Exception {
    try (Connection connection = database.getConnection();
        var rows =
            connection.createStatement().executeQuery("select count(*) from api.submission")) {
      rows.next();
      return rows.getLong(1);
    }
  }

  private List<ObjectInfo> stored() throws Exception {
    return objects.list("contexts/", Optional.empty(), 1000).objects();
  }

  private SubmissionMessage announcementOf(UUID id) throws Exception {
    try (var consumer =
        new KafkaConsumer<>(
            Map.<String, Object>of("bootstrap.servers", kafka),
            new StringDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(Topics.SUBMISSIONS).stream()
              .map(p -> new TopicPartition(p.topic(), p.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
      while (System.nanoTime() < deadline) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(200))) {
          if (record.key().equals(id.toString())) {
            return Json.read(record.value(), SubmissionMessage.class);
          }
        }
      }
      throw new AssertionError("the scheduler was not told of " + id);
    }
  }
}
