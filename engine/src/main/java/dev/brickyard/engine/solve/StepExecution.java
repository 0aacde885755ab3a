package dev.brickyard.engine.solve;

import dev.brickyard.engine.BuildRequest;
import dev.brickyard.engine.graph.Operation;
import dev.brickyard.engine.graph.Step;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.layer.NewLayer;
import dev.brickyard.engine.runtime.OutputSink;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Executes steps that the farm has not done before, and has what they made stored. */
final class StepExecution {
  private final Workshop workshop;
  private final BuildRequest request;
  private final StepKeys keys;
  private final FileSteps fileSteps;
  private final RunStep runStep;
  private final Progress progress;
  private final Map<NewLayer, CompletableFuture<Void>> made;

  /**
   * @param made gets the layers made here, whose files are to be dropped when the build ends
   */
  StepExecution(
      Workshop workshop,
      BuildRequest request,
      StepKeys keys,
      FileSteps fileSteps,
      Progress progress,
      Map<NewLayer, CompletableFuture<Void>> made) {
    this.workshop = workshop;
    this.request = request;
    this.keys = keys;
    this.fileSteps = fileSteps;
    this.runStep = new RunStep(workshop, fileSteps);
    this.progress = progress;
    this.made = made;
  }

  /** Executes the step, unless another build of this worker does so already. */
  StepResult once(Step step, List<Layer> below, Digest contentKey, StepContext build)
      throws Exception {
    OutputSink out = (stderr, chunk) -> progress.log(step.id(), stderr, chunk);
    if (request.noCache()) {
      return execute(step, below, contentKey, out, build);
    }
    return workshop
        .executions()
        .run(
            new SharedExecutions.Key(request.cache().scope(), contentKey),
            out,
            relay -> execute(step, below, contentKey, relay, build));
  }

  private StepResult execute(
      Step step, List<Layer> below, Digest contentKey, OutputSink out, StepContext build)
      throws Exception {
    workshop.slots().acquire();
    NewLayer layer;
    Instant start = workshop.settings().clock().instant();
    try {
      layer =
          switch (step.operation()) {
            case Operation.Run run -> runStep.run(run, below, request.cache().scope(), build, out);
            case Operation.Copy copy -> fileSteps.copy(copy, below, build);
            case Operation.MakeDirectory directory ->
                fileSteps.makeDirectory(directory, below, build);
          };
    } finally {
      workshop.slots().release();
    }
    // Milliseconds, so that a record says the same after a round trip through any store.
    Instant end = workshop.settings().clock().instant().truncatedTo(ChronoUnit.MILLIS);
    workshop.blobs().made(layer);
    workshop.indexes().remember(layer.layer().diffId(), layer.index());
    CompletableFuture<Void> stored =
        workshop
            .storage()
            .store(
                layer,
                new StepStorage.Facts(
                    request.cache().scope(),
                    List.of(keys.definition(step), contentKey),
                    step.source(),
                    end,
                    Math.max(0, Duration.between(start, end).toMillis())));
    made.put(layer, stored);
    return new StepResult(layer.layer(), end, stored);
  }
}
