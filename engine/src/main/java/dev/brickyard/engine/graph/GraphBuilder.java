package dev.brickyard.engine.graph;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.BuildRequest;
import dev.brickyard.engine.StepId;
import dev.brickyard.engine.dockerfile.Dockerfile;
import dev.brickyard.engine.dockerfile.DockerfileException;
import dev.brickyard.engine.dockerfile.ExpansionException;
import dev.brickyard.engine.dockerfile.GoText;
import dev.brickyard.engine.dockerfile.Instruction;
import dev.brickyard.engine.dockerfile.SourceRange;
import dev.brickyard.engine.dockerfile.StageDefinition;
import dev.brickyard.engine.dockerfile.Suggestion;
import dev.brickyard.engine.image.ContainerConfig;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.image.Platform;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.stream.Collectors;

/**
 * Settles the stages that a target needs, and only those. One builder makes one graph; not for use
 * by several threads.
 */
public final class GraphBuilder {
  /** More is no Dockerfile of a person or a tool; what walks the stages does so recursively. */
  private static final int MAX_STAGES = 1000;

  private final Dockerfile dockerfile;
  private final BuildRequest request;
  private final BaseImages images;
  private final Faults faults;
  private final GlobalArgs globals;
  private final StageMap map;
  private final StageDefinition target;
  private final Map<Integer, Stage> stages = new LinkedHashMap<>();
  private final Set<Integer> underway = new HashSet<>();
  private final Map<String, Root.Image> copiedImages = new LinkedHashMap<>();
  private final Set<StepId> ids = new HashSet<>();

  /**
   * Settles what can be told from the Dockerfile alone.
   *
   * @param buildPlatform what the build runs on, for {@code BUILDPLATFORM}
   * @throws BuildFailure placed at the line of the Dockerfile that is to blame
   */
  public GraphBuilder(
      Dockerfile dockerfile, BuildRequest request, Platform buildPlatform, BaseImages images)
      throws BuildFailure {
    this.dockerfile = dockerfile;
    this.request = request;
    this.images = images;
    this.faults = new Faults(dockerfile);
    if (dockerfile.stages().size() > MAX_STAGES) {
      throw BuildFailure.limit(
          "too-many-stages", "the Dockerfile has more than " + MAX_STAGES + " stages");
    }
    this.globals = GlobalArgs.of(dockerfile, request, buildPlatform);
    this.map = StageMap.of(dockerfile, globals::value, request.platform(), buildPlatform);
    this.target = target();
  }

  /**
   * Makes the graph; asks for every image it needs.
   *
   * @throws BuildFailure placed at the line of the Dockerfile that is to blame
   */
  public BuildGraph build() throws BuildFailure, InterruptedException {
    SortedSet<Integer> needed = map.neededBy(target);
    expectImages(needed);
    for (int index : needed) {
      var _ = stage(index, dockerfile.stages().get(index).from().range());
    }
    Stage built = stage(target.index(), target.from().range());
    Set<String> declared = new HashSet<>();
    stages.values().forEach(stage -> declared.addAll(stage.variables().args().keySet()));
    return new BuildGraph(
        built,
        List.copyOf(stages.values()),
        List.copyOf(copiedImages.values()),
        globals.epoch(),
        globals.unused(dockerfile, declared));
  }

  private StageDefinition target() throws BuildFailure {
    List<StageDefinition> all = dockerfile.stages();
    if (request.target().isEmpty()) {
      return all.getLast();
    }
    String wanted = request.target().get();
    Optional<StageDefinition> found = dockerfile.findStage(wanted, all.size());
    if (found.isEmpty()) {
      List<String> names = all.stream().map(GraphBuilder::label).toList();
      throw BuildFailure.user(
          "target-missing",
          Suggestion.append(
                  "target stage " + GoText.literal(wanted) + " could not be found", wanted, names)
              + "; there are: "
              + names.stream().collect(Collectors.joining(", ")));
    }
    return found.get();
  }

  /** Lets the images that can be told from the Dockerfile alone be looked up all at once. */
  private void expectImages(Set<Integer> needed) throws BuildFailure {
    for (int index : needed) {
      StageDefinition stage = dockerfile.stages().get(index);
      StageMap.Base base = map.base(stage);
      if (base.stage().isEmpty() && !base.isScratch()) {
        images.expect(map.reference(base.name(), stage.from().range()), base.platform());
      }
    }
  }

  private Stage stage(int index, SourceRange asking) throws BuildFailure, InterruptedException {
    Stage done = stages.get(index);
    if (done != null) {
      return done;
    }
    if (!underway.add(index)) {
      throw faults.user(
          "circular-stages",
          "circular dependency detected on stage: " + map.shownName(index),
          asking);
    }
    Stage stage = build(dockerfile.stages().get(index));
    underway.remove(index);
    stages.put(index, stage);
    return stage;
  }

  private Stage build(StageDefinition definition) throws BuildFailure, InterruptedException {
    Instruction.From from = definition.from();
    StageMap.Base base = map.base(definition);
    Platform platform = base.platform();
    Root root;
    ContainerConfig inherited;
    BuildVariables below = BuildVariables.NONE;
    if (base.stage().isPresent()) {
      Stage beneath = stage(base.stage().get().index(), from.range());
      root = new Root.OfStage(beneath);
      inherited = beneath.config();
      platform = beneath.platform();
      below = beneath.variables();
    } else if (base.isScratch()) {
      root = new Root.Scratch();
      inherited = ContainerConfig.EMPTY.withWorkingDir("/");
    } else {
      BaseImage image = image(base.name(), platform, from.range());
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
            globals,
            below,
            (source, range) -> source(source, definition.index(), range),
            new RunOptions(request));
    for (String trigger : inherited.onBuild()) {
      apply(builder, parseTrigger(trigger, from.range()), from.range(), Optional.of(trigger));
    }
    for (Instruction instruction : definition.instructions()) {
      apply(builder, instruction, instruction.range(), Optional.empty());
    }
    if (target.index() == definition.index()) {
      builder.addLabels(request.labels());
    }
    return finish(definition, platform, root, builder);
  }

  private void apply(
      StageBuilder builder, Instruction instruction, SourceRange range, Optional<String> trigger)
      throws BuildFailure, InterruptedException {
    try {
      builder.apply(instruction, range, trigger.isPresent());
    } catch (ExpansionException e) {
      throw faults.user("bad-expansion", e.sentence() + inTrigger(trigger), range);
    } catch (BuildFailure e) {
      throw e.range().isPresent() ? e : faults.at(e, range);
    }
  }

  private static String inTrigger(Optional<String> trigger) {
    return trigger.map(text -> " (in the base image's trigger \"" + text + "\")").orElse("");
  }

  private Instruction parseTrigger(String trigger, SourceRange from) throws BuildFailure {
    try {
      return Dockerfile.parseTrigger(trigger);
    } catch (DockerfileException e) {
      throw faults.user(e.code(), e.sentence() + inTrigger(Optional.of(trigger)), from);
    }
  }

  private Stage finish(
      StageDefinition definition, Platform platform, Root root, StageBuilder builder)
      throws BuildFailure {
    boolean imageFirst = root instanceof Root.Image;
    List<StageBuilder.Draft> drafts = builder.drafts();
    int total = drafts.size() + (imageFirst ? 1 : 0);
    String shown = dockerfile.stages().size() == 1 ? "" : prefix(definition) + " ";
    Root named = root;
    if (root instanceof Root.Image image) {
      named =
          new Root.Image(
              image.id(),
              "[" + shown + count(1, total) + "] FROM " + image.image().reference(),
              image.line(),
              image.image());
    }
    List<Step> steps = new ArrayList<>();
    for (StageBuilder.Draft draft : drafts) {
      int position = steps.size() + 1 + (imageFirst ? 1 : 0);
      steps.add(
          new Step(
              id(prefix(definition) + "-" + position, definition.index()),
              "[" + shown + count(position, total) + "] " + draft.shown(),
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
        history,
        builder.variables());
  }

  /** {@code " 3/12"}: as wide as it gets, so that the steps stand below each other. */
  private static String count(int position, int total) {
    String width = Integer.toString(Integer.toString(total).length());
    return ("%" + width + "d/%d").formatted(position, total);
  }

  /** What COPY --from or a mount reads. */
  private Root source(String from, int asking, SourceRange range)
      throws BuildFailure, InterruptedException {
    Optional<StageDefinition> found = map.source(from, range);
    if (found.isPresent()) {
      if (found.get().index() > asking) {
        throw faults.user(
            "stage-later",
            "cannot copy from stage "
                + GoText.literal(from)
                + ", it needs to be defined before current stage "
                + GoText.literal(map.shownName(asking)),
            range);
      }
      return new Root.OfStage(stage(found.get().index(), range));
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

  private BaseImage image(String name, Platform platform, SourceRange range)
      throws BuildFailure, InterruptedException {
    ImageReference reference = map.reference(name, range);
    try {
      return images.find(reference, platform);
    } catch (BuildFailure e) {
      throw faults.at(e, range);
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
}
