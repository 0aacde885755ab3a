package dev.brickyard.engine.export;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.brickyard.engine.StepId;
import dev.brickyard.engine.StepPlan;
import dev.brickyard.engine.export.Provenance.Mode;
import dev.brickyard.engine.export.Provenance.Version;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.image.Platform;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What provenance tells, and what it does not. */
class ProvenanceStatementTest {
  private static final Digest MANIFEST = Digest.of("a manifest");
  private static final Digest BASE = Digest.of("a base image");
  private static final Digest CONTEXT = Digest.of("a context");
  private static final Instant STARTED = Instant.parse("2026-11-29T10:00:00.123456Z");

  private static BuildFacts facts(Optional<Instant> epoch) {
    return new BuildFacts(
        "Dockerfile",
        "FROM debian:12\nARG NPM_TOKEN\nARG VERSION\nRUN use hunter22-secret\n",
        Platform.LINUX_ARM64,
        Platform.LINUX_AMD64,
        Map.of(
            "NPM_TOKEN", "hunter22-secret",
            "VERSION", "1.2",
            "PUBLIC_KEY", "ssh-ed25519 AAAA",
            "HTTP_PROXY", "http://user:letmein@proxy:3128/"),
        Map.of("team", "bricks"),
        Optional.of("final"),
        false,
        CONTEXT,
        List.of(
            new BuildFacts.Image(
                new ImageReference(
                    "docker.io", "library/debian", Optional.of("12"), Optional.of(BASE)),
                Platform.LINUX_ARM64)),
        Map.of("netrc", true, "npm", false),
        Map.of("default", false),
        List.of(new StepPlan(new StepId("s1"), "[2/2] RUN use hunter22-secret", 4, List.of())),
        STARTED,
        STARTED.plusSeconds(3),
        epoch);
  }

  private static JsonNode statement(Mode mode, Version version) throws IOException {
    return statement(mode, version, Optional.empty());
  }

  private static JsonNode statement(Mode mode, Version version, Optional<Instant> epoch)
      throws IOException {
    byte[] json =
        new ProvenanceStatement(new Provenance(mode, version, Optional.empty()), facts(epoch))
            .aboutImage(
                MANIFEST, List.of(ImageReference.parse("registry.example:5000/team/app:1")));
    assertThat(new String(json, StandardCharsets.UTF_8))
        .doesNotContain("hunter22")
        .doesNotContain("letmein");
    return new JsonMapper().readTree(json);
  }

  @Test
  void theSubjectIsTheImage() throws Exception {
    JsonNode statement = statement(Mode.MIN, Version.V0_2);
    assertThat(statement.get("_type").asText()).isEqualTo("https://in-toto.io/Statement/v0.1");
    assertThat(statement.get("predicateType").asText())
        .isEqualTo("https://slsa.dev/provenance/v0.2");
    JsonNode subject = statement.get("subject").get(0);
    assertThat(subject.get("name").asText())
        .isEqualTo("pkg:docker/registry.example:5000/team/app@1?platform=linux%2Farm64");
    assertThat(subject.get("digest").get("sha256").asText()).isEqualTo(MANIFEST.hex());
  }

  @Test
  void minTellsMaterialsButNoArguments() throws Exception {
    JsonNode predicate = statement(Mode.MIN, Version.V0_2).get("predicate");
    JsonNode material = predicate.get("materials").get(0);
    assertThat(material.get("uri").asText())
        .isEqualTo("pkg:docker/debian@12?platform=linux%2Farm64");
    assertThat(material.get("digest").get("sha256").asText()).isEqualTo(BASE.hex());
    JsonNode invocation = predicate.get("invocation");
    assertThat(invocation.get("configSource").get("entryPoint").asText()).isEqualTo("Dockerfile");
    assertThat(invocation.get("configSource").get("digest").get("sha256").asText())
        .isEqualTo(CONTEXT.hex());
    assertThat(invocation.get("parameters").get("args").toString())
        .isEqualTo("{\"target\":\"final\"}");
    assertThat(invocation.get("parameters").has("secrets")).isFalse();
    assertThat(invocation.get("environment").get("platform").asText()).isEqualTo("linux/amd64");
    assertThat(predicate.has("buildConfig")).isFalse();
    assertThat(predicate.get("metadata").get("completeness").get("parameters").asBoolean())
        .isFalse();
    assertThat(predicate.get("metadata").get("buildStartedOn").asText())
        .isEqualTo("2026-11-29T10:00:00.123Z");
  }

  @Test
  void maxTellsArgumentsWithoutSecrets() throws Exception {
    JsonNode predicate = statement(Mode.MAX, Version.V0_2).get("predicate");
    JsonNode parameters = predicate.get("invocation").get("parameters");
    assertThat(parameters.get("args").toString())
        .isEqualTo(
            "{\"build-arg:HTTP_PROXY\":\"http://***@proxy:3128/\","
                + "\"build-arg:NPM_TOKEN\":\"***\","
                + "\"build-arg:PUBLIC_KEY\":\"ssh-ed25519 AAAA\","
                + "\"build-arg:VERSION\":\"1.2\","
                + "\"label:team\":\"bricks\",\"target\":\"final\"}");
    assertThat(parameters.get("secrets").toString())
        .isEqualTo("[{\"id\":\"netrc\",\"optional\":true},{\"id\":\"npm\"}]");
    assertThat(parameters.get("ssh").toString()).isEqualTo("[{\"id\":\"default\"}]");
    assertThat(predicate.get("buildConfig").get("steps").get(0).get("name").asText())
        .isEqualTo("[2/2] RUN use ***");
    String source =
        predicate
            .get("metadata")
            .get("https://mobyproject.org/buildkit@v1#metadata")
            .get("source")
            .get("infos")
            .get(0)
            .get("data")
            .asText();
    assertThat(new String(Base64.getDecoder().decode(source), StandardCharsets.UTF_8))
        .isEqualTo("FROM debian:12\nARG NPM_TOKEN\nARG VERSION\nRUN use ***\n");
  }

  @Test
  void theNewerSchemaTellsTheSame() throws Exception {
    JsonNode statement = statement(Mode.MAX, Version.V1);
    assertThat(statement.get("predicateType").asText()).isEqualTo("https://slsa.dev/provenance/v1");
    JsonNode definition = statement.get("predicate").get("buildDefinition");
    assertThat(definition.get("externalParameters").get("request").get("args").toString())
        .contains("\"build-arg:VERSION\":\"1.2\"");
    assertThat(definition.get("resolvedDependencies").get(0).get("uri").asText())
        .startsWith("pkg:docker/debian@12");
    assertThat(statement.get("predicate").get("runDetails").get("builder").get("id").asText())
        .isEqualTo("urn:brickyard:farm");
  }

  @Test
  void withAnEpochItIsReproducible() throws Exception {
    JsonNode metadata =
        statement(Mode.MIN, Version.V0_2, Optional.of(Instant.ofEpochSecond(7)))
            .get("predicate")
            .get("metadata");
    assertThat(metadata.get("buildStartedOn").asText()).isEqualTo("1970-01-01T00:00:07Z");
    assertThat(metadata.get("buildFinishedOn").asText()).isEqualTo("1970-01-01T00:00:07Z");
  }

  @Test
  void namesOfSecretsAreThoseOfBuildKitsCheck() {
    assertThat(
            List.of("API_KEY", "npm_token", "PASSWORD", "db_passwd", "AUTH", "MY_CREDENTIALS_FILE"))
        .allMatch(Redaction::isSecret);
    assertThat(List.of("KEYBOARD", "PUBLIC_KEY", "AUTHOR", "TOKENIZER", "VERSION"))
        .noneMatch(Redaction::isSecret);
  }
}
