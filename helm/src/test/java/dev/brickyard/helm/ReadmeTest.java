package dev.brickyard.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What can be said to the chart is written down, and nothing else can be said. */
class ReadmeTest {
  private static JsonNode values() throws IOException {
    return KubernetesReader.documents(Files.readString(Chart.SOURCE.resolve("values.yaml")))
        .getFirst();
  }

  private static JsonNode schema() throws IOException {
    return new ObjectMapper()
        .readTree(Files.readString(Chart.SOURCE.resolve("values.schema.json")));
  }

  @Test
  void everyValueIsExplained() throws IOException {
    String readme = Files.readString(Chart.SOURCE.resolve("README.md"));
    Set<String> names = new TreeSet<>();
    collect(values(), names);
    assertThat(names)
        .hasSizeGreaterThan(60)
        .allSatisfy(name -> assertThat(readme).containsPattern("\\b" + name + "\\b"));
  }

  /** Names of secrets' keys and of a pod's resources explain themselves. */
  private static void collect(JsonNode values, Set<String> names) {
    values
        .properties()
        .forEach(
            field -> {
              String name = field.getKey();
              if (!name.endsWith("Key") && !name.equals("resources")) {
                names.add(name);
                collect(field.getValue(), names);
              }
            });
  }

  @Test
  void theSchemaKnowsEveryValueAndNoMapTakesOthers() throws IOException {
    JsonNode schema = schema();
    check(values(), schema, schema, "");
  }

  private static void check(JsonNode value, JsonNode type, JsonNode root, String path) {
    JsonNode resolved = type.has("$ref") ? root.at(type.get("$ref").asText().substring(1)) : type;
    if (!value.isObject() || !resolved.has("properties")) {
      return;
    }
    assertThat(resolved.path("additionalProperties").isBoolean()).as(path).isTrue();
    assertThat(resolved.path("additionalProperties").asBoolean()).as(path).isFalse();
    value
        .properties()
        .forEach(
            field -> {
              String inner = path + "." + field.getKey();
              JsonNode next = resolved.get("properties").path(field.getKey());
              assertThat(next.isMissingNode()).as(inner).isFalse();
              check(field.getValue(), next, root, inner);
            });
  }

  @Test
  void everyFileTheDocumentationNamesIsThere() throws IOException {
    Path docs = Path.of("../docs");
    var links =
        Pattern.compile("\\]\\((\\.\\./[^)]+)\\)")
            .matcher(Files.readString(docs.resolve("kubernetes.md")))
            .results()
            .map(link -> link.group(1))
            .toList();
    assertThat(links)
        .isNotEmpty()
        .allSatisfy(link -> assertThat(docs.resolve(link).normalize()).exists());
  }
}
