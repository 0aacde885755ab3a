package dev.brickyard.engine.explain;

import dev.brickyard.engine.StepCause;
import dev.brickyard.engine.StepCause.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How a step differs from its earlier self, apart from what comes before it. */
final class Differences {
  static final String FILES = "files";
  static final String ENV = "env ";
  static final String ARG = "arg ";
  static final String MOUNT = "mount ";

  /** Parts that say what is executed; with the same text they differ by the value of variables. */
  static final String COMMAND = "command";

  static final String SCRIPT = "script";
  static final String COPY = "copy";
  static final String PATH = "path";

  private static final Set<String> TEXT = Set.of(COMMAND, SCRIPT, COPY, PATH);
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{?([A-Za-z_][A-Za-z0-9_]*)");
  private static final int NAMED_FILES = 2;
  private static final int SHOWN_SOURCE = 120;

  private final Map<String, String> argumentsBefore;
  private final Map<String, String> argumentsNow;

  Differences(BuildAnatomy before, BuildAnatomy now) {
    this.argumentsBefore = before.arguments();
    this.argumentsNow = now.arguments();
  }

  /** The first reason tells most; empty when the step itself is as before. */
  Optional<StepCause> between(BuildAnatomy.Step before, BuildAnatomy.Step now) {
    List<StepCause> all = new ArrayList<>();
    text(before, now, all);
    if (all.stream().noneMatch(cause -> cause.kind() == Kind.INSTRUCTION_CHANGED)) {
      // Another instruction reads other files; a list of them would hide what was done.
      files(before, now, all);
    }
    for (String part : union(before.parts(), now.parts())) {
      if (!differs(before.parts(), now.parts(), part)) {
        continue;
      }
      if (part.startsWith(ARG)) {
        String name = "build argument " + part.substring(ARG.length());
        all.add(StepCause.of(Kind.ARGUMENT_CHANGED, verb(name, before.parts(), now.parts(), part)));
      } else if (part.startsWith(ENV)) {
        String name = "environment " + part.substring(ENV.length());
        all.add(
            StepCause.of(Kind.ENVIRONMENT_CHANGED, verb(name, before.parts(), now.parts(), part)));
      } else if (part.startsWith(MOUNT)) {
        all.add(StepCause.of(Kind.MOUNT_CHANGED, verb(part, before.parts(), now.parts(), part)));
      } else if (!TEXT.contains(part) && !part.equals(FILES)) {
        all.add(StepCause.of(Kind.SETTING_CHANGED, part + " changed"));
      }
    }
    inputs(before, now, all);
    if (all.isEmpty()) {
      return Optional.empty();
    }
    StepCause first = all.getFirst();
    if (all.size() == 1) {
      return Optional.of(first);
    }
    List<String> details = new ArrayList<>();
    for (StepCause cause : all) {
      details.addAll(cause.details().isEmpty() ? List.of(cause.sentence()) : cause.details());
    }
    return Optional.of(new StepCause(first.kind(), first.sentence(), details));
  }

  private void text(BuildAnatomy.Step before, BuildAnatomy.Step now, List<StepCause> all) {
    if (TEXT.stream().noneMatch(part -> differs(before.parts(), now.parts(), part))) {
      return;
    }
    if (!before.source().equals(now.source())) {
      all.add(
          new StepCause(
              Kind.INSTRUCTION_CHANGED,
              "instruction changed",
              List.of("instruction changed, it was: " + shortened(before.source()))));
      return;
    }
    boolean named = false;
    Matcher variables = VARIABLE.matcher(now.source());
    Set<String> seen = new TreeSet<>();
    while (variables.find()) {
      String name = variables.group(1);
      if (seen.add(name) && differs(argumentsBefore, argumentsNow, name)) {
        all.add(StepCause.of(Kind.ARGUMENT_CHANGED, "build argument " + name + " changed"));
        named = true;
      }
    }
    if (!named) {
      all.add(
          seen.isEmpty()
              // A here-document, the shell, or the working directory a path starts from.
              ? StepCause.of(Kind.INSTRUCTION_CHANGED, "what the instruction says changed")
              : StepCause.of(
                  Kind.ENVIRONMENT_CHANGED,
                  "the value of $" + String.join(" or $", seen) + " changed"));
    }
  }

  private static void files(BuildAnatomy.Step before, BuildAnatomy.Step now, List<StepCause> all) {
    if (!differs(before.parts(), now.parts(), FILES)) {
      return;
    }
    List<String> changes = new ArrayList<>();
    for (String path : union(before.files(), now.files())) {
      if (differs(before.files(), now.files(), path)) {
        changes.add(verb("file " + path, before.files(), now.files(), path));
      }
    }
    if (changes.isEmpty()) {
      all.add(StepCause.of(Kind.FILES_CHANGED, "files of the context changed"));
      return;
    }
    String sentence = changes.getFirst();
    if (changes.size() > 1) {
      List<String> named = changes.subList(0, Math.min(NAMED_FILES, changes.size()));
      int rest = changes.size() - named.size();
      sentence =
          rest == 0
              ? named.get(0) + ", " + named.get(1)
              : String.join(", ", named) + " and " + rest + " more";
    }
    all.add(new StepCause(Kind.FILES_CHANGED, sentence, changes.size() == 1 ? List.of() : changes));
  }

  private static void inputs(BuildAnatomy.Step before, BuildAnatomy.Step now, List<StepCause> all) {
    for (int i = 0; i < Math.min(before.inputs().size(), now.inputs().size()); i++) {
      input(before.inputs().get(i), now.inputs().get(i)).ifPresent(all::add);
    }
  }

  /** Why what is read differs; empty when it does not. */
  static Optional<StepCause> input(BuildAnatomy.Input before, BuildAnatomy.Input now) {
    if (before.key().equals(now.key())) {
      return Optional.empty();
    }
    if (!before.name().equals(now.name())) {
      return Optional.of(
          StepCause.of(
              now.isImage() ? Kind.BASE_IMAGE_CHANGED : Kind.STAGE_CHANGED,
              "it reads " + now.name() + " instead of " + before.name()));
    }
    return Optional.of(
        now.isImage()
            ? StepCause.of(
                Kind.BASE_IMAGE_CHANGED,
                "image " + now.name() + " moved from " + before.version() + " to " + now.version())
            : StepCause.of(Kind.STAGE_CHANGED, now.name() + " gave another result"));
  }

  private static boolean differs(Map<String, String> before, Map<String, String> now, String name) {
    return !Objects.equals(before.get(name), now.get(name));
  }

  private static String verb(
      String what, Map<String, String> before, Map<String, String> now, String name) {
    if (!before.containsKey(name)) {
      return what + " added";
    }
    return what + (now.containsKey(name) ? " changed" : " removed");
  }

  private static Set<String> union(Map<String, String> one, Map<String, String> other) {
    Set<String> names = new TreeSet<>(one.keySet());
    names.addAll(other.keySet());
    return names;
  }

  static String shortened(String source) {
    String line = source.strip().replaceAll("\\s+", " ");
    return line.length() <= SHOWN_SOURCE ? line : line.substring(0, SHOWN_SOURCE) + "…";
  }
}
