package dev.brickyard.engine.differential;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Everything about an image that two builders must agree on, one fact for each path and field.
 * Times are facts where they come from somewhere: not those of files made while building.
 */
record ImageFacts(SortedMap<String, String> facts) {
  /** Said of a field that is not there. */
  static final String ABSENT = "(absent)";

  private static final ObjectMapper JSON =
      new ObjectMapper().configure(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS, true);
  private static final Set<String> TOP = Set.of("architecture", "os", "variant", "author");

  /**
   * Puts the facts together.
   *
   * @param config the image config as it is stored
   */
  static ImageFacts of(byte[] config, FlatTree tree) throws IOException {
    SortedMap<String, String> facts = new TreeMap<>();
    JsonNode image = JSON.readTree(config);
    for (String field : TOP) {
      put(facts, field, image.path(field));
    }
    image
        .path("config")
        .properties()
        .forEach(field -> put(facts, "config." + field.getKey(), field.getValue()));
    List<JsonNode> history = new ArrayList<>();
    image.path("history").forEach(history::add);
    for (int i = 0; i < history.size(); i++) {
      JsonNode made = history.get(i);
      String text = made.path("created_by").asText();
      if (made.path("empty_layer").asBoolean()) {
        text += " (empty)";
      }
      if (made.hasNonNull("comment")) {
        text += " (" + made.path("comment").asText() + ")";
      }
      if (made.hasNonNull("author")) {
        text += " by " + made.path("author").asText();
      }
      facts.put("history[%02d]".formatted(i), text);
    }
    facts.put("layers", Integer.toString(image.path("rootfs").path("diff_ids").size()));
    tree.describe(facts);
    return new ImageFacts(facts);
  }

  /** A field that says nothing is as good as none. */
  private static void put(SortedMap<String, String> facts, String name, JsonNode value) {
    boolean nothing =
        value.isMissingNode()
            || value.isNull()
            || (value.isTextual() && value.asText().isEmpty())
            || (value.isBoolean() && !value.asBoolean())
            || (value.isContainerNode() && value.isEmpty());
    if (!nothing) {
      facts.put(name, sorted(value));
    }
  }

  private static String sorted(JsonNode value) {
    if (value.isTextual()) {
      return value.asText();
    }
    try {
      // By way of plain maps, whose keys are sorted.
      return JSON.writeValueAsString(JSON.convertValue(value, Object.class));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Facts as a case file lists them: {@code name = value} lines. */
  static ImageFacts parse(String text) {
    SortedMap<String, String> facts = new TreeMap<>();
    for (String line : text.lines().filter(l -> !l.isBlank()).toList()) {
      String[] parts = line.split(" = ", 2);
      facts.put(parts[0], parts.length > 1 ? parts[1] : "");
    }
    return new ImageFacts(facts);
  }

  /**
   * What differs between this image and what Docker made of the same.
   *
   * @param begun when the test began: later times are of no account
   * @param whole false when only what the image is counts, and not how it was made
   */
  List<String> differences(ImageFacts docker, Instant begun, boolean whole) {
    Set<String> names = new TreeSet<>(facts.keySet());
    names.addAll(docker.facts.keySet());
    List<String> differences = new ArrayList<>();
    for (String name : names) {
      boolean counts =
          name.startsWith("mtime ")
              ? defined(name, docker, begun)
              : whole || !(name.startsWith("history[") || name.equals("layers"));
      Map<String, String> ours =
          name.startsWith("history[")
              ? Map.of(name, older(facts.getOrDefault(name, ABSENT)))
              : facts;
      compare(name, ours, docker.facts, counts, differences);
    }
    return differences;
  }

  /** A line of the history in the words of the older BuildKit, which left COPY's options out. */
  private static String older(String made) {
    if (!made.startsWith("COPY ") && !made.startsWith("ADD ")) {
      return made;
    }
    return made.replaceAll(" --(chown|chmod)=\\S+| --link", "");
  }

  /**
   * What differs from a list in a case file, which tells the whole tree and config, and of history
   * and times what it cares about.
   */
  List<String> differencesFromExpected(ImageFacts expected) {
    Set<String> names = new TreeSet<>(facts.keySet());
    names.addAll(expected.facts.keySet());
    List<String> differences = new ArrayList<>();
    for (String name : names) {
      boolean counts =
          name.startsWith("tree ")
              || name.startsWith("config.")
              || expected.facts.containsKey(name);
      compare(name, facts, expected.facts, counts, differences);
    }
    return differences;
  }

  private static void compare(
      String name,
      Map<String, String> here,
      Map<String, String> there,
      boolean counts,
      List<String> differences) {
    String ours = here.getOrDefault(name, ABSENT);
    String theirs = there.getOrDefault(name, ABSENT);
    if (counts && !ours.equals(theirs)) {
      differences.add("%s%n    here:   %s%n    docker: %s".formatted(name, ours, theirs));
    }
  }

  /** A path only one of them has is a difference of the tree. */
  private boolean defined(String name, ImageFacts docker, Instant begun) {
    String time = docker.facts.get(name);
    return time != null && facts.containsKey(name) && Long.parseLong(time) < begun.getEpochSecond();
  }
}
