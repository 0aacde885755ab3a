package dev.brickyard.engine.solve;

import dev.brickyard.engine.StepId;
import dev.brickyard.engine.graph.HistoryNote;
import dev.brickyard.engine.graph.Root;
import dev.brickyard.engine.graph.Stage;
import dev.brickyard.engine.image.History;
import dev.brickyard.engine.image.ImageConfig;
import dev.brickyard.engine.layer.Layer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes the config of a finished image. All its times come from the layers, so that an image made
 * wholly from the cache is the same image, to the digest.
 */
final class ImageAssembler {
  private static final String COMMENT = "buildkit.dockerfile.v0";

  private final Map<StepId, StepResult> results;
  private final Optional<Instant> epoch;
  private final List<History> history = new ArrayList<>();
  private Optional<Instant> newest = Optional.empty();
  private String author = "";

  /**
   * @param epoch what every new time stamp becomes, when given
   */
  ImageAssembler(Map<StepId, StepResult> results, Optional<Instant> epoch) {
    this.results = results;
    this.epoch = epoch;
  }

  ImageConfig assemble(Stage target, List<Layer> layers) {
    add(target);
    return new ImageConfig(
        Optional.of(epoch.or(() -> newest).orElse(Instant.EPOCH)),
        author,
        target.platform(),
        target.config(),
        layers.stream().map(Layer::diffId).toList(),
        history);
  }

  private void add(Stage stage) {
    switch (stage.root()) {
      case Root.Scratch scratch -> {}
      case Root.Image image -> addBase(image.image().config(), image.image().layers().size());
      case Root.Fetched files ->
          // Tools count layers by the history: BuildKit's exporter tells of these, too.
          history.add(new History(epoch, files.name(), "", "buildkit.exporter.image.v0", false));
      case Root.OfStage(Stage below) -> add(below);
    }
    for (HistoryNote note : stage.history()) {
      if (note.step().isPresent()) {
        Instant made = epoch.orElse(result(note.step().get().id()).createdAt());
        newest = newest.filter(made::isBefore).or(() -> Optional.of(made));
        history.add(History.layer(made, note.createdBy(), COMMENT));
      } else {
        // What makes no layer happened when what stands before it did.
        Optional<Instant> before = epoch.or(this::lastTime);
        history.add(new History(before, note.createdBy(), "", COMMENT, true));
      }
    }
    stage.author().ifPresent(name -> author = name);
  }

  private void addBase(ImageConfig base, int layers) {
    history.addAll(base.history());
    newest = base.created();
    author = base.author();
    long told = base.history().stream().filter(entry -> !entry.emptyLayer()).count();
    for (long i = told; i < layers; i++) {
      // Tools count layers by the history: an image that tells less than it has gets it told.
      history.add(new History(base.created(), "", "", "layer of the base image", false));
    }
  }

  private Optional<Instant> lastTime() {
    return history.isEmpty() ? newest : history.getLast().created();
  }

  private StepResult result(StepId step) {
    StepResult result = results.get(step);
    if (result == null) {
      throw new IllegalStateException(step + " was not realised");
    }
    return result;
  }
}
