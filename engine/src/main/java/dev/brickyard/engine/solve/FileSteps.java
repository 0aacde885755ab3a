package dev.brickyard.engine.solve;

import dev.brickyard.engine.copy.CopySpec;
import dev.brickyard.engine.copy.DestinationPlan;
import dev.brickyard.engine.copy.FileSource;
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
import java.util.OptionalInt;

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
    Optional<Owner> owner = Optional.empty();
    if (spec.chown().isPresent()) {
      owner = Optional.of(StepContext.owner(base, spec.chown().get()));
    } else if (copy.from().isEmpty()) {
      owner = Optional.of(ROOT);
    }
    Selection selection =
        copy.from().isEmpty()
            ? build.context().select(spec)
            : select(spec, copy.from().get(), build);
    DestinationPlan plan = new DestinationPlan(base, owner, spec.mode(), build.epoch());
    plan.copy(selection, spec.destination());
    return write(plan, Compression.GZIP);
  }

  NewLayer makeDirectory(Operation.MakeDirectory step, List<Layer> below, StepContext build)
      throws Exception {
    RootIndex base = RootIndex.of(workshop.indexes().of(below));
    Owner owner = step.user().isEmpty() ? ROOT : StepContext.owner(base, step.user());
    DestinationPlan plan =
        new DestinationPlan(base, Optional.of(owner), OptionalInt.empty(), build.epoch());
    plan.makeDirectories(ImagePath.normalize(step.path()));
    return write(plan, Compression.GZIP);
  }

  /** What a step selects of another root. */
  Selection select(CopySpec spec, Root from, StepContext build) throws Exception {
    return Selection.of(spec, files(build.layersOf(from)), path -> false);
  }

  /** The files of a stack of layers. */
  FileSource files(List<Layer> layers) throws IOException, InterruptedException {
    return new LayeredFiles(layers, workshop.indexes().of(layers), workshop.layers());
  }

  /** A layer with everything that is selected at its root, for mounts. */
  NewLayer layerOf(Selection selection) throws Exception {
    DestinationPlan plan =
        new DestinationPlan(
            RootIndex.of(List.of()), Optional.of(ROOT), OptionalInt.empty(), Optional.empty());
    plan.copy(selection, "/");
    return write(plan, Compression.NONE);
  }

  private NewLayer write(DestinationPlan plan, Compression compression) throws IOException {
    try (LayerWriter writer = new LayerWriter(workshop.scratch(), compression)) {
      plan.writeTo(writer);
      return writer.finish();
    }
  }
}
