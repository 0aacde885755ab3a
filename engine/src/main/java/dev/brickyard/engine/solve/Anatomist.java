package dev.brickyard.engine.solve;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.BuildRequest;
import dev.brickyard.engine.cache.KeyBuilder;
import dev.brickyard.engine.copy.CopySpec;
import dev.brickyard.engine.copy.ModeChange;
import dev.brickyard.engine.copy.Selection;
import dev.brickyard.engine.dockerfile.RunMount;
import dev.brickyard.engine.explain.BuildAnatomy;
import dev.brickyard.engine.graph.BuildGraph;
import dev.brickyard.engine.graph.Operation;
import dev.brickyard.engine.graph.Root;
import dev.brickyard.engine.graph.Stage;
import dev.brickyard.engine.graph.Step;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.layer.EntryType;
import dev.brickyard.engine.layer.LayerEntry;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Takes the keys of a build apart into what people can be told about. Names the parts as they are
 * to be read in "... changed".
 */
final class Anatomist {
  /** Of a whole build: a few megabytes in the store at most. */
  private static final int MOST_FILES = 50_000;

  /** Lone surrogates stand for bytes that are no text; they and control characters print badly. */
  private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Cs}]");

  private final BuildRequest request;
  private final StepKeys keys;
  private final ContextFiles context;
  private int filesLeft = MOST_FILES;

  Anatomist(BuildRequest request, StepKeys keys, ContextFiles context) {
    this.request = request;
    this.keys = keys;
    this.context = context;
  }

  BuildAnatomy of(BuildGraph graph) throws BuildFailure, IOException {
    Map<String, String> arguments = new HashMap<>();
    request.buildArgs().forEach((name, value) -> arguments.put(name, hash(name, value)));
    List<BuildAnatomy.Stage> stages = new ArrayList<>();
    for (Stage stage : graph.stages()) {
      List<BuildAnatomy.Step> steps = new ArrayList<>();
      for (Step step : stage.steps()) {
        steps.add(step(stage, step));
      }
      stages.add(new BuildAnatomy.Stage(stage.name().orElse(""), input(stage.root()), steps));
    }
    return new BuildAnatomy(KeyBuilder.VERSION, arguments, stages);
  }

  private BuildAnatomy.Step step(Stage stage, Step step) throws BuildFailure, IOException {
    Map<String, String> parts = new HashMap<>();
    Map<String, String> files = new HashMap<>();
    request
        .sourceDateEpoch()
        .map(Instant::getEpochSecond)
        .ifPresent(seconds -> parts.put("SOURCE_DATE_EPOCH", seconds.toString()));
    switch (step.operation()) {
      case Operation.Run run -> run(stage, run, parts, files);
      case Operation.Copy copy -> {
        parts.put("copy", hash("copy", copyText(copy)));
        if (copy.from().isEmpty()) {
          files(copy.spec(), parts, files);
        }
      }
      case Operation.MakeDirectory(String path, String user) -> {
        parts.put("path", path);
        parts.put("user", user);
      }
    }
    return new BuildAnatomy.Step(
        printable(step.name()),
        printable(step.source()),
        keys.definition(step).abbreviated(),
        parts,
        files,
        StepKeys.roots(step.operation()).stream().map(this::input).toList());
  }

  private void run(
      Stage stage, Operation.Run run, Map<String, String> parts, Map<String, String> files)
      throws BuildFailure, IOException {
    parts.put("command", hash("command", run.args().toString()));
    run.script().ifPresent(s -> parts.put("script", hash(s.name(), s.content())));
    parts.put("user", run.user());
    parts.put("working directory", run.workingDir());
    parts.put("platform", run.platform().toString());
    parts.put("network", run.network().name().toLowerCase(Locale.ROOT));
    parts.put("host name", run.hostname());
    parts.put("isolation", hash("isolation", run.isolation().toString()));
    Set<String> environment = stage.config().environment().keySet();
    run.env()
        .forEach(
            (name, value) -> {
              boolean argument =
                  request.buildArgs().containsKey(name) || !environment.contains(name);
              parts.put((argument ? "arg " : "env ") + printable(name), hash(name, value));
            });
    for (Operation.Mount mount : run.mounts()) {
      parts.put(
          "mount " + printable(target(mount.mount())), hash("mount", mount.mount().toString()));
      if (mount.mount() instanceof RunMount.Bind bind && mount.from().isEmpty()) {
        files(StepKeys.wholeTree(bind.source()), parts, files);
      }
    }
  }

  private static String target(RunMount mount) {
    return switch (mount) {
      case RunMount.Bind bind -> bind.target();
      case RunMount.Cache cache -> cache.target();
      case RunMount.Tmpfs tmpfs -> tmpfs.target();
      case RunMount.Secret secret -> "of the secret " + secret.id();
      case RunMount.Ssh ssh -> "of the SSH agent " + ssh.id();
    };
  }

  /** All of a COPY but the files it finds. */
  private static String copyText(Operation.Copy copy) {
    CopySpec spec = copy.spec();
    return String.join(
        "\n",
        spec.sources().toString(),
        spec.destination(),
        spec.chown().toString(),
        spec.mode().map(ModeChange::text).toString(),
        String.valueOf(spec.unpack()),
        String.valueOf(spec.link()),
        String.valueOf(spec.parents()),
        spec.exclude().toString(),
        spec.inline().toString(),
        String.valueOf(copy.from().isPresent()));
  }

  private void files(CopySpec spec, Map<String, String> parts, Map<String, String> files)
      throws BuildFailure, IOException {
    Selection selection = context.select(spec);
    parts.merge("files", selection.digest(false).abbreviated(), (one, other) -> one + " " + other);
    Set<String> inline = Set.copyOf(spec.inline().stream().map(CopySpec.InlineFile::name).toList());
    for (LayerEntry entry : selection.entries()) {
      String path = printable(entry.path().value());
      if (filesLeft > 0 && !inline.contains(path) && files.put(path, hash(entry)) == null) {
        filesLeft--;
      }
    }
  }

  private BuildAnatomy.Input input(Root root) {
    String key = keys.root(root).abbreviated();
    return switch (root) {
      case Root.Scratch scratch -> new BuildAnatomy.Input("scratch", "", key);
      case Root.Image image -> {
        ImageReference reference = image.image().reference();
        yield new BuildAnatomy.Input(
            name(reference), reference.digest().map(Digest::abbreviated).orElse("?"), key);
      }
      case Root.OfStage(Stage stage) -> new BuildAnatomy.Input(name(stage), "", key);
    };
  }

  static String name(Stage stage) {
    return "stage " + stage.name().orElseGet(() -> String.valueOf(stage.index()));
  }

  /** As people write it. */
  static String name(ImageReference reference) {
    String name = reference.name() + reference.tag().map(tag -> ":" + tag).orElse("");
    return name.replaceFirst("^docker\\.io/(library/)?", "");
  }

  private static String hash(String domain, String value) {
    return new KeyBuilder("anatomy").add(domain).add(value).build().abbreviated();
  }

  private static String hash(LayerEntry entry) {
    if (entry.type() == EntryType.FILE && entry.xattrs().isEmpty()) {
      return entry.mode() + " " + entry.digest().map(Digest::abbreviated).orElse("");
    }
    return new KeyBuilder("file")
        .add(entry.type().name())
        .add(entry.mode())
        .add(entry.linkTarget())
        .add(entry.digest().map(Digest::hex))
        .add(entry.xattrs())
        .add(entry.device())
        .build()
        .abbreviated();
  }

  private static String printable(String text) {
    return UNPRINTABLE.matcher(text).replaceAll("?");
  }

  /** What makes builds comparable. */
  static Digest id(BuildRequest request) {
    return new KeyBuilder("build-anatomy")
        .add(request.dockerfileName())
        .add(request.target())
        .add(request.platform().toString())
        .build();
  }

  /** The name of a step without a stage's, for a sentence about it. */
  static Optional<String> nameOf(Root root) {
    return switch (root) {
      case Root.Scratch scratch -> Optional.empty();
      case Root.Image image -> Optional.of("image " + name(image.image().reference()));
      case Root.OfStage(Stage stage) -> Optional.of(name(stage));
    };
  }
}
