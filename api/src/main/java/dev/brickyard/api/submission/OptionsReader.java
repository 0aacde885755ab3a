package dev.brickyard.api.submission;

import dev.brickyard.api.problem.Problem;
import dev.brickyard.api.problem.ProblemException;
import dev.brickyard.api.problem.Problems;
import dev.brickyard.api.problem.Suggestions;
import dev.brickyard.contracts.BuildOptions;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.image.Platform;
import dev.brickyard.engine.layer.ImagePath;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads the options of a submission out of query parameters; each complaint names one. */
final class OptionsReader {
  private static final List<String> KNOWN =
      List.of(
          "tag",
          "platform",
          "file",
          "target",
          "build-arg",
          "label",
          "no-cache",
          "project",
          "cache-scope",
          "no-cache-filter",
          "network",
          "add-host",
          "shm-size",
          "ulimit");
  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  /** Also what the engine takes for a cache scope. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

  private static final int MAX_TAGS = 100;
  private static final int MAX_PLATFORMS = 20;

  private final Map<String, List<String>> parameters;

  private OptionsReader(Map<String, List<String>> parameters) {
    this.parameters = parameters;
  }

  /**
   * Reads and checks them all.
   *
   * @throws ProblemException 400 for the first that is wrong
   */
  static SubmissionOptions read(Map<String, List<String>> parameters) {
    OptionsReader reader = new OptionsReader(parameters);
    reader.checkNames();
    return new SubmissionOptions(
        reader.tags(),
        reader.platforms(),
        reader.dockerfile(),
        reader.single("target"),
        reader.pairs("build-arg", VARIABLE, "a variable's name"),
        reader.pairs("label", Pattern.compile("\\S+"), "a label's name"),
        reader.flag("no-cache"),
        reader.project(),
        reader.cacheScope(),
        reader.more());
  }

  private void checkNames() {
    parameters.forEach(
        (name, values) -> {
          if (!KNOWN.contains(name)) {
            throw Problems.unknownParameter(name, KNOWN);
          }
          if (values.stream().anyMatch(value -> value.indexOf('\0') >= 0)) {
            throw Problems.invalidParameter(name, name + " must not contain a NUL character");
          }
        });
  }

  private List<ImageReference> tags() {
    List<ImageReference> tags = new ArrayList<>();
    for (String text : all("tag")) {
      ImageReference tag = parsed("tag", text, ImageReference::parse);
      if (tag.digest().isPresent()) {
        throw Problems.invalidParameter(
            "tag", "\"" + tag + "\" has a digest: an image cannot be given one");
      }
      if (tags.contains(tag)) {
        throw Problems.invalidParameter("tag", "the tag \"" + tag + "\" is given twice");
      }
      tags.add(tag);
    }
    if (tags.isEmpty()) {
      throw new ProblemException(
          Problem.of(
                  400,
                  "missing-parameter",
                  "A parameter is missing",
                  "give the image at least one name, like ?tag=registry.example.com/team/app:1.0")
              .blaming("tag"));
    }
    return bounded("tag", tags, MAX_TAGS);
  }

  private List<Platform> platforms() {
    List<Platform> platforms = new ArrayList<>();
    for (String list : all("platform")) {
      for (String text : list.split(",", -1)) {
        Platform platform = parsed("platform", text, Platform::parse);
        if (!platform.os().equals("linux")) {
          throw Problems.invalidParameter(
              "platform", "\"" + platform + "\" is not supported: the farm builds for linux only");
        }
        if (platforms.contains(platform)) {
          throw Problems.invalidParameter(
              "platform", "the platform \"" + platform + "\" is given twice");
        }
        platforms.add(platform);
      }
    }
    return platforms.isEmpty()
        ? List.of(Platform.LINUX_AMD64)
        : bounded("platform", platforms, MAX_PLATFORMS);
  }

  private ImagePath dockerfile() {
    String text = single("file").orElse("Dockerfile");
    if (text.startsWith("/") || List.of(text.split("/")).contains("..")) {
      throw Problems.invalidParameter(
          "file", "file must be a path inside the context, without \"..\" and leading \"/\"");
    }
    ImagePath path = ImagePath.normalize(text);
    if (path.isRoot()) {
      throw Problems.invalidParameter("file", "file must name the Dockerfile");
    }
    return path;
  }

  private String project() {
    String project = single("project").orElse("default");
    if (!NAME.matcher(project).matches()) {
      throw Problems.invalidParameter(
          "project",
          "a project's name has up to 128 letters, digits, \".\", \"_\" and \"-\", and begins with a"
              + " letter or digit");
    }
    return project;
  }

  private Optional<String> cacheScope() {
    Optional<String> scope = single("cache-scope");
    if (scope.filter(name -> !NAME.matcher(name).matches()).isPresent()) {
      throw Problems.invalidParameter(
          "cache-scope",
          "a cache scope's name has up to 128 letters, digits, \".\", \"_\" and \"-\", and begins"
              + " with a letter or digit");
    }
    return scope;
  }

  private BuildOptions more() {
    return new BuildOptions(
        list("no-cache-filter"),
        RunSettingsReader.read(
            single("network"), list("add-host"), single("shm-size"), all("ulimit")),
        false);
  }

  /** Values given one by one or with commas between them, as Docker's clients do. */
  private List<String> list(String name) {
    return all(name).stream()
        .flatMap(text -> Stream.of(text.split(",", -1)))
        .map(String::trim)
        .filter(text -> !text.isEmpty())
        .toList();
  }

  private boolean flag(String name) {
    if (!parameters.containsKey(name)) {
      return false;
    }
    return switch (single(name).orElse("true")) {
      case "true", "1" -> true;
      case "false", "0" -> false;
      case String other ->
          throw Problems.invalidParameter(
              name, name + " is true or false, not \"" + Suggestions.printable(other) + "\"");
    };
  }

  /** {@code K=V} pairs; of two with the same key the later counts, as with Docker. */
  private Map<String, String> pairs(String name, Pattern key, String what) {
    Map<String, String> pairs = new LinkedHashMap<>();
    for (String text : all(name)) {
      int equals = text.indexOf('=');
      if (equals < 0 || !key.matcher(text.substring(0, equals)).matches()) {
        throw Problems.invalidParameter(
            name,
            name
                + " is KEY=VALUE with "
                + what
                + " as the key, not \""
                + Suggestions.printable(text)
                + "\"");
      }
      pairs.put(text.substring(0, equals), text.substring(equals + 1));
    }
    return pairs;
  }

  /** The value; empty when it is missing or blank. */
  private Optional<String> single(String name) {
    List<String> values = all(name);
    if (values.size() > 1) {
      throw Problems.invalidParameter(name, name + " is given " + values.size() + " times");
    }
    return values.stream().findFirst().map(String::trim).filter(value -> !value.isEmpty());
  }

  private List<String> all(String name) {
    return parameters.getOrDefault(name, List.of());
  }

  private interface Parser<T> {
    T parse(String text);
  }

  private static <T> T parsed(String name, String text, Parser<T> parser) {
    try {
      return parser.parse(text);
    } catch (IllegalArgumentException e) {
      throw Problems.invalidParameter(name, String.valueOf(e.getMessage()));
    }
  }

  private static <T> List<T> bounded(String name, List<T> values, int most) {
    if (values.size() > most) {
      throw Problems.invalidParameter(name, name + " is given more than " + most + " times");
    }
    return values;
  }
}
