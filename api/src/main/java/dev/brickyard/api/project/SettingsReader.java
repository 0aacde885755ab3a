package dev.brickyard.api.project;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.brickyard.api.problem.Problem;
import dev.brickyard.api.problem.ProblemException;
import dev.brickyard.api.problem.Suggestions;
import dev.brickyard.contracts.ProjectSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads settings strictly: every problem names the field. */
final class SettingsReader {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  private static final Duration LONGEST = Duration.ofDays(36_500);
  private static final int MOST_BUILDS = 1_000_000;

  private SettingsReader() {}

  static ProjectSettings read(byte[] body) {
    JsonNode root;
    try {
      root = JSON.readTree(body);
    } catch (JsonProcessingException e) {
      throw invalid("", "the body is no JSON");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (root == null || !root.isObject()) {
      throw invalid("", "the body must be a JSON object");
    }
    known(root, "", List.of("retention", "cacheMounts"));
    JsonNode retention = object(root, "retention");
    JsonNode mounts = object(root, "cacheMounts");
    ProjectSettings.Retention kept = null;
    if (retention != null) {
      known(retention, "retention.", List.of("maxAge", "maxBytes", "keepLast"));
      Long builds = whole(retention, "retention.", "keepLast", MOST_BUILDS);
      kept =
          new ProjectSettings.Retention(
              age(retention),
              whole(retention, "retention.", "maxBytes", Long.MAX_VALUE),
              builds == null ? null : Math.toIntExact(builds));
    }
    ProjectSettings.CacheMounts saved = null;
    if (mounts != null) {
      known(mounts, "cacheMounts.", List.of("saved", "maxBytes"));
      saved =
          new ProjectSettings.CacheMounts(
              truth(mounts), whole(mounts, "cacheMounts.", "maxBytes", Long.MAX_VALUE));
    }
    return new ProjectSettings(kept, saved);
  }

  private static void known(JsonNode object, String path, List<String> names) {
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      if (!names.contains(field.getKey())) {
        List<String> near = Suggestions.near(field.getKey(), names);
        throw new ProblemException(
            invalid(
                    path + Suggestions.printable(field.getKey()),
                    "there is no such setting; known are " + String.join(", ", names))
                .problem()
                .suggesting(near.isEmpty() ? names : near));
      }
    }
  }

  private static @Nullable JsonNode object(JsonNode root, String name) {
    JsonNode node = root.path(name);
    if (node.isMissingNode() || node.isNull()) {
      return null;
    }
    if (!node.isObject()) {
      throw invalid(name, "it must be an object");
    }
    return node;
  }

  private static @Nullable Duration age(JsonNode retention) {
    JsonNode node = retention.path("maxAge");
    if (node.isMissingNode() || node.isNull()) {
      return null;
    }
    try {
      Duration age = node.isTextual() ? Duration.parse(node.asText()) : null;
      if (age != null && !age.isNegative() && age.compareTo(LONGEST) <= 0) {
        return age;
      }
    } catch (DateTimeException e) {
      // Told below.
    }
    throw invalid(
        "retention.maxAge",
        "it must be a period as ISO 8601 has it, from PT0S to P36500D, such as \"P30D\" or"
            + " \"PT12H\"");
  }

  private static @Nullable Long whole(JsonNode object, String path, String name, long most) {
    JsonNode node = object.path(name);
    if (node.isMissingNode() || node.isNull()) {
      return null;
    }
    if (!node.isIntegralNumber()
        || !node.canConvertToLong()
        || node.asLong() < 0
        || node.asLong() > most) {
      throw invalid(path + name, "it must be a whole number from 0 to " + most);
    }
    return node.asLong();
  }

  private static @Nullable Boolean truth(JsonNode mounts) {
    JsonNode node = mounts.path("saved");
    if (node.isMissingNode() || node.isNull()) {
      return null;
    }
    if (!node.isBoolean()) {
      throw invalid("cacheMounts.saved", "it must be true or false");
    }
    return node.asBoolean();
  }

  private static ProblemException invalid(String field, String why) {
    Problem problem =
        Problem.of(
            422,
            "invalid-settings",
            "The settings cannot be taken",
            field.isEmpty() ? why : field + ": " + why);
    return new ProblemException(field.isEmpty() ? problem : problem.blaming(field));
  }
}
