package dev.brickyard.engine.image;

import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads image documents leniently and writes them byte for byte as Go's {@code encoding/json}. */
final class ImageJson {
  private static final int MAX_DEPTH = 64;

  private static final ObjectMapper MAPPER =
      JsonMapper.builder(
              new JsonFactoryBuilder()
                  .characterEscapes(new GoEscapes())
                  .disable(JsonWriteFeature.WRITE_HEX_UPPER_CASE)
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
                  .build())
          .build();

  /** Go's {@code time.RFC3339Nano} in UTC: no trailing zeros in the fraction. */
  private static final DateTimeFormatter GO_TIME =
      new DateTimeFormatterBuilder()
          .appendPattern("uuuu-MM-dd'T'HH:mm:ss")
          .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
          .appendLiteral('Z')
          .toFormatter()
          .withZone(ZoneOffset.UTC);

  private ImageJson() {}

  /** Writes one JSON object's fields. */
  @FunctionalInterface
  interface Fields {
    void write(JsonGenerator json) throws IOException;
  }

  static byte[] object(Fields fields) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(2048);
    try (JsonGenerator json = MAPPER.getFactory().createGenerator(bytes)) {
      json.writeStartObject();
      fields.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot fail", e);
    }
    return bytes.toByteArray();
  }

  static JsonNode readObject(byte[] json, String what) {
    JsonNode root;
    try {
      root = MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "the " + what + " is not JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot fail", e);
    }
    if (root == null || !root.isObject()) {
      throw new IllegalArgumentException("the " + what + " is no JSON object");
    }
    return root;
  }

  static void text(JsonGenerator json, String name, String value) throws IOException {
    if (!value.isEmpty()) {
      json.writeStringField(name, value);
    }
  }

  static void time(JsonGenerator json, String name, Optional<Instant> value) throws IOException {
    if (value.isPresent()) {
      json.writeStringField(name, GO_TIME.format(value.get()));
    }
  }

  static void texts(JsonGenerator json, String name, List<String> values) throws IOException {
    if (!values.isEmpty()) {
      json.writeArrayFieldStart(name);
      for (String value : values) {
        json.writeString(value);
      }
      json.writeEndArray();
    }
  }

  static void map(JsonGenerator json, String name, Map<String, String> values) throws IOException {
    if (!values.isEmpty()) {
      json.writeObjectFieldStart(name);
      for (Map.Entry<String, String> entry : new TreeMap<>(values).entrySet()) {
        json.writeStringField(entry.getKey(), entry.getValue());
      }
      json.writeEndObject();
    }
  }

  /** Go's order for a descriptor: type, digest, size, annotations, platform. */
  static void descriptor(JsonGenerator json, Descriptor value) throws IOException {
    json.writeStartObject();
    json.writeStringField("mediaType", value.mediaType());
    json.writeStringField("digest", value.digest().toString());
    json.writeNumberField("size", value.size());
    map(json, "annotations", value.annotations());
    if (value.platform().isPresent()) {
      Platform platform = value.platform().get();
      json.writeObjectFieldStart("platform");
      json.writeStringField("architecture", platform.architecture());
      json.writeStringField("os", platform.os());
      text(json, "variant", platform.variant().orElse(""));
      json.writeEndObject();
    }
    json.writeEndObject();
  }

  /** The text of a field; empty when it is missing, null, or no text. */
  static String text(JsonNode object, String name) {
    JsonNode value = object.get(name);
    return value == null || !value.isTextual() ? "" : value.textValue();
  }

  static List<String> texts(JsonNode object, String name) {
    JsonNode value = object.get(name);
    List<String> texts = new ArrayList<>();
    if (value != null && value.isArray()) {
      value.forEach(element -> texts.add(element.asText("")));
    } else if (value != null && value.isTextual()) {
      // Old Docker versions wrote a command as one text.
      texts.add(value.textValue());
    }
    return texts;
  }

  static SortedMap<String, String> map(JsonNode object, String name) {
    SortedMap<String, String> map = new TreeMap<>();
    JsonNode value = object.get(name);
    if (value != null && value.isObject()) {
      value.properties().forEach(entry -> map.put(entry.getKey(), entry.getValue().asText("")));
    }
    return map;
  }

  /** The instant of a field; empty when it is missing or no time of RFC 3339. */
  static Optional<Instant> time(JsonNode object, String name) {
    String text = text(object, name);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(OffsetDateTime.parse(text).toInstant());
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  static Descriptor readDescriptor(@Nullable JsonNode node, String what) {
    if (node == null || !node.isObject()) {
      throw new IllegalArgumentException(what + " is missing");
    }
    JsonNode size = node.get("size");
    if (size == null || !size.canConvertToLong() || !size.isIntegralNumber()) {
      throw new IllegalArgumentException(what + " has no size");
    }
    return new Descriptor(
        text(node, "mediaType"),
        Digest.parse(text(node, "digest")),
        size.longValue(),
        readPlatform(node.get("platform")),
        map(node, "annotations"));
  }

  /** The platform an object names; empty when it names none, or one that cannot be. */
  static Optional<Platform> readPlatform(@Nullable JsonNode node) {
    if (node == null || !node.isObject()) {
      return Optional.empty();
    }
    String variant = text(node, "variant");
    try {
      return Optional.of(
          new Platform(
              text(node, "os"),
              text(node, "architecture"),
              variant.isEmpty() ? Optional.empty() : Optional.of(variant)));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Go escapes what HTML gives a meaning to, and the two line separators of Unicode. */
  private static final class GoEscapes extends CharacterEscapes {
    private static final long serialVersionUID = 1L;
    private static final String ALWAYS = "<>&\u2028\u2029";

    @Override
    public int[] getEscapeCodesForAscii() {
      int[] codes = standardAsciiEscapesForJSON();
      ALWAYS
          .chars()
          .filter(c -> c < codes.length)
          .forEach(c -> codes[c] = CharacterEscapes.ESCAPE_CUSTOM);
      return codes;
    }

    @Override
    public @Nullable SerializableString getEscapeSequence(int character) {
      return ALWAYS.indexOf(character) < 0
          ? null
          : new SerializedString("\\u%04x".formatted(character));
    }
  }
}
