package dev.brickyard.engine.export;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.brickyard.engine.StepId;
import dev.brickyard.engine.StepPlan;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.image.Platform;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes provenance as an in-toto statement with the predicate that BuildKit writes, in either of
 * SLSA's schemas. No value of a secret is known to it; build arguments that are secrets by their
 * name, and their values elsewhere, are redacted. With {@code SOURCE_DATE_EPOCH} it is
 * reproducible: then all its times are that one.
 */
public final class ProvenanceStatement {
  private static final String STATEMENT = "https://in-toto.io/Statement/v0.1";
  private static final String BUILD_TYPE_V0_2 = "https://mobyproject.org/buildkit@v1";
  private static final String BUILD_TYPE_V1 =
      "https://github.com/moby/buildkit/blob/master/docs/attestations/slsa-definitions.md";
  private static final String METADATA = "https://mobyproject.org/buildkit@v1#metadata";
  private static final String FARM = "urn:brickyard:farm";

  /** What SLSA suggests for a subject that has no name. */
  private static final String NAMELESS = "_";

  private static final JsonMapper JSON = new JsonMapper();

  private final Provenance asked;
  private final BuildFacts facts;
  private final Redaction redaction;

  public ProvenanceStatement(Provenance asked, BuildFacts facts) {
    this.asked = asked;
    this.facts = facts;
    this.redaction = new Redaction(facts.buildArgs());
  }

  /** Which schema the predicate follows. */
  public String predicateType() {
    return asked.version().predicateType();
  }

  /**
   * About an image.
   *
   * @param names it goes by; may be empty
   */
  public byte[] aboutImage(Digest manifest, List<ImageReference> names) {
    List<Map<String, Object>> subjects = new ArrayList<>();
    names.forEach(name -> subjects.add(subject(purl(name, facts.platform()), manifest)));
    if (subjects.isEmpty()) {
      subjects.add(subject(NAMELESS, manifest));
    }
    return about(subjects);
  }

  /**
   * About the files of a tree.
   *
   * @param files digests by path
   */
  public byte[] aboutFiles(Map<String, Digest> files) {
    List<Map<String, Object>> subjects = new ArrayList<>();
    new TreeMap<>(files).forEach((path, digest) -> subjects.add(subject(path, digest)));
    return about(subjects);
  }

  private byte[] about(List<Map<String, Object>> subjects) {
    Map<String, Object> statement = new LinkedHashMap<>();
    statement.put("_type", STATEMENT);
    statement.put("predicateType", predicateType());
    statement.put("subject", subjects);
    statement.put(
        "predicate",
        switch (asked.version()) {
          case V0_2 -> v02();
          case V1 -> v1();
        });
    try {
      return JSON.writeValueAsBytes(statement);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("maps of text cannot fail to be JSON", e);
    }
  }

  private static Map<String, Object> subject(String name, Digest digest) {
    return ordered("name", name, "digest", Map.of("sha256", digest.hex()));
  }

  private Map<String, Object> v02() {
    Map<String, Object> predicate = new LinkedHashMap<>();
    predicate.put("builder", Map.of("id", builder()));
    predicate.put("buildType", BUILD_TYPE_V0_2);
    predicate.put("materials", materials());
    predicate.put(
        "invocation",
        ordered(
            "configSource",
            ordered(
                "uri",
                contextUri(),
                "digest",
                Map.of("sha256", facts.context().hex()),
                "entryPoint",
                facts.dockerfileName()),
            "parameters",
            parameters(),
            "environment",
            Map.of("platform", facts.buildPlatform().toString())));
    if (isMax()) {
      predicate.put("buildConfig", buildConfig());
    }
    Map<String, Object> metadata = new LinkedHashMap<>();
    metadata.put("buildStartedOn", time(facts.started()));
    metadata.put("buildFinishedOn", time(facts.ended()));
    metadata.put("completeness", completeness());
    metadata.put("reproducible", false);
    if (isMax()) {
      metadata.put(METADATA, source());
    }
    predicate.put("metadata", metadata);
    return predicate;
  }

  private Map<String, Object> v1() {
    Map<String, Object> external = new LinkedHashMap<>();
    external.put(
        "configSource",
        ordered(
            "uri",
            contextUri(),
            "digest",
            Map.of("sha256", facts.context().hex()),
            "path",
            facts.dockerfileName()));
    external.put("request", parameters());
    Map<String, Object> internal = new LinkedHashMap<>();
    if (isMax()) {
      internal.put("buildConfig", buildConfig());
    }
    internal.put("builderPlatform", facts.buildPlatform().toString());
    Map<String, Object> metadata = new LinkedHashMap<>();
    metadata.put("startedOn", time(facts.started()));
    metadata.put("finishedOn", time(facts.ended()));
    if (isMax()) {
      metadata.put("buildkit_metadata", source());
    }
    metadata.put("buildkit_completeness", completeness());
    return ordered(
        "buildDefinition",
        ordered(
            "buildType",
            BUILD_TYPE_V1,
            "externalParameters",
            external,
            "internalParameters",
            internal,
            "resolvedDependencies",
            materials()),
        "runDetails",
        ordered("builder", Map.of("id", builder()), "metadata", metadata));
  }

  private boolean isMax() {
    return asked.mode() == Provenance.Mode.MAX;
  }

  private String builder() {
    return asked.builderId().orElse(FARM);
  }

  /** The context came with the request: it is known by its content alone. */
  private String contextUri() {
    return "urn:brickyard:context:" + facts.context();
  }

  private List<Map<String, Object>> materials() {
    List<Map<String, Object>> materials = new ArrayList<>();
    for (BuildFacts.Image image : facts.images()) {
      Map<String, Object> material = new LinkedHashMap<>();
      material.put("uri", purl(image.reference(), image.platform()));
      image
          .reference()
          .digest()
          .ifPresent(digest -> material.put("digest", Map.of("sha256", digest.hex())));
      if (!materials.contains(material)) {
        materials.add(material);
      }
    }
    return materials;
  }

  private Map<String, Object> parameters() {
    Map<String, String> arguments = new TreeMap<>();
    facts.target().ifPresent(target -> arguments.put("target", target));
    if (facts.noCache()) {
      arguments.put("no-cache", "");
    }
    if (isMax()) {
      redaction
          .arguments(facts.buildArgs())
          .forEach((name, value) -> arguments.put("build-arg:" + name, value));
      redaction
          .arguments(facts.labels())
          .forEach((name, value) -> arguments.put("label:" + name, value));
    }
    Map<String, Object> parameters = new LinkedHashMap<>();
    parameters.put("frontend", "dockerfile.v0");
    parameters.put("args", arguments);
    if (isMax()) {
      addIds(parameters, "secrets", facts.secrets());
      addIds(parameters, "ssh", facts.ssh());
    }
    parameters.put("locals", List.of(Map.of("name", "context"), Map.of("name", "dockerfile")));
    return parameters;
  }

  private static void addIds(
      Map<String, Object> parameters, String name, Map<String, Boolean> optional) {
    if (!optional.isEmpty()) {
      List<Map<String, Object>> ids = new ArrayList<>();
      new TreeMap<>(optional)
          .forEach(
              (id, may) -> ids.add(may ? ordered("id", id, "optional", true) : Map.of("id", id)));
      parameters.put(name, ids);
    }
  }

  /** The steps there were, which BuildKit would tell as LLB. */
  private Map<String, Object> buildConfig() {
    List<Map<String, Object>> steps = new ArrayList<>();
    for (StepPlan step : facts.steps()) {
      steps.add(
          ordered(
              "id",
              step.id().value(),
              "name",
              redaction.text(step.name()),
              "line",
              step.line(),
              "inputs",
              step.inputs().stream().map(StepId::value).toList()));
    }
    return Map.of("steps", steps);
  }

  private Map<String, Object> source() {
    String text = redaction.text(facts.dockerfile());
    return Map.of(
        "source",
        Map.of(
            "infos",
            List.of(
                ordered(
                    "filename",
                    facts.dockerfileName(),
                    "language",
                    "Dockerfile",
                    "data",
                    Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8))))));
  }

  private Map<String, Object> completeness() {
    boolean parameters =
        isMax()
            ? facts.buildArgs().keySet().stream().noneMatch(Redaction::isSecret)
            : facts.buildArgs().isEmpty() && facts.labels().isEmpty();
    return ordered("parameters", parameters, "environment", true, "materials", false);
  }

  private String time(Instant time) {
    return facts.epoch().orElse(time).truncatedTo(ChronoUnit.MILLIS).toString();
  }

  /** An image's package URL, as BuildKit writes it. */
  static String purl(ImageReference reference, Platform platform) {
    String version =
        reference.tag().or(() -> reference.digest().map(Digest::toString)).orElse("latest");
    return "pkg:docker/"
        + DockerNames.familiarName(reference)
        + "@"
        + version
        + "?platform="
        + platform.toString().replace("/", "%2F");
  }

  private static Map<String, Object> ordered(Object... namesAndValues) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      map.put((String) namesAndValues[i], namesAndValues[i + 1]);
    }
    return map;
  }
}
