package dev.brickyard.engine.graph;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.dockerfile.Dockerfile;
import dev.brickyard.engine.dockerfile.ExpansionException;
import dev.brickyard.engine.dockerfile.GoText;
import dev.brickyard.engine.dockerfile.Instruction;
import dev.brickyard.engine.dockerfile.MountFlag;
import dev.brickyard.engine.dockerfile.RunMount;
import dev.brickyard.engine.dockerfile.SourceRange;
import dev.brickyard.engine.dockerfile.StageDefinition;
import dev.brickyard.engine.dockerfile.WordExpansion;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.image.Platform;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * How the stages of a Dockerfile hang together. Settled, and checked, for every stage, whether the
 * target needs it or not, as BuildKit does; triggers of base images come on top later.
 */
final class StageMap {
  /**
   * What a stage begins with.
   *
   * @param name with its variables expanded: an image, {@code scratch}, or a stage
   * @param stage the stage of that name, when an earlier one has it
   * @param platform of the image
   */
  record Base(String name, Optional<StageDefinition> stage, Platform platform) {
    boolean isScratch() {
      return stage.isEmpty() && name.equals("scratch");
    }
  }

  /** A stage that another one reads, and where. */
  private record Link(int stage, SourceRange range) {}

  private final Dockerfile dockerfile;
  private final Faults faults;
  private final Platform target;
  private final Platform machine;
  private final Map<String, StageDefinition> named = new HashMap<>();
  private final List<Base> bases = new ArrayList<>();
  private final List<List<Link>> links = new ArrayList<>();

  private StageMap(Dockerfile dockerfile, Platform target, Platform machine) {
    this.dockerfile = dockerfile;
    this.faults = new Faults(dockerfile);
    this.target = target;
    this.machine = machine;
  }

  /**
   * Settles the stages.
   *
   * @param globals what FROM sees
   * @param target what the image is for
   * @param machine what the build runs on
   * @throws BuildFailure placed, when a base cannot be, or stages read each other in a circle
   */
  static StageMap of(
      Dockerfile dockerfile,
      Function<String, Optional<String>> globals,
      Platform target,
      Platform machine)
      throws BuildFailure {
    StageMap map = new StageMap(dockerfile, target, machine);
    for (StageDefinition stage : dockerfile.stages()) {
      map.bases.add(map.settle(stage, globals));
      stage.name().ifPresent(name -> map.named.put(name, stage));
    }
    for (StageDefinition stage : dockerfile.stages()) {
      map.links.add(map.linksOf(stage));
    }
    map.checkCircles();
    return map;
  }

  Base base(StageDefinition stage) {
    return bases.get(stage.index());
  }

  private Base settle(StageDefinition stage, Function<String, Optional<String>> globals)
      throws BuildFailure {
    Instruction.From from = stage.from();
    String name = expand(from.image(), globals, from);
    if (name.isEmpty()) {
      throw faults.user(
          "bad-image-name",
          "base name (" + from.image() + ") should not be blank: an ARG it is made of has no value",
          from.range());
    }
    Platform platform = platform(from, globals);
    // Stage names are lower case, and BuildKit compares them with the base's name as it is.
    Optional<StageDefinition> base = Optional.ofNullable(named.get(name));
    boolean scratch = base.isEmpty() && name.equals("scratch");
    if (base.isEmpty() && !scratch) {
      var _ = reference(name, from.range());
    }
    return new Base(name, base, scratch ? target : platform);
  }

  private Platform platform(Instruction.From from, Function<String, Optional<String>> globals)
      throws BuildFailure {
    if (from.platform().isEmpty()) {
      return target;
    }
    String written = from.platform().get();
    String text = expand(written, globals, from);
    if (text.isEmpty()) {
      throw faults.user(
          "bad-platform", "empty platform value from expression " + written, from.range());
    }
    try {
      return PlatformSpecifier.parse(text, machine);
    } catch (IllegalArgumentException e) {
      throw faults.user(
          "bad-platform",
          "failed to parse platform " + written + ": " + e.getMessage(),
          from.range());
    }
  }

  private String expand(
      String word, Function<String, Optional<String>> globals, Instruction.From from)
      throws BuildFailure {
    try {
      return WordExpansion.expand(word, globals, dockerfile.directives().escape());
    } catch (ExpansionException e) {
      throw faults.user("bad-expansion", e.sentence(), from.range());
    }
  }

  /** The image a name stands for; throws in BuildKit's words when it can be none. */
  ImageReference reference(String name, SourceRange range) throws BuildFailure {
    try {
      return ImageReference.parse(name);
    } catch (IllegalArgumentException e) {
      throw faults.user(
          "bad-image-name",
          "failed to parse stage name "
              + GoText.literal(name)
              + ": invalid reference format: "
              + reason(name, e),
          range);
    }
  }

  private static String reason(String name, IllegalArgumentException e) {
    String lower = name.toLowerCase(Locale.ROOT);
    if (!lower.equals(name)) {
      try {
        var _ = ImageReference.parse(lower);
        String repository = name.replaceFirst("[:@].*$", "");
        return "repository name ("
            + (repository.contains("/") ? repository : "library/" + repository)
            + ") must be lowercase";
      } catch (IllegalArgumentException _) {
        // Something else is wrong with it.
      }
    }
    return String.valueOf(e.getMessage());
  }

  /**
   * The stage that {@code COPY --from} or a mount means: by name in any case, the last one of that
   * name in the whole file, or by number.
   *
   * @return empty when it is no stage, so probably an image
   * @throws BuildFailure when it is a number that no stage has
   */
  Optional<StageDefinition> source(String from, SourceRange range) throws BuildFailure {
    StageDefinition known = named.get(from.toLowerCase(Locale.ROOT));
    if (known != null) {
      return Optional.of(known);
    }
    if (!from.matches("[-+]?[0-9]{1,9}")) {
      return Optional.empty();
    }
    int index = Integer.parseInt(from);
    if (index < 0 || index >= dockerfile.stages().size()) {
      throw faults.user(
          "stage-missing",
          "invalid stage index "
              + index
              + ": the Dockerfile has "
              + dockerfile.stages().size()
              + " stages, counted from 0",
          range);
    }
    return Optional.of(dockerfile.stages().get(index));
  }

  private List<Link> linksOf(StageDefinition stage) throws BuildFailure {
    List<Link> found = new ArrayList<>();
    for (Instruction instruction : stage.instructions()) {
      for (String from : sourcesOf(instruction)) {
        source(from, instruction.range())
            .ifPresent(read -> found.add(new Link(read.index(), instruction.range())));
      }
    }
    return found;
  }

  private static List<String> sourcesOf(Instruction instruction) {
    return switch (instruction) {
      case Instruction.Copy copy -> copy.from().stream().toList();
      case Instruction.Run run ->
          run.mounts().stream().flatMap(mount -> sourceOf(mount).stream()).toList();
      default -> List.of();
    };
  }

  /** No variable can stand in {@code from}, so the others need not be known. */
  private static Optional<String> sourceOf(MountFlag mount) {
    try {
      return switch (mount.resolve(word -> word)) {
        case RunMount.Bind bind -> bind.from();
        case RunMount.Cache cache -> cache.from();
        default -> Optional.<String>empty();
      };
    } catch (ExpansionException _) {
      // Another field holds a variable: what it reads shows when the stage is built.
      return Optional.empty();
    }
  }

  /** The stages that a stage needs and itself, in their order; triggers can need more. */
  SortedSet<Integer> neededBy(StageDefinition stage) {
    SortedSet<Integer> needed = new TreeSet<>();
    Deque<Integer> open = new ArrayDeque<>(List.of(stage.index()));
    while (!open.isEmpty()) {
      int index = open.pop();
      if (needed.add(index)) {
        bases.get(index).stage().ifPresent(base -> open.push(base.index()));
        links.get(index).forEach(link -> open.push(link.stage()));
      }
    }
    return needed;
  }

  private void checkCircles() throws BuildFailure {
    Set<Integer> done = new HashSet<>();
    for (StageDefinition stage : dockerfile.stages()) {
      checkCircle(stage.index(), done);
    }
  }

  /** Where a walk is in the links of one stage. */
  private static final class Visit {
    private final int stage;
    private int next;

    Visit(int stage) {
      this.stage = stage;
    }
  }

  private void checkCircle(int start, Set<Integer> done) throws BuildFailure {
    if (!done.add(start)) {
      return;
    }
    Set<Integer> path = new HashSet<>(Set.of(start));
    Deque<Visit> walk = new ArrayDeque<>(List.of(new Visit(start)));
    while (!walk.isEmpty()) {
      Visit visit = walk.element();
      List<Link> reads = links.get(visit.stage);
      if (visit.next == reads.size()) {
        path.remove(visit.stage);
        walk.pop();
        continue;
      }
      Link link = reads.get(visit.next++);
      if (path.contains(link.stage())) {
        throw faults.user(
            "circular-stages",
            "circular dependency detected on stage: " + shownName(start),
            link.range());
      }
      if (done.add(link.stage())) {
        path.add(link.stage());
        walk.push(new Visit(link.stage()));
      }
    }
  }

  /** A stage as messages name it. */
  String shownName(int index) {
    return dockerfile.stages().get(index).name().orElse("stage-" + index);
  }
}
