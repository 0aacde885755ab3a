package dev.brickyard.engine.differential;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One Dockerfile with its context in one text file: what it shows, settings, then the files, each
 * under a line {@code -- path attributes --}. See {@code cases/README.md} for the form.
 *
 * @param name folder and file name, {@code copy/trailing-slash}
 */
record CaseFile(String name, Map<String, List<String>> settings, List<Section> sections) {
  /** Section of what the older BuildKit builds in place of the Dockerfile. */
  static final String OLDER = "@older";

  /** Section of the facts of an image that the older BuildKit cannot build at all. */
  static final String EXPECTED = "@expected";

  private static final Set<String> KNOWN =
      Set.of(
          "arg",
          "differs",
          "docker-says",
          "fails",
          "file",
          "label",
          "line",
          "newer",
          "open",
          "platform",
          "platforms",
          "secret",
          "target");
  private static final Pattern SETTING = Pattern.compile("([a-z-]+): (.*)");
  private static final String ATTRIBUTE =
      "[0-7]{4}|dir|fifo|bom|crlf|chomp|escaped|busybox=\\w+|owner=\\d+:\\d+|time=\\S+"
          + "|size=\\d+|pack=\\S+|xattr=\\S+|hard=\\S+|-> \\S+";
  private static final Pattern HEADER =
      Pattern.compile("-- (?<path>.+?)(?<attributes>( (" + ATTRIBUTE + "))*) --");
  private static final Pattern ONE = Pattern.compile(" (" + ATTRIBUTE + ")");

  /**
   * A file of the context.
   *
   * @param attributes such as {@code 0755}, {@code -> target}, {@code owner=1:2}
   */
  record Section(String path, List<String> attributes, String body) {
    boolean is(String attribute) {
      return attributes.contains(attribute);
    }

    /** What follows a prefix such as {@code owner=}. */
    Optional<String> after(String prefix) {
      return attributes.stream()
          .filter(attribute -> attribute.startsWith(prefix))
          .map(attribute -> attribute.substring(prefix.length()))
          .findFirst();
    }

    Optional<Integer> mode() {
      return attributes.stream()
          .filter(attribute -> attribute.matches("[0-7]{4}"))
          .map(attribute -> Integer.parseInt(attribute, 8))
          .findFirst();
    }
  }

  /** All cases of a folder and its folders, by name. */
  static List<CaseFile> all(Path folder) throws IOException {
    List<CaseFile> cases = new ArrayList<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".case")).sorted().toList()) {
        String name = folder.relativize(file).toString().replaceFirst("\\.case$", "");
        cases.add(parse(name, Files.readString(file)));
      }
    }
    return cases;
  }

  static CaseFile parse(String name, String text) {
    Map<String, List<String>> settings = new TreeMap<>();
    List<Section> sections = new ArrayList<>();
    @Nullable String path = null;
    List<String> attributes = List.of();
    StringBuilder body = new StringBuilder();
    for (String line : text.lines().toList()) {
      Matcher header = HEADER.matcher(line);
      if (header.matches()) {
        if (path != null) {
          sections.add(new Section(path, attributes, body.toString()));
        }
        path = header.group("path");
        attributes =
            ONE.matcher(header.group("attributes")).results().map(m -> m.group(1)).toList();
        body.setLength(0);
      } else if (path != null) {
        body.append(line).append('\n');
      } else {
        Matcher setting = SETTING.matcher(line);
        if (setting.matches()) {
          if (!KNOWN.contains(setting.group(1))) {
            throw new AssertionError(name + ": there is no setting " + setting.group(1));
          }
          settings
              .computeIfAbsent(setting.group(1), key -> new ArrayList<>())
              .add(setting.group(2));
        }
      }
    }
    if (path == null) {
      throw new AssertionError(name + " has no files");
    }
    sections.add(new Section(path, attributes, body.toString()));
    return new CaseFile(name, settings, sections);
  }

  private List<String> all(String setting) {
    return settings.getOrDefault(setting, List.of());
  }

  private Optional<String> one(String setting) {
    return all(setting).stream().findFirst();
  }

  private Map<String, String> pairs(String setting) {
    Map<String, String> pairs = new LinkedHashMap<>();
    for (String pair : all(setting)) {
      String[] parts = pair.split("=", 2);
      pairs.put(parts[0], parts[1]);
    }
    return pairs;
  }

  Map<String, String> buildArgs() {
    return pairs("arg");
  }

  Map<String, String> labels() {
    return pairs("label");
  }

  /** Values by id. */
  Map<String, String> secrets() {
    return pairs("secret");
  }

  Optional<String> target() {
    return one("target");
  }

  Optional<String> platform() {
    return one("platform");
  }

  /** The platforms a base image is made for. */
  List<String> platforms() {
    return one("platforms").map(all -> List.of(all.split(","))).orElse(List.of());
  }

  /** Path of the Dockerfile in the context. */
  String dockerfile() {
    return one("file").orElse("Dockerfile");
  }

  /** What both builders say when the build fails, as a pattern. */
  Optional<Pattern> fails() {
    return one("fails").map(Pattern::compile);
  }

  /** What the older BuildKit says where it has other words for the failure. */
  Optional<Pattern> dockerSays() {
    return one("docker-says").map(Pattern::compile).or(this::fails);
  }

  /** The line of the Dockerfile that a failure blames. */
  Optional<Integer> line() {
    return one("line").map(Integer::valueOf);
  }

  /** Why the older BuildKit cannot build the Dockerfile. */
  Optional<String> newer() {
    return one("newer");
  }

  /** Why this engine does not build the Dockerfile as it should, yet. */
  Optional<String> open() {
    return one("open");
  }

  /**
   * Differences that are known, each a pattern of a difference and, after {@code ::}, the reason
   * for it.
   */
  List<Pattern> known() {
    List<Pattern> patterns = new ArrayList<>();
    for (String known : all("differs")) {
      String[] parts = known.split(" :: ", 2);
      if (parts.length < 2 || parts[1].isBlank()) {
        throw new AssertionError(name + ": a difference needs a reason: " + known);
      }
      patterns.add(Pattern.compile(parts[0]));
    }
    return patterns;
  }

  Optional<String> section(String path) {
    return sections.stream()
        .filter(section -> section.path().equals(path))
        .map(Section::body)
        .findFirst();
  }

  @Override
  public String toString() {
    return name;
  }
}
