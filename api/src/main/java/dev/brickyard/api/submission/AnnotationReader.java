package dev.brickyard.api.submission;

import dev.brickyard.contracts.BuildOutput.Annotation;
import dev.brickyard.contracts.BuildOutput.Annotation.Level;
import dev.brickyard.engine.image.Platform;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads annotations as buildx takes them. */
final class AnnotationReader {
  private static final String LEVEL =
      "(?:manifest|index|manifest-descriptor|index-descriptor)(?:\\[[^\\]]*])?";

  /** {@code level[platform],…:key=value}, of which only {@code key=value} must be there. */
  private static final Pattern OPTION =
      Pattern.compile(
          "(?:(?<levels>" + LEVEL + "(?:," + LEVEL + ")*):)?(?<key>[^=]+)=(?<value>.*)",
          Pattern.DOTALL);

  /** {@code annotation-level[platform].key}, as an output has them. */
  private static final Pattern ATTRIBUTE =
      Pattern.compile("annotation(?:-(?<level>" + LEVEL + "))?\\.(?<key>.+)");

  private static final Pattern ONE =
      Pattern.compile("(?<name>[a-z-]+)(?:\\[(?<platform>[^\\]]*)])?");

  private AnnotationReader() {}

  /**
   * The option {@code --annotation}.
   *
   * @throws IllegalArgumentException in one sentence, when it is none
   */
  static List<Annotation> option(String text) {
    Matcher parts = OPTION.matcher(text);
    if (!parts.matches() || parts.group("key").isBlank()) {
      throw new IllegalArgumentException(
          "\""
              + text
              + "\" is no annotation: write KEY=VALUE, or LEVEL:KEY=VALUE with manifest,"
              + " index, manifest-descriptor or index-descriptor as the level");
    }
    String levels = parts.group("levels");
    List<Annotation> annotations = new ArrayList<>();
    for (String level : (levels == null ? "manifest" : levels).split(",(?![^\\[]*])", 0)) {
      annotations.add(annotation(level, parts.group("key"), parts.group("value")));
    }
    return annotations;
  }

  /** The attribute of an output; empty when it is another one. */
  static Optional<Annotation> attribute(String name, String value) {
    Matcher parts = ATTRIBUTE.matcher(name);
    if (!parts.matches()) {
      return Optional.empty();
    }
    String level = parts.group("level");
    return Optional.of(annotation(level == null ? "manifest" : level, parts.group("key"), value));
  }

  private static Annotation annotation(String level, String key, String value) {
    Matcher one = ONE.matcher(level);
    if (!one.matches()) {
      throw new IllegalArgumentException("\"" + level + "\" is no level of annotations");
    }
    String platform = one.group("platform");
    return new Annotation(level(one.group("name")), platform(platform), key, value);
  }

  private static @Nullable String platform(@Nullable String text) {
    return text == null || text.isEmpty() ? null : Platform.parse(text).toString();
  }

  private static Level level(String name) {
    return switch (name) {
      case "manifest" -> Level.MANIFEST;
      case "manifest-descriptor" -> Level.MANIFEST_DESCRIPTOR;
      case "index" -> Level.INDEX;
      case "index-descriptor" -> Level.INDEX_DESCRIPTOR;
      default -> throw new IllegalArgumentException("\"" + name + "\" is no level of annotations");
    };
  }
}
