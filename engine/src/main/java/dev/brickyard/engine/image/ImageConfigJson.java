package dev.brickyard.engine.image;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;

/** The JSON of {@link ImageConfig}, in the field order of Go's image specification structs. */
final class ImageConfigJson {
  private ImageConfigJson() {}

  static byte[] write(ImageConfig image) {
    return ImageJson.object(
        json -> {
          ImageJson.time(json, "created", image.created());
          ImageJson.text(json, "author", image.author());
          json.writeStringField("architecture", image.platform().architecture());
          json.writeStringField("os", image.platform().os());
          ImageJson.text(json, "variant", image.platform().variant().orElse(""));
          json.writeObjectFieldStart("config");
          writeConfig(json, image.config());
          json.writeEndObject();
          json.writeObjectFieldStart("rootfs");
          json.writeStringField("type", "layers");
          json.writeArrayFieldStart("diff_ids");
          for (Digest diffId : image.diffIds()) {
            json.writeString(diffId.toString());
          }
          json.writeEndArray();
          json.writeEndObject();
          writeHistory(json, image.history());
        });
  }

  private static void writeConfig(JsonGenerator json, ContainerConfig config) throws IOException {
    ImageJson.text(json, "User", config.user());
    writeSet(json, "ExposedPorts", config.exposedPorts());
    ImageJson.texts(json, "Env", config.env());
    ImageJson.texts(json, "Entrypoint", config.entrypoint());
    ImageJson.texts(json, "Cmd", config.cmd());
    writeSet(json, "Volumes", config.volumes());
    ImageJson.text(json, "WorkingDir", config.workingDir());
    ImageJson.map(json, "Labels", config.labels());
    ImageJson.text(json, "StopSignal", config.stopSignal());
    if (config.argsEscaped()) {
      json.writeBooleanField("ArgsEscaped", true);
    }
    if (config.healthcheck().isPresent()) {
      writeHealthcheck(json, config.healthcheck().get());
    }
    ImageJson.texts(json, "OnBuild", config.onBuild());
    ImageJson.texts(json, "Shell", config.shell());
  }

  /** Go writes a set as an object of empty objects. */
  private static void writeSet(JsonGenerator json, String name, Collection<String> values)
      throws IOException {
    if (!values.isEmpty()) {
      json.writeObjectFieldStart(name);
      for (String value : values) {
        json.writeObjectFieldStart(value);
        json.writeEndObject();
      }
      json.writeEndObject();
    }
  }

  private static void writeHealthcheck(JsonGenerator json, Healthcheck check) throws IOException {
    json.writeObjectFieldStart("Healthcheck");
    ImageJson.texts(json, "Test", check.test());
    writeDuration(json, "Interval", check.interval());
    writeDuration(json, "Timeout", check.timeout());
    writeDuration(json, "StartPeriod", check.startPeriod());
    writeDuration(json, "StartInterval", check.startInterval());
    if (check.retries() != 0) {
      json.writeNumberField("Retries", check.retries());
    }
    json.writeEndObject();
  }

  private static void writeDuration(JsonGenerator json, String name, Duration value)
      throws IOException {
    if (!value.isZero()) {
      json.writeNumberField(name, value.toNanos());
    }
  }

  private static void writeHistory(JsonGenerator json, List<History> history) throws IOException {
    if (history.isEmpty()) {
      return;
    }
    json.writeArrayFieldStart("history");
    for (History made : history) {
      json.writeStartObject();
      ImageJson.time(json, "created", made.created());
      ImageJson.text(json, "created_by", made.createdBy());
      ImageJson.text(json, "author", made.author());
      ImageJson.text(json, "comment", made.comment());
      if (made.emptyLayer()) {
        json.writeBooleanField("empty_layer", true);
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  static ImageConfig read(byte[] bytes) {
    JsonNode root = ImageJson.readObject(bytes, "image config");
    Platform platform =
        ImageJson.readPlatform(root)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "the image config names no operating system and architecture"));
    return new ImageConfig(
        ImageJson.time(root, "created"),
        ImageJson.text(root, "author"),
        platform,
        readConfig(root.path("config")),
        readDiffIds(root.path("rootfs")),
        readHistory(root.path("history")));
  }

  private static ContainerConfig readConfig(JsonNode config) {
    JsonNode from = config.isObject() ? config : MissingNode.getInstance();
    return new ContainerConfig(
        ImageJson.text(from, "User"),
        readSet(from, "ExposedPorts"),
        ImageJson.texts(from, "Env"),
        ImageJson.texts(from, "Entrypoint"),
        ImageJson.texts(from, "Cmd"),
        readSet(from, "Volumes"),
        ImageJson.text(from, "WorkingDir"),
        ImageJson.map(from, "Labels"),
        ImageJson.text(from, "StopSignal"),
        from.path("ArgsEscaped").asBoolean(false),
        readHealthcheck(from.path("Healthcheck")),
        ImageJson.texts(from, "OnBuild"),
        ImageJson.texts(from, "Shell"));
  }

  private static NavigableSet<String> readSet(JsonNode object, String name) {
    NavigableSet<String> set = new TreeSet<>();
    object.path(name).fieldNames().forEachRemaining(set::add);
    return set;
  }

  private static Optional<Healthcheck> readHealthcheck(JsonNode check) {
    if (!check.isObject()) {
      return Optional.empty();
    }
    return Optional.of(
        new Healthcheck(
            ImageJson.texts(check, "Test"),
            readDuration(check, "Interval"),
            readDuration(check, "Timeout"),
            readDuration(check, "StartPeriod"),
            readDuration(check, "StartInterval"),
            Math.max(0, check.path("Retries").asInt(0))));
  }

  private static Duration readDuration(JsonNode check, String name) {
    return Duration.ofNanos(Math.max(0, check.path(name).asLong(0)));
  }

  private static List<Digest> readDiffIds(JsonNode rootfs) {
    List<Digest> diffIds = new ArrayList<>();
    ImageJson.texts(rootfs, "diff_ids").forEach(text -> diffIds.add(Digest.parse(text)));
    return diffIds;
  }

  private static List<History> readHistory(JsonNode history) {
    List<History> all = new ArrayList<>();
    if (history.isArray()) {
      history.forEach(
          made ->
              all.add(
                  new History(
                      ImageJson.time(made, "created"),
                      ImageJson.text(made, "created_by"),
                      ImageJson.text(made, "author"),
                      ImageJson.text(made, "comment"),
                      made.path("empty_layer").asBoolean(false))));
    }
    return all;
  }
}
