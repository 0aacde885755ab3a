package dev.brickyard.engine.graph;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.BuildRequest;
import dev.brickyard.engine.StepId;
import dev.brickyard.engine.dockerfile.Dockerfile;
import dev.brickyard.engine.dockerfile.DockerfileException;
import dev.brickyard.engine.dockerfile.ExpansionException;
import dev.brickyard.engine.dockerfile.Instruction;
import dev.brickyard.engine.dockerfile.SourceRange;
import dev.brickyard.engine.dockerfile.StageDefinition;
import dev.brickyard.engine.dockerfile.WordExpansion;
import dev.brickyard.engine.image.ContainerConfig;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.image.Platform;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Settles the stages that a target needs, and only those. One builder makes one graph; not for use
 * by several threads.
 */
public final class GraphBuilder {
  private final Dockerfile dockerfile;
  private final BuildRequest request;
  private final Platform buildPlatform;
  private final BaseImages images;
  private final Map<String, String> globals = new LinkedHashMap<>();
  private final Map<Integer, Stage> stages = new LinkedHashMap<>();
  private final Set<Integer> underway = new LinkedHashSet<>();
  private final Map<String, Root.Image> copiedImages = new LinkedHashMap<>();
  private final Set<StepId> ids = new HashSet<>();

  /**
   * @param buildPlatform what the build runs on, for {@code BUILDPLATFORM}
   */
  public GraphBuilder(
      Dockerfile dockerfile, BuildRequest request, Platform buildPlatform, BaseImages images) {
    this.dockerfile = dockerfile;
    this.request = request;
    this.buildPlatform = buildPlatform;
    this.images = images;
  }

  /**
   * Makes the graph; asks for every image it needs.
   *
   * @throws BuildFailure placed at the line of the Dockerfile that is to blame
   */
  public BuildGraph build() throws BuildFailure, InterruptedException {
    resolveGlobals();
    StageDefinition target = target();
    expectImages(target);
    Stage built = stage(target.index(), target.from().range());
    return new BuildGraph(built, List.copyOf(stages.values()), List.copyOf(copiedImages.values()));
  }

  private void resolveGlobals() throws BuildFailure {
    globals.putAll(
        ArgScope.platformArgs(
            request.platform(), buildPlatform, request.target().orElse("default")));
    for (String name : List.copyOf(globals.keySet())) {
      globals.computeIfPresent(name, (n, value) -> request.buildArgs().getOrDefault(n, value));
    }
    for (Instruction.Arg arg : dockerfile.globals()) {
      for (Instruction.ArgDefinition definition : arg.definitions()) {
        String name = expandGlobal(definition.name(), arg.range());
        String given = request.buildArgs().get(name);
        if (given != null) {
          globals.put(name, given);
        } else if (definition.defaultValue().isPresent()) {
          globals.put(name, expandGlobal(definition.defaultValue().get(), arg.range()));
        }
      }
    }
  }

  private String expandGlobal(String word, SourceRange range) throws BuildFailure {
    try {
      return WordExpansion.expand(
          word, name -> Optional.ofNullable(globals.get(name)), dockerfile.directives().escape());
    } catch (ExpansionException e) {
      throw placed(BuildFailure.user("bad-expansion", e.sentence()), range);
    }
  }

  private StageDefinition target() throws BuildFailure {
    List<StageDefinition> all = dockerfile.stages();
    if (request.target().isEmpty()) {
      return all.getLast();
    }
    String wanted = request.target().get();
    Optional<StageDefinition> found = dockerfile.findStage(wanted, all.size());
    if (found.isEmpty()) {
      String there =
          all.stream()
              .map(stage -> stage.name().orElse(Integer.toString(stage.index())))
              .collect(Collectors.joining(", "));
      throw BuildFailure.user(
          "target-missing",
          "target stage \"" + wanted + "\" could not be found; there are: " + there);
    }
    return found.get();
  }

  /** Lets the images that can be told from the Dockerfile alone be looked up all at once. */
  private void expectImages(StageDefinition target) throws BuildFailure {
    Set<Integer> seen = new HashSet<>();
    List<StageDefinition> open = new ArrayList<>(List.of(target));
    while (!open.isEmpty()) {
      StageDefinition stage = open.removeLast();
      if (!seen.add(stage.index())) {
        continue;
      }
      Instruction.From from = stage.from();
      String name = expandGlobal(from.image(), from.range());
      Optional<StageDefinition> base = baseStage(name, stage.index());
      if (base.isPresent()) {
        open.add(base.get());
      } else if (!name.equals("scratch")) {
        images.expect(reference(name, from.range()), platformOf(from));
      }
      for (Instruction instruction : stage.instructions()) {
        if (instruction instanceof Instruction.Copy copy && copy.from().isPresent()) {
          sourceStage(copy.from().get(), stage.index()).ifPresent(open::add);
        }
      }
    }
  }

  private Stage stage(int index, SourceRange asking) throws BuildFailure, InterruptedException {
    Stage done = stages.get(index);
    if (done != null) {
      return done;
    }
    StageDefinition definition = dockerfile.stages().get(index);
    if (!underway.add(index)) {
      throw placed(
          BuildFailure.user(
              "circular-stages", "circular dependency detected on stage: " + label(definition)),
          asking);
    }
    Stage stage = build(definition);
    underway.remove(index);
    stages.put(index, stage);
    return stage;
  }

  private Stage build(StageDefinition definition) throws BuildFailure, InterruptedException {
    Instruction.From from = definition.from();
    Platform platform = platformOf(from);
    String name = expandGlobal(from.image(), from.range());
    Optional<StageDefinition> base = baseStage(name, definition.index());
    Root root;
    ContainerConfig inherited;
    if (base.isPresent()) {
      Stage below = stage(base.get().index(), from.range());
      root = new Root.OfStage(below);
      inherited = below.config();
      platform = below.platform();
    } else if (name.equals("scratch")) {
      root = new Root.Scratch();
      inherited = ContainerConfig.EMPTY;
    } else {
      BaseImage image = image(name, platform, from.range());
      // Named below, when it is known how many steps the stage has.
      StepId id = id(prefix(definition) + "-1", definition.index());
      root = new Root.Image(id, "", from.range().startLine(), image);
      inherited = image.config().config();
    }
    StageBuilder builder =
        new StageBuilder(
            dockerfile.directives().escape(),
            platform,
            inherited,
            new ArgScope(request.buildArgs(), globals),
            (source, range) -> source(source, definition.index(), range));
    for (String trigger : inherited.onBuild()) {
      apply(builder, parseTrigger(trigger, from.range()), from.range(), Optional.of(trigger));
    }
    for (Instruction instruction : definition.instructions()) {
      apply(builder, instruction, instruction.range(), Optional.empty());
    }
    if (underway.iterator().next() == definition.index()) {
      builder.addLabels(request.labels());
    }
    return finish(definition, platform, root, builder);
  }

  private void apply(
      StageBuilder builder, Instruction instruction, SourceRange range, Optional<String> trigger)
      throws BuildFailure, InterruptedException {
    try {
      builder.apply(instruction, range);
    } catch (ExpansionException e) {
      throw placed(BuildFailure.user("bad-expansion", e.sentence() + inTrigger(trigger)), range);
    } catch (BuildFailure e) {
      throw e.range().isPresent() ? e : placed(e, range);
    }
  }

  private static String inTrigger(Optional<String> trigger) {
    return trigger.map(text -> " (in the base image's trigger \"" + text + "\")").orElse("");
  }

  private Instruction parseTrigger(String trigger, SourceRange from) throws BuildFailure {
    try {
      return Dockerfile.parseTrigger(trigger);
    } catch (DockerfileException e) {
      throw placed(
          BuildFailure.user(e.code(), e.sentence() + inTrigger(Optional.of(trigger))), from);
    }
  }

  private Stage finish(
      StageDefinition definition, Platform platform, Root root, StageBuilder builder)
      throws BuildFailure {
    boolean imageFirst = root instanceof Root.Image;
    List<StageBuilder.Draft> drafts = builder.drafts();
    int total = drafts.size() + (imageFirst ? 1 : 0);
    String shown =
        dockerfile.stages().size() == 1 && definition.name().isEmpty()
            ? ""
            : prefix(definition) + " ";
    Root named = root;
    if (root instanceof Root.Image image) {
      named =
          new Root.Image(
              image.id(),
              "[%s1/%d] FROM %s".formatted(shown, total, image.image().reference()),
              image.line(),
              image.image());
    }
    List<Step> steps = new ArrayList<>();
    for (StageBuilder.Draft draft : drafts) {
      int position = steps.size() + 1 + (imageFirst ? 1 : 0);
      steps.add(
          new Step(
              id(prefix(definition) + "-" + position, definition.index()),
              "[%s%d/%d] %s".formatted(shown, position, total, draft.source()),
              draft.source(),
              draft.range(),
              draft.operation()));
    }
    List<HistoryNote> history = new ArrayList<>();
    for (StageBuilder.DraftNote note : builder.notes()) {
      Optional<Step> step =
          note.draft().isPresent()
              ? Optional.of(steps.get(note.draft().getAsInt()))
              : Optional.empty();
      history.add(new HistoryNote(note.createdBy(), step));
    }
    return new Stage(
        definition.index(),
        definition.name(),
        platform,
        named,
        steps,
        builder.config(),
        builder.author(),
        history);
  }

  /** What COPY --from or a mount reads. */
  private Root source(String from, int asking, SourceRange range)
      throws BuildFailure, InterruptedException {
    Optional<StageDefinition> found = sourceStage(from, asking);
    if (found.isPresent()) {
      return new Root.OfStage(stage(found.get().index(), range));
    }
    if (from.matches("[0-9]+")) {
      throw placed(
          BuildFailure.user(
              "stage-missing",
              "invalid stage index "
                  + from
                  + ": the Dockerfile has "
                  + dockerfile.stages().size()
                  + " stages, counted from 0"),
          range);
    }
    if (from.equals("scratch")) {
      return new Root.Scratch();
    }
    Root.Image known = copiedImages.get(from);
    if (known == null) {
      BaseImage image = image(from, request.platform(), range);
      known =
          new Root.Image(
              id("from-" + (copiedImages.size() + 1), asking),
              "FROM " + image.reference(),
              range.startLine(),
              image);
      copiedImages.put(from, known);
    }
    return known;
  }

  private Optional<StageDefinition> baseStage(String name, int before) {
    return dockerfile
        .findStage(name, before)
        .filter(stage -> stage.name().filter(name::equalsIgnoreCase).isPresent());
  }

  private Optional<StageDefinition> sourceStage(String from, int asking) {
    return dockerfile
        .findStage(from, asking)
        .or(() -> dockerfile.findStage(from, dockerfile.stages().size()));
  }

  private BaseImage image(String name, Platform platform, SourceRange range)
      throws BuildFailure, InterruptedException {
    ImageReference reference = reference(name, range);
    try {
      return images.find(reference, platform);
    } catch (BuildFailure e) {
      throw placed(e, range);
    }
  }

  private ImageReference reference(String name, SourceRange range) throws BuildFailure {
    if (name.isBlank()) {
      throw placed(
          BuildFailure.user(
              "bad-image-name", "base name is blank: an ARG it is made of has no value"),
          range);
    }
    try {
      return ImageReference.parse(name);
    } catch (IllegalArgumentException e) {
      throw placed(BuildFailure.user("bad-image-name", String.valueOf(e.getMessage())), range);
    }
  }

  private Platform platformOf(Instruction.From from) throws BuildFailure {
    if (from.platform().isEmpty()) {
      return request.platform();
    }
    String text = expandGlobal(from.platform().get(), from.range());
    try {
      return Platform.parse(text);
    } catch (IllegalArgumentException e) {
      throw placed(BuildFailure.user("bad-platform", String.valueOf(e.getMessage())), from.range());
    }
  }

  private StepId id(String wanted, int stage) {
    StepId id = new StepId(wanted);
    if (!ids.add(id)) {
      id = new StepId(wanted + "-" + stage);
      ids.add(id);
    }
    return id;
  }

  private static String prefix(StageDefinition stage) {
    return stage.name().orElse("stage-" + stage.index());
  }

  private static String label(StageDefinition stage) {
    return stage.name().orElse(Integer.toString(stage.index()));
  }

  private BuildFailure placed(BuildFailure failure, SourceRange range) {
    return failure.at(dockerfile.fileName(), range, dockerfile.excerpt(range));
  }
}
