package dev.brickyard.engine.solve;

import dev.brickyard.engine.BuildRequest;
import dev.brickyard.engine.StepId;
import dev.brickyard.engine.StepOutcome;
import dev.brickyard.engine.StepPlan;
import dev.brickyard.engine.export.Export;
import dev.brickyard.engine.export.ExportStream;
import dev.brickyard.engine.export.FormedImage;
import dev.brickyard.engine.export.ImageArchive;
import dev.brickyard.engine.export.TreeArchive;
import dev.brickyard.engine.layer.Layer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes the files that were asked for of the image, one after the other. */
final class ExportSteps {
  private final Workshop workshop;
  private final BuildRequest request;
  private final Progress progress;

  ExportSteps(Workshop workshop, BuildRequest request, Progress progress) {
    this.workshop = workshop;
    this.request = request;
    this.progress = progress;
  }

  /**
   * A step for each.
   *
   * @param after what they wait for
   */
  List<StepPlan> plans(List<StepId> after) {
    List<StepPlan> plans = new ArrayList<>();
    for (Export export : request.options().exports()) {
      plans.add(new StepPlan(id(plans.size()), export.kind().step(), 0, after));
    }
    return plans;
  }

  private static StepId id(int number) {
    return new StepId("output-" + (number + 1));
  }

  /**
   * Writes them all.
   *
   * @param layers of the image, as the cache has them
   * @param epoch what all times in a tree become, when given
   * @return the first image that is in one of them
   */
  Optional<FormedImage> write(FormedImages images, List<Layer> layers, Optional<Instant> epoch)
      throws Exception {
    Optional<FormedImage> first = Optional.empty();
    List<Export> exports = request.options().exports();
    for (int i = 0; i < exports.size(); i++) {
      progress.started(id(i));
      try {
        Optional<FormedImage> written = write(exports.get(i), images, layers, epoch);
        first = first.or(() -> written);
      } catch (InterruptedException e) {
        throw e;
      } catch (Exception e) {
        progress.finished(id(i), StepOutcome.FAILED);
        throw e;
      }
      progress.finished(id(i), StepOutcome.DONE);
    }
    return first;
  }

  /** As BuildKit has it: trees that are to become one need names of their own. */
  private static String provenanceName(Export export, FormedImages images) {
    return export.part() && !export.ownDirectory()
        ? "provenance." + TreeArchive.fileName(images.config().platform()) + ".json"
        : "provenance.json";
  }

  private Optional<FormedImage> write(
      Export export, FormedImages images, List<Layer> layers, Optional<Instant> epoch)
      throws Exception {
    ImageArchive archive = new ImageArchive(workshop.blobs()::exact);
    return switch (export.kind()) {
      case OCI -> {
        FormedImage image = images.of(export.form(), export.names());
        try (ExportStream out = export.sink().begin()) {
          archive.oci(image, export.names(), export.part(), out);
          out.complete();
        }
        yield Optional.of(image);
      }
      case DOCKER -> {
        // An index beside the image would be more than engines load.
        FormedImage image = images.plain(export.form());
        try (ExportStream out = export.sink().begin()) {
          archive.docker(image, export.names(), out);
          out.complete();
        }
        yield Optional.of(image);
      }
      case TREE -> {
        TreeArchive tree =
            new TreeArchive(
                layers,
                workshop.indexes().of(layers),
                epoch,
                export.ownDirectory() ? Optional.of(images.config().platform()) : Optional.empty());
        try (ExportStream out = export.sink().begin()) {
          tree.write(out, workshop.blobs(), images.said(), provenanceName(export, images));
          out.complete();
        }
        yield Optional.empty();
      }
    };
  }
}
