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
    return copy(List.of(copy), copy.from().isPresent(), below, build);
  }

  /** Copies of several kinds of sources; what they have in common is taken from the first. */
  NewLayer copy(Operation.Copies copies, List<Layer> below, StepContext build) throws Exception {
    return copy(copies.parts(), false, below, build);
  }

  private NewLayer copy(
      List<Operation.Copy> parts, boolean keepOwner, List<Layer> below, StepContext build)
      throws Exception {
    CopySpec spec = parts.getFirst().spec();
    RootIndex base = RootIndex.of(spec.link() ? List.of() : workshop.indexes().of(below));
    Optional<Owner> chown = Optional.empty();
    if (spec.chown().isPresent()) {
      chown = Optional.of(StepContext.owner(base, spec.chown().get()));
    }
    DestinationPlan plan = new DestinationPlan(base, chown, keepOwner, spec.mode(), build.epoch());
    if (parts.stream().noneMatch(part -> part.spec().unpack())) {
      for (Operation.Copy part : parts) {
        plan.copy(select(part, build), spec.destination(), null);
      }
      return write(plan, Compression.GZIP);
    }
    try (LocalArchives archives = new LocalArchives(workshop.scratch())) {
      for (Operation.Copy part : parts) {
        plan.copy(select(part, build), spec.destination(), part.spec().unpack() ? archives : null);
      }
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

  private Selection select(Operation.Copy copy, StepContext build) throws Exception {
    return copy.from().isEmpty()
        ? build.context().select(copy.spec())
        : select(copy.spec(), copy.from().get(), build);
  }

  /** What a step selects of another root. */
  Selection select(CopySpec spec, Root from, StepContext build) throws Exception {
    return Selection.of(spec, build.filesOf(from));
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
