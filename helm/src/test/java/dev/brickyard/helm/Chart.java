package dev.brickyard.helm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/** The chart, and the values of an installation. */
final class Chart {
  static final Path SOURCE = Path.of("brickyard");
  static final String RELEASE = "farm";
  static final String NAMESPACE = "builds";

  /** The oldest that the chart says it is for. */
  private static final String KUBERNETES = "1.30.0";

  private static final String HOOK = "helm.sh/hook:";
  private static final String NOT_A_HOOK = "helm.sh/hook-as-object:";

  private static final YAMLMapper YAML = new YAMLMapper();

  private final Path values;
  private final Path folder;

  private Chart(Path values, Path folder) {
    this.values = values;
    this.folder = folder;
  }

  /**
   * @param values a file as for {@code helm install --values}
   * @param folder one to work in
   */
  static Chart with(Path values, Path folder) {
    return new Chart(values, folder);
  }

  /**
   * @param values as YAML
   * @param folder one to work in
   */
  static Chart with(String values, Path folder) throws IOException {
    return with(Files.writeString(folder.resolve("values.yaml"), values), folder);
  }

  /**
   * What {@code helm template} prints. The library leaves hooks out: in the copy that it renders,
   * they go by another name.
   *
   * @throws RuntimeException with Helm's words, when it refuses
   */
  String render() throws IOException {
    Path copy = copy();
    try (Stream<Path> files = Files.walk(copy.resolve("templates"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.writeString(file, Files.readString(file).replace(HOOK, NOT_A_HOOK));
      }
    }
    return new Helm(copy)
        .template()
        .withName(RELEASE)
        .withNamespace(NAMESPACE)
        .withKubeVersion(KUBERNETES)
        .withValuesFile(values)
        .call()
        .replace(NOT_A_HOOK, HOOK);
  }

  private Path copy() throws IOException {
    Path copy = Files.createTempDirectory(folder, "chart").resolve("brickyard");
    try (Stream<Path> files = Files.walk(SOURCE)) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(SOURCE.relativize(file).toString()));
      }
    }
    return copy;
  }

  /**
   * What {@code helm lint --strict} says. The library's takes no values: a copy of the chart is
   * looked at, whose own values are what Helm would make of both.
   */
  LintResult lint() throws IOException {
    Path copy = copy();
    Path own = copy.resolve("values.yaml");
    ObjectNode merged = (ObjectNode) YAML.readTree(Files.readString(own));
    if (YAML.readTree(Files.readString(values)) instanceof ObjectNode given) {
      merge(merged, given);
    }
    Files.writeString(own, YAML.writeValueAsString(merged));
    return new Helm(copy).lint().strict().call();
  }

  private static void merge(ObjectNode into, ObjectNode from) {
    for (Map.Entry<String, JsonNode> field : from.properties()) {
      JsonNode there = into.get(field.getKey());
      if (field.getValue().isNull()) {
        into.remove(field.getKey());
      } else if (there instanceof ObjectNode map && field.getValue() instanceof ObjectNode more) {
        merge(map, more);
      } else {
        into.set(field.getKey(), field.getValue());
      }
    }
  }
}
