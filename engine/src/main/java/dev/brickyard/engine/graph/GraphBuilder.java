package dev.brickyard.engine.graph;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.BuildRequest;
import dev.brickyard.engine.NamedContext;
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
import dev.brickyard.engine.source.RemoteSource;
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
  private final RemoteSources remotes;
  private final NamedContexts contexts;
  private final Map<String, String> globals = new LinkedHashMap<>();
  private final Map<Integer, Stage> stages = new LinkedHashMap<>();
  private final Set<Integer> underway = new LinkedHashSet<>();
  private final Map<String, Root.Image> copiedImages = new LinkedHashMap<>();
  private final Map<Object, Root.Fetched> fetched = new LinkedHashMap<>();
  private final Set<StepId> ids = new HashSet<>();

  /**
   * @param buildPlatform what the build runs on, for {@code BUILDPLATFORM}
   * @param remotes finds what is neither the context's, a stage's nor an image's
   */
  public GraphBuilder(
      Dockerfile dockerfile,
      BuildRequest request,
      Platform buildPlatform,
      BaseImages images,
      RemoteSources remotes) {
    this.dockerfile = dockerfile;
    this.request = request;
    this.buildPlatform = buildPlatform;
    this.images = images;
    this.remotes = remotes;
    this.contexts = new NamedContexts(request.options().contexts());
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
    return new BuildGraph(
        built,
        List.copyOf(stages.values()),
        List.copyOf(copiedImages.values()),
        List.copyOf(fetched.values()));
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
      Platform platform = platformOf(from);
      Optional<NamedContext> replaced = replacement(stage, platform);
      if (replaced.isPresent()) {
        expect(replaced.get(), platform);
        continue;
      }
      String name = expandGlobal(from.image(), from.range());
      Optional<StageDefinition> base = baseStage(name, stage.index());
      Optional<NamedContext> context = contexts.find(name, platform);
      if (base.isPresent()) {
        open.add(base.get());
      } else if (context.isPresent()) {
        expect(context.get(), platform);
      } else if (!name.equals("scratch")) {
        images.expect(reference(name, from.range()), platform);
      }
      for (Instruction instruction : stage.instructions()) {
        if (instruction instanceof Instruction.Copy copy && copy.from().isPresent()) {
          sourceStage(copy.from().get(), stage.index()).ifPresent(open::add);
        }
      }
    }
  }

  private void expect(NamedContext context, Platform platform) {
    if (context instanceof NamedContext.Image(ImageReference reference)) {
      images.expect(reference, platform);
    }
  }

  /** The context that is called like the stage, and stands for all of it. */
  private Optional<NamedContext> replacement(StageDefinition stage, Platform platform) {
    return stage.name().flatMap(name -> contexts.find(name, platform));
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
    Optional<NamedContext> replaced = replacement(definition, platform);
    if (replaced.isPresent()) {
      String called = definition.name().orElseThrow();
      Root there = contextRoot(called, replaced.get(), platform, definition, from.range());
      // As BuildKit does, what the Dockerfile says of the stage is not even looked at.
      return finish(
          definition,
          platform,
          there,
          labelled(definition, builder(definition, platform, configOf(there))));
    }
    String name = expandGlobal(from.image(), from.range());
    Optional<StageDefinition> base = baseStage(name, definition.index());
    Optional<NamedContext> context = contexts.find(name, platform);
    Root root;
    if (base.isPresent()) {
      Stage below = stage(base.get().index(), from.range());
      root = new Root.OfStage(below);
      platform = below.platform();
    } else if (context.isPresent()) {
      root = contextRoot(name, context.get(), platform, definition, from.range());
    } else if (name.equals("scratch")) {
      root = new Root.Scratch();
    } else {
      root = baseRoot(image(name, platform, from.range()), definition, from.range());
    }
    ContainerConfig inherited = configOf(root);
    StageBuilder builder = builder(definition, platform, inherited);
    for (String trigger : inherited.onBuild()) {
      apply(builder, parseTrigger(trigger, from.range()), from.range(), Optional.of(trigger));
    }
    for (Instruction instruction : definition.instructions()) {
      apply(builder, instruction, instruction.range(), Optional.empty());
    }
    return finish(definition, platform, root, labelled(definition, builder));
  }

  /** The stage that was asked for first is the image. */
  private StageBuilder labelled(StageDefinition definition, StageBuilder builder) {
    if (underway.iterator().next() == definition.index()) {
      builder.addLabels(request.labels());
    }
    return builder;
  }

  private StageBuilder builder(
      StageDefinition definition, Platform platform, ContainerConfig inherited) {
    StageBuilder.Sources sources =
        new StageBuilder.Sources() {
          @Override
          public Root find(String from, SourceRange range)
              throws BuildFailure, InterruptedException {
            return source(from, definition, platform, range);
          }

          @Override
          public Root remote(RemoteSource source, SourceRange range) {
            return GraphBuilder.this.remote(source, source.shown(), range);
          }
        };
    return new StageBuilder(
        dockerfile.directives().escape(),
        platform,
        inherited,
        new ArgScope(request.buildArgs(), globals),
        sources);
  }

  private static ContainerConfig configOf(Root root) {
    return switch (root) {
      case Root.Scratch scratch -> ContainerConfig.EMPTY;
      case Root.Image image -> image.image().config().config();
      case Root.Fetched files -> ContainerConfig.EMPTY;
      case Root.OfStage(Stage below) -> below.config();
    };
  }

  /** Named later, when it is known how many steps the stage has. */
  private Root.Image baseRoot(BaseImage image, StageDefinition definition, SourceRange range) {
    StepId id = id(prefix(definition) + "-1", definition.index());
    return new Root.Image(id, "", range.startLine(), image);
  }

  /** What a stage begins with whose FROM names a context, or that is called like one. */
  private Root contextRoot(
      String name,
      NamedContext context,
      Platform platform,
      StageDefinition definition,
      SourceRange range)
      throws BuildFailure, InterruptedException {
    return switch (context) {
      case NamedContext.Image(ImageReference reference) ->
          baseRoot(image(reference, platform, range), definition, range);
      case NamedContext.Scratch scratch -> new Root.Scratch();
      case NamedContext.Folder folder -> folder(name, folder, range);
      case NamedContext.Remote(RemoteSource source) ->
          remote(source, "[context " + name + "] " + source.shown(), range);
    };
  }

  private Root.Fetched folder(String name, NamedContext.Folder folder, SourceRange range) {
    return fetched.computeIfAbsent(
        folder,
        _ ->
            new Root.Fetched(
                id("source-" + (fetched.size() + 1), 0),
                "[context " + name + "] load from client",
                range,
                remotes.folder(folder)));
  }

  private Root.Fetched remote(RemoteSource source, String name, SourceRange range) {
    return fetched.computeIfAbsent(
        source,
        _ ->
            new Root.Fetched(
                id("source-" + (fetched.size() + 1), 0), name, range, remotes.find(source)));
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
  private Root source(String from, StageDefinition definition, Platform platform, SourceRange range)
      throws BuildFailure, InterruptedException {
    int asking = definition.index();
    Optional<StageDefinition> found = sourceStage(from, asking);
    if (found.isPresent()) {
      return new Root.OfStage(stage(found.get().index(), range));
    }
    Optional<NamedContext> context = contexts.find(from, platform);
    if (context.isPresent()) {
      return switch (context.get()) {
        case NamedContext.Image(ImageReference reference) ->
            copied(from, image(reference, platform, range), asking, range);
        case NamedContext.Scratch scratch -> new Root.Scratch();
        case NamedContext.Folder folder -> folder(from, folder, range);
        case NamedContext.Remote(RemoteSource remote) ->
            remote(remote, "[context " + from + "] " + remote.shown(), range);
      };
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
    return known == null
        ? copied(from, image(from, request.platform(), range), asking, range)
        : known;
  }

  private Root.Image copied(String from, BaseImage image, int asking, SourceRange range) {
    return copiedImages.computeIfAbsent(
        from,
        _ ->
            new Root.Image(
                id("from-" + (copiedImages.size() + 1), asking),
                "FROM " + image.reference(),
                range.startLine(),
                image));
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
    return image(reference(name, range), platform, range);
  }

  private BaseImage image(ImageReference reference, Platform platform, SourceRange range)
      throws BuildFailure, InterruptedException {
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
