package dev.brickyard.engine.dockerfile;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the JSON form of an instruction's arguments. */
final class JsonForm {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private JsonForm() {}

  /**
   * The array's texts, or empty when it is no JSON array and so means the other form.
   *
   * @throws DockerfileException for an array of anything but texts
   */
  static Optional<List<String>> parse(LogicalLine.Slice rest, Problems problems)
      throws DockerfileException {
    if (!rest.text().startsWith("[")) {
      return Optional.empty();
    }
    JsonNode array;
    try {
      array = MAPPER.readTree(rest.text());
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
    List<String> texts = new ArrayList<>();
    for (JsonNode element : array) {
      if (!element.isTextual()) {
        throw problems.syntax(
            "when using JSON array syntax, arrays must be comprised of strings only", rest.range());
      }
      texts.add(element.textValue());
    }
    return Optional.of(texts);
  }
}
