package dev.brickyard.engine.solve;

import dev.brickyard.engine.copy.CopySpec;
import dev.brickyard.engine.copy.DestinationPlan;
import dev.brickyard.engine.copy.FileSource;
import dev.brickyard.engine.copy.LocalArchives;
import dev.brickyard.engine.copy.Selection;
import dev.brickyard.engine.graph.Operation;
import dev.brickyard.engine.graph.Root;
import dev.brickyard.engine.layer.Compression;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.layer.LayerWriter;
import dev.brickyard.engine.layer.NewLayer;
import dev.brickyard.engine.layer.OwnerNames.Owner;
import dev.brickyard.engine.layer.RootIndex;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Executes COPY, ADD and WORKDIR: their layers are written from indexes and sources, without any
 * layer below being there.
 */
final class FileSteps {
  private static final Owner ROOT = new Owner(0, 0);

  private final Workshop workshop;

  FileSteps(Workshop workshop) {
    this.workshop = workshop;
  }

  NewLayer copy(Operation.Copy copy, List<Layer> below, StepContext build) throws Exception {
    CopySpec spec = copy.spec();
    RootIndex base = RootIndex.of(spec.link() ? List.of() : workshop.indexes().of(below));
    Optional<Owner> chown = Optional.empty();
    if (spec.chown().isPresent()) {
      chown = Optional.of(StepContext.owner(base, spec.chown().get()));
    }
    Selection selection =
        copy.from().isEmpty()
            ? build.context().select(spec)
            : select(spec, copy.from().get(), build);
    DestinationPlan plan =
        new DestinationPlan(base, chown, copy.from().isPresent(), spec.mode(), build.epoch());
    if (!spec.unpack()) {
      plan.copy(selection, spec.destination(), null);
      return write(plan, Compression.GZIP);
    }
    try (LocalArchives archives = new LocalArchives(workshop.scratch())) {
      plan.copy(selection, spec.destination(), archives);
      return write(plan, Compression.GZIP);
    }
  }

  NewLayer makeDirectory(Operation.MakeDirectory step, List<Layer> below, StepContext build)
      throws Exception {
    RootIndex base = RootIndex.of(workshop.indexes().of(below));
    Owner owner = step.user().isEmpty() ? ROOT : StepContext.owner(base, step.user());
    DestinationPlan plan =
        new DestinationPlan(base, Optional.of(owner), true, Optional.empty(), build.epoch());
    plan.makeDirectories(ImagePath.normalize(step.path()));
    return write(plan, Compression.GZIP);
  }

  /** What a step selects of another root. */
  Selection select(CopySpec spec, Root from, StepContext build) throws Exception {
    return Selection.of(spec, files(build.layersOf(from)));
  }

  /** The files of a stack of layers. */
  FileSource files(List<Layer> layers) throws IOException, InterruptedException {
    return new LayeredFiles(layers, workshop.indexes().of(layers), workshop.layers());
  }

  /** A layer with everything that is selected at its root, for mounts. */
  NewLayer layerOf(Selection selection) throws Exception {
    DestinationPlan plan =
        new DestinationPlan(
            RootIndex.of(List.of()), Optional.of(ROOT), true, Optional.empty(), Optional.empty());
    plan.copy(selection, "/", null);
    return write(plan, Compression.NONE);
  }

  private NewLayer write(DestinationPlan plan, Compression compression)
      throws IOException, InterruptedException {
    return workshop.layers().withRoom("the layer", () -> writeOnce(plan, compression));
  }

  private NewLayer writeOnce(DestinationPlan plan, Compression compression) throws IOException {
    try (LayerWriter writer = LayerWriter.packingLater(workshop.scratch(), compression)) {
      plan.writeTo(writer);
      return writer.finish();
    }
  }
}
