package dev.brickyard.engine.solve;

import dev.brickyard.engine.StepId;
import dev.brickyard.engine.graph.BaseImage;
import dev.brickyard.engine.graph.HistoryNote;
import dev.brickyard.engine.graph.Operation;
import dev.brickyard.engine.graph.Root;
import dev.brickyard.engine.graph.Stage;
import dev.brickyard.engine.graph.Step;
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
 * wholly from the cache is the same image, to the digest. The history is completed as BuildKit's
 * image exporter does it ("normalizeLayersAndHistory").
 */
final class ImageAssembler {
  private static final String COMMENT = "buildkit.dockerfile.v0";
  private static final String EXPORTER_COMMENT = "buildkit.exporter.image.v0";

  /** What is known of a layer besides its content. */
  private record Origin(String description, Optional<Instant> created) {}

  private final Map<StepId, StepResult> results;
  private final Optional<Instant> epoch;
  private final List<History> history = new ArrayList<>();
  private final List<Origin> origins = new ArrayList<>();
  private Optional<Instant> baseCreated = Optional.empty();
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
    matchLayers();
    fillTimes();
    Optional<Instant> last =
        history.reversed().stream().flatMap(entry -> entry.created().stream()).findFirst();
    return new ImageConfig(
        last.or(() -> epoch).or(() -> baseCreated),
        author,
        target.platform(),
        target.config(),
        layers.stream().map(Layer::diffId).toList(),
        history);
  }

  private void add(Stage stage) {
    switch (stage.root()) {
      case Root.Scratch scratch -> {}
      case Root.Image image -> addBase(image.image());
      case Root.OfStage(Stage below) -> add(below);
    }
    for (HistoryNote note : stage.history()) {
      // The time of what makes no layer depends on what stands around it.
      Optional<Instant> made = epoch;
      if (note.step().isPresent()) {
        Step step = note.step().get();
        made = made.or(() -> Optional.of(result(step.id()).createdAt()));
        origins.add(new Origin(description(step), made));
      }
      history.add(new History(made, note.createdBy(), "", COMMENT, note.step().isEmpty()));
    }
    stage.author().ifPresent(name -> author = name);
  }

  private void addBase(BaseImage base) {
    ImageConfig config = base.config();
    history.addAll(config.history());
    baseCreated = config.created();
    author = config.author();
    for (int i = 0; i < base.layers().size(); i++) {
      origins.add(new Origin("pulled from " + base.reference(), baseCreated));
    }
  }

  private static String description(Step step) {
    return step.operation() instanceof Operation.Run run
        ? "mount / from exec " + run.command()
        : "fileop target";
  }

  /** A base image can tell of fewer layers than it has, or of more. */
  private void matchLayers() {
    int told = 0;
    for (int i = 0; i < history.size(); i++) {
      History entry = history.get(i);
      if (!entry.emptyLayer() && told++ >= origins.size()) {
        history.set(
            i,
            new History(entry.created(), entry.createdBy(), entry.author(), entry.comment(), true));
      }
    }
    for (Origin origin : origins.subList(Math.min(told, origins.size()), origins.size())) {
      history.add(
          new History(
              epoch.or(origin::created), origin.description(), "", EXPORTER_COMMENT, false));
    }
    int layer = 0;
    for (int i = 0; i < history.size(); i++) {
      History entry = history.get(i);
      if (!entry.emptyLayer()) {
        Optional<Instant> created = entry.created().or(origins.get(layer++)::created);
        history.set(i, at(entry, created));
      }
    }
  }

  /** What makes no layer happened when the new layer before it did, or else the first new one. */
  private void fillTimes() {
    Optional<Instant> time = Optional.empty();
    boolean gap = false;
    for (History entry : history) {
      if (entry.created().isEmpty()) {
        gap = true;
      } else {
        time = entry.created();
        if (gap) {
          break;
        }
      }
    }
    gap = false;
    for (int i = 0; i < history.size(); i++) {
      History entry = history.get(i);
      if (entry.created().isEmpty()) {
        gap = true;
        history.set(i, at(entry, time));
      } else if (gap) {
        time = entry.created();
      }
    }
  }

  private static History at(History entry, Optional<Instant> created) {
    return new History(
        created, entry.createdBy(), entry.author(), entry.comment(), entry.emptyLayer());
  }

  private StepResult result(StepId step) {
    StepResult result = results.get(step);
    if (result == null) {
      throw new IllegalStateException(step + " was not realised");
    }
    return result;
  }
}
