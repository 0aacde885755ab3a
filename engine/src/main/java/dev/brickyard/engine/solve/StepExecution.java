package dev.brickyard.engine.solve;

import dev.brickyard.engine.BuildRequest;
import dev.brickyard.engine.cache.LeaseKey;
import dev.brickyard.engine.cache.StepLeases;
import dev.brickyard.engine.graph.Operation;
import dev.brickyard.engine.graph.Step;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.layer.NewLayer;
import dev.brickyard.engine.runtime.OutputSink;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;

/** Executes steps that the farm has not done before, and has what they made stored. */
final class StepExecution {
  /** What has to be there before a step can execute. */
  @FunctionalInterface
  interface Preparation {
    void prepare() throws Exception;
  }

  private final Workshop workshop;
  private final BuildRequest request;
  private final StepKeys keys;
  private final FileSteps fileSteps;
  private final RunStep runStep;
  private final Progress progress;
  private final Collection<MadeLayer> made;

  /**
   * @param made gets the layers made here, whose files are to be dropped when the build ends
   */
  StepExecution(
      Workshop workshop,
      BuildRequest request,
      StepKeys keys,
      FileSteps fileSteps,
      Progress progress,
      Collection<MadeLayer> made) {
    this.workshop = workshop;
    this.request = request;
    this.keys = keys;
    this.fileSteps = fileSteps;
    this.runStep = new RunStep(workshop, fileSteps, request.options().secrets());
    this.progress = progress;
    this.made = made;
  }

  /**
   * Sees to it that the step is done: by the record of its content, by this build, or by another
   * one that does it at this moment, on this worker or, where that takes a process, on any.
   *
   * @param uncached true to do it here, whatever others know or do
   * @param lookup finds the record of the content key
   * @param preparation precedes an execution here
   */
  Realised once(
      Step step,
      List<Layer> below,
      Digest contentKey,
      boolean uncached,
      LeasedExecution.Lookup lookup,
      Preparation preparation,
      StepContext build)
      throws Exception {
    OutputSink out = (stderr, chunk) -> progress.log(step.id(), stderr, chunk);
    LeasedExecution.Execution execution =
        sink -> {
          preparation.prepare();
          progress.started(step.id());
          return execute(step, below, contentKey, sink, build);
        };
    if (uncached) {
      return new Realised.Executed(execution.run(out));
    }
    LeaseKey key = LeaseKey.step(request.cache().scope(), contentKey);
    Runnable watching = () -> progress.started(step.id());
    LeasedExecution leased =
        new LeasedExecution(leases(step), key, step.id(), lookup, execution, watching);
    return workshop.executions().run(key, out, watching, leased::run);
  }

  /** What other steps do in milliseconds is not worth asking the farm for. */
  private StepLeases leases(Step step) {
    return switch (step.operation()) {
      case Operation.Run run -> request.cache().leases();
      case Operation.Copy copy -> StepLeases.always();
      case Operation.MakeDirectory directory -> StepLeases.always();
    };
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
            case Operation.Run run -> {
              new LayerPull(workshop.layers(), progress, step.id(), LayerPull.OF_STEPS).pull(below);
              yield runStep.run(run, below, step.id(), request.cache(), build, out);
            }
            case Operation.Copy copy -> fileSteps.copy(copy, below, build);
            case Operation.MakeDirectory directory ->
                fileSteps.makeDirectory(directory, below, build);
          };
    } finally {
      workshop.slots().release();
    }
    // Milliseconds, so that a record says the same after a round trip through any store.
    Instant end = workshop.settings().clock().instant().truncatedTo(ChronoUnit.MILLIS);
    workshop.indexes().remember(layer.layer().diffId(), layer.index());
    MadeLayer storing =
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
    made.add(storing);
    return new StepResult(
        layer.layer(),
        end,
        isDatedBetween(layer, start, end),
        storing.packedLayer(),
        storing.stored());
  }

  private static boolean isDatedBetween(NewLayer layer, Instant start, Instant end) {
    return layer.index().entries().stream()
        .anyMatch(
            entry ->
                entry.mtime() >= start.getEpochSecond() && entry.mtime() <= end.getEpochSecond());
  }
}
