package dev.brickyard.engine.solve;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.cache.KeyBuilder;
import dev.brickyard.engine.copy.CopySpec;
import dev.brickyard.engine.copy.ModeChange;
import dev.brickyard.engine.dockerfile.CommandLine;
import dev.brickyard.engine.dockerfile.RunMount;
import dev.brickyard.engine.graph.BuildGraph;
import dev.brickyard.engine.graph.Operation;
import dev.brickyard.engine.graph.Root;
import dev.brickyard.engine.graph.Stage;
import dev.brickyard.engine.graph.Step;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.runtime.ExtraHost;
import dev.brickyard.engine.runtime.Isolation;
import dev.brickyard.engine.runtime.Ulimit;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The keys of a build's steps. A definition key hashes the operation and the definition keys of its
 * inputs; a content key hashes the operation and what its inputs turned out to be. What an
 * operation does not say (comments, lines, tags, time stamps of files, secrets, proxies) is in
 * neither.
 */
final class StepKeys {
  private final ContextFiles context;
  private final Optional<Instant> epoch;
  private final Map<Step, Digest> operations = new HashMap<>();
  private final Map<Step, Digest> definitions = new HashMap<>();
  private final Map<Step, Digest> contents = new ConcurrentHashMap<>();
  private final Map<Integer, Digest> stageEnds = new HashMap<>();

  private StepKeys(ContextFiles context, Optional<Instant> epoch) {
    this.context = context;
    this.epoch = epoch;
  }

  /**
   * Computes every definition key.
   *
   * @param epoch enters each key, since it shows in the layers
   * @throws BuildFailure placed by {@code places} when a step's context files are missing
   */
  static StepKeys of(BuildGraph graph, ContextFiles context, Optional<Instant> epoch, Places places)
      throws BuildFailure, IOException {
    StepKeys keys = new StepKeys(context, epoch);
    for (Stage stage : graph.stages()) {
      Digest below = keys.rootKey(stage.root());
      for (Step step : stage.steps()) {
        try {
          keys.operations.put(step, keys.operationKey(step.operation()));
        } catch (BuildFailure e) {
          throw places.at(e, step);
        }
        below = keys.definitionKey(step, below);
        keys.definitions.put(step, below);
      }
      keys.stageEnds.put(stage.index(), below);
    }
    return keys;
  }

  /** The key a step has before anything ran. */
  Digest definition(Step step) {
    return known(definitions, step);
  }

  private static Digest known(Map<Step, Digest> keys, Step step) {
    Digest key = keys.get(step);
    if (key == null) {
      throw new IllegalArgumentException(step.id() + " is no step of this graph");
    }
    return key;
  }

  /** The definition keys of all steps. */
  List<Digest> definitions() {
    return List.copyOf(definitions.values());
  }

  /**
   * The key a step has once its inputs are known.
   *
   * @param below the layers it stands on
   * @param read digests of what it reads of other roots, in the order of {@link #roots}
   */
  Digest content(Step step, List<Layer> below, List<Digest> read) {
    KeyBuilder key = new KeyBuilder("content").add(known(operations, step)).addDigests(read);
    if (dependsOnBelow(step)) {
      key.addDigests(below.stream().map(Layer::diffId).toList());
    }
    Digest content = key.build();
    contents.put(step, content);
    return content;
  }

  /** The step's content key, when it was asked for before. */
  Optional<Digest> contentIfKnown(Step step) {
    return Optional.ofNullable(contents.get(step));
  }

  /** The other roots a step reads, in order. */
  static List<Root> roots(Operation operation) {
    List<Root> roots = new ArrayList<>();
    switch (operation) {
      case Operation.Copy copy -> copy.from().ifPresent(roots::add);
      case Operation.Run run -> run.mounts().forEach(mount -> mount.from().ifPresent(roots::add));
      case Operation.MakeDirectory directory -> {}
    }
    return roots;
  }

  /** False for {@code COPY --link}, whose layer is the same on any base. */
  static boolean dependsOnBelow(Step step) {
    return !(step.operation() instanceof Operation.Copy copy && copy.spec().link());
  }

  private Digest definitionKey(Step step, Digest below) {
    KeyBuilder key = new KeyBuilder("definition").add(known(operations, step));
    List<Digest> inputs = new ArrayList<>();
    for (Root root : roots(step.operation())) {
      inputs.add(rootKey(root));
    }
    key.addDigests(inputs);
    if (dependsOnBelow(step)) {
      key.add(below);
    }
    return key.build();
  }

  /** The key of a root filesystem. */
  Digest root(Root root) {
    return rootKey(root);
  }

  private Digest rootKey(Root root) {
    return switch (root) {
      case Root.Scratch scratch -> new KeyBuilder("scratch").build();
      case Root.Image image ->
          new KeyBuilder("image")
              .addDigests(image.image().layers().stream().map(Layer::diffId).toList())
              .build();
      case Root.OfStage(Stage stage) -> {
        Digest end = stageEnds.get(stage.index());
        if (end == null) {
          throw new IllegalStateException("stage " + stage.index() + " comes after its use");
        }
        yield end;
      }
    };
  }

  private Digest operationKey(Operation operation) throws BuildFailure, IOException {
    return switch (operation) {
      case Operation.Run run -> runKey(run);
      case Operation.Copy copy -> copyKey(copy);
      case Operation.MakeDirectory(String path, String user) ->
          start("mkdir").add(path).add(user).build();
    };
  }

  private Digest runKey(Operation.Run run) throws BuildFailure, IOException {
    KeyBuilder key =
        start("run")
            .add(run.platform().toString())
            .addTexts(run.args())
            .add(run.script().map(CommandLine.Script::name))
            .add(run.script().map(CommandLine.Script::content))
            .add(run.env())
            .add(run.user())
            .add(run.workingDir())
            .add(run.network().name())
            .add(run.hostname())
            .add(run.mounts().size());
    for (Operation.Mount mount : run.mounts()) {
      // A record's text names every component; what is mounted from other roots is added as input.
      key.add(mount.mount().toString());
      if (mount.mount() instanceof RunMount.Bind bind && mount.from().isEmpty()) {
        key.add(context.select(wholeTree(bind.source())).digest(false));
      }
    }
    Isolation isolation = run.isolation();
    key.add(isolation.insecure())
        .addTexts(isolation.extraHosts().stream().map(ExtraHost::toString).toList())
        .add(isolation.shmBytes().orElse(-1))
        .addTexts(isolation.ulimits().stream().map(Ulimit::toString).toList());
    return key.build();
  }

  private Digest copyKey(Operation.Copy copy) throws BuildFailure, IOException {
    CopySpec spec = copy.spec();
    KeyBuilder key =
        start("copy")
            .addTexts(copy.from().isPresent() ? spec.sources() : List.of())
            .add(spec.destination())
            .add(spec.chown())
            .add(spec.mode().map(ModeChange::text))
            .add(spec.unpack())
            .add(spec.link())
            .add(spec.parents())
            .addTexts(copy.from().isPresent() ? spec.exclude() : List.of())
            .add(copy.from().isPresent());
    for (CopySpec.InlineFile file : spec.inline()) {
      key.add(file.name()).add(file.content());
    }
    if (copy.from().isEmpty()) {
      key.add(context.select(spec).digest(false));
    }
    return key.build();
  }

  /** A selection of everything at a path, for mounts. */
  static CopySpec wholeTree(String source) {
    return new CopySpec(
        List.of(source.isEmpty() ? "/" : source),
        List.of(),
        "/",
        Optional.empty(),
        Optional.empty(),
        false,
        false,
        false,
        List.of());
  }

  private KeyBuilder start(String operation) {
    return new KeyBuilder(operation)
        .add(epoch.isPresent())
        .add(epoch.map(Instant::getEpochSecond).orElse(0L));
  }
}
