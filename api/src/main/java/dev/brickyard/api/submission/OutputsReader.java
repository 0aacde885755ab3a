package dev.brickyard.api.submission;

import dev.brickyard.api.problem.Problem;
import dev.brickyard.api.problem.ProblemException;
import dev.brickyard.api.problem.Problems;
import dev.brickyard.contracts.BuildOutput;
import dev.brickyard.contracts.BuildOutput.Annotation;
import dev.brickyard.contracts.BuildOutput.Annotation.Level;
import dev.brickyard.engine.export.CsvFields;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.image.Platform;
import dev.brickyard.storage.output.OutputStore;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads where a build's result is to go: {@code output=type=…,…} as buildx has it. */
final class OutputsReader {
  private static final String OUTPUT = "output";
  private static final String ANNOTATION = "annotation";
  private static final int MOST = 10;
  private static final Pattern NO_NAME = Pattern.compile("[^A-Za-z0-9._-]|^[^A-Za-z0-9]+");
  private static final int LONGEST_NAME = 100;

  private final List<ImageReference> given;
  private final List<Platform> platforms;
  private final boolean attested;
  private final List<Annotation> common = new ArrayList<>();
  private final Set<String> taken = new HashSet<>();
  private final Set<ImageReference> pushed = new LinkedHashSet<>();
  private final List<BuildOutput> outputs = new ArrayList<>();

  private OutputsReader(List<ImageReference> given, List<Platform> platforms, boolean attested) {
    this.given = given;
    this.platforms = platforms;
    this.attested = attested;
  }

  /**
   * Where the result goes.
   *
   * @param outputs empty for the registry alone, in the usual way
   * @param tags to push; empty when nothing is pushed
   */
  record Destinations(List<BuildOutput> outputs, List<ImageReference> tags) {}

  /**
   * Reads the parameters.
   *
   * @param tags that were given: what is pushed, or else what archives call the image
   * @param attested whether something is said about the image in an index
   */
  static Destinations read(
      Map<String, List<String>> parameters,
      List<ImageReference> tags,
      List<Platform> platforms,
      boolean attested) {
    OutputsReader reader = new OutputsReader(tags, platforms, attested);
    for (String text : parameters.getOrDefault(ANNOTATION, List.of())) {
      try {
        reader.common.addAll(AnnotationReader.option(text));
      } catch (IllegalArgumentException e) {
        throw Problems.invalidParameter(ANNOTATION, String.valueOf(e.getMessage()));
      }
    }
    List<String> texts = parameters.getOrDefault(OUTPUT, List.of());
    if (texts.size() > MOST) {
      throw Problems.invalidParameter(OUTPUT, "output is given more than " + MOST + " times");
    }
    try {
      if (texts.isEmpty()) {
        reader.usual();
      }
      for (String text : texts) {
        reader.add(CsvFields.named(text));
      }
    } catch (IllegalArgumentException e) {
      throw Problems.invalidParameter(OUTPUT, String.valueOf(e.getMessage()));
    }
    return new Destinations(reader.outputs, List.copyOf(reader.pushed));
  }

  /** To the registry; said only where it differs from the usual. */
  private void usual() {
    push(given);
    if (!common.isEmpty()) {
      add(BuildOutput.Type.REGISTRY, "", List.of(), new LinkedHashMap<>());
    }
  }

  private void push(List<ImageReference> tags) {
    pushed.addAll(tags);
    if (pushed.isEmpty()) {
      throw new ProblemException(
          Problem.of(
                  400,
                  "missing-parameter",
                  "A parameter is missing",
                  "give the image at least one name, like ?tag=registry.example.com/team/app:1.0,"
                      + " or ask for a file with ?output=type=oci")
              .blaming("tag"));
    }
  }

  private void add(Map<String, String> attributes) {
    String word = removed(attributes, "type");
    String name = removed(attributes, "name");
    String dest = removed(attributes, "dest");
    List<ImageReference> names =
        name.isEmpty() ? given : CsvFields.split(name).stream().map(OutputsReader::named).toList();
    switch (word) {
      case "registry" -> registry(names, attributes);
      case "image" -> {
        if (!flag(attributes, "push", false)) {
          throw new IllegalArgumentException(
              "type=image needs push=true: the farm keeps no images; ask for type=oci, docker or"
                  + " tar to download the result");
        }
        registry(names, attributes);
      }
      case "oci" -> file(BuildOutput.Type.OCI, dest, names, attributes);
      case "docker" -> {
        if (platforms.size() > 1) {
          throw new IllegalArgumentException(
              "docker exporter does not currently support exporting manifest lists: build one"
                  + " platform, or ask for type=oci");
        }
        file(BuildOutput.Type.DOCKER, dest, names, attributes);
      }
      case "tar" -> file(BuildOutput.Type.TAR, dest, List.of(), attributes);
      case "local" ->
          throw new IllegalArgumentException(
              "type=local is for `brickyard build`, which unpacks what it downloads: ask for"
                  + " type=tar");
      case "cacheonly" -> refuseRest(attributes);
      case "" -> throw new IllegalArgumentException("an output needs a type, such as type=oci");
      default ->
          throw new IllegalArgumentException(
              "there is no output of type \""
                  + word
                  + "\"; known are registry, image, oci, docker, tar, cacheonly");
    }
  }

  private static ImageReference named(String text) {
    ImageReference name = ImageReference.parse(text.trim());
    if (name.digest().isPresent()) {
      throw new IllegalArgumentException(
          "\"" + name + "\" has a digest: an image cannot be given one");
    }
    return name;
  }

  private void registry(List<ImageReference> names, Map<String, String> attributes) {
    if (outputs.stream().anyMatch(output -> output.type() == BuildOutput.Type.REGISTRY)) {
      throw new IllegalArgumentException(
          "the registry is asked for twice: give one output several names");
    }
    attributes.remove("push");
    push(names);
    add(BuildOutput.Type.REGISTRY, "", List.of(), attributes);
  }

  private void file(
      BuildOutput.Type type,
      String dest,
      List<ImageReference> names,
      Map<String, String> attributes) {
    if (!flag(attributes, "tar", true)) {
      throw new IllegalArgumentException("tar=false is for clients that unpack what they download");
    }
    add(type, fileName(type, dest), names, attributes);
  }

  /** The last name of where the client wants it, if that can be one. */
  private String fileName(BuildOutput.Type type, String dest) {
    String last = dest.substring(Math.max(dest.lastIndexOf('/'), dest.lastIndexOf('\\')) + 1);
    String name = NO_NAME.matcher(last).replaceAll("");
    name = name.substring(0, Math.min(name.length(), LONGEST_NAME));
    if (!OutputStore.isName(name)) {
      name = type.name().toLowerCase(Locale.ROOT) + ".tar";
    }
    String free = name;
    for (int number = 2; !taken.add(free); number++) {
      int dot = name.lastIndexOf('.');
      free =
          dot < 0
              ? name + "-" + number
              : name.substring(0, dot) + "-" + number + name.substring(dot);
    }
    return free;
  }

  private void add(
      BuildOutput.Type type,
      String name,
      List<ImageReference> names,
      Map<String, String> attributes) {
    List<Annotation> annotations = new ArrayList<>(common);
    attributes
        .entrySet()
        .removeIf(
            attribute ->
                AnnotationReader.attribute(attribute.getKey(), attribute.getValue())
                    .map(annotations::add)
                    .orElse(false));
    boolean split = flag(attributes, "platform-split", platforms.size() > 1);
    // The farm's times are clamped with SOURCE_DATE_EPOCH in any case.
    boolean rewritten = flag(attributes, "rewrite-timestamp", true);
    boolean oci = flag(attributes, "oci-mediatypes", type != BuildOutput.Type.DOCKER);
    String compression = compression(removed(attributes, "compression"));
    String level = removed(attributes, "compression-level");
    boolean forced = flag(attributes, "force-compression", false);
    refuseRest(attributes);
    if (!rewritten) {
      throw new IllegalArgumentException(
          "rewrite-timestamp=false cannot be had: with SOURCE_DATE_EPOCH the farm makes layers"
              + " reproducible, and their times are part of that");
    }
    if (type == BuildOutput.Type.TAR) {
      annotations.clear();
    }
    boolean indexed = platforms.size() > 1 || (attested && type != BuildOutput.Type.DOCKER);
    if (!indexed && annotations.stream().anyMatch(OutputsReader::isOfIndex)) {
      throw new IllegalArgumentException(
          "index annotations not supported for single platform export");
    }
    outputs.add(
        new BuildOutput(
            type,
            name,
            names.stream().map(ImageReference::toString).toList(),
            compression.isEmpty() ? null : compression,
            level.isEmpty() ? null : level(level, compression),
            forced,
            // As BuildKit: Docker's types have no place for these.
            oci || compression.equals("zstd") || !annotations.isEmpty() || (attested && indexed),
            split,
            annotations));
  }

  private static boolean isOfIndex(Annotation annotation) {
    return annotation.level() == Level.INDEX || annotation.level() == Level.INDEX_DESCRIPTOR;
  }

  private static String compression(String word) {
    return switch (word) {
      case "", "gzip", "zstd", "uncompressed" -> word;
      default ->
          throw new IllegalArgumentException(
              "unsupported layer compression type \""
                  + word
                  + "\": known are uncompressed, gzip, zstd");
    };
  }

  private static int level(String text, String compression) {
    int most = compression.equals("zstd") ? 22 : 9;
    try {
      int level = Integer.parseInt(text.trim());
      if (level >= 0 && level <= most && !compression.equals("uncompressed")) {
        return level;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw new IllegalArgumentException(
        "compression-level is 0 to 9 with gzip and 0 to 22 with zstd, not \"" + text + "\"");
  }

  private static boolean flag(Map<String, String> attributes, String name, boolean otherwise) {
    String value = attributes.remove(name);
    if (value == null) {
      return otherwise;
    }
    return switch (value.trim()) {
      case "", "true", "1" -> true;
      case "false", "0" -> false;
      default ->
          throw new IllegalArgumentException(
              "non-bool value specified for " + name + ": \"" + value + "\"");
    };
  }

  private static String removed(Map<String, String> attributes, String name) {
    String value = attributes.remove(name);
    return value == null ? "" : value.trim();
  }

  private static void refuseRest(Map<String, String> attributes) {
    if (!attributes.isEmpty()) {
      throw new IllegalArgumentException(
          "an output has no option \""
              + attributes.keySet().iterator().next()
              + "\" here; known are type, name, dest, push, compression, compression-level,"
              + " force-compression, oci-mediatypes, platform-split, rewrite-timestamp and"
              + " annotation…");
    }
  }
}
