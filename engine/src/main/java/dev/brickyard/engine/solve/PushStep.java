package dev.brickyard.engine.solve;

import dev.brickyard.engine.BuildRequest;
import dev.brickyard.engine.StepId;
import dev.brickyard.engine.StepOutcome;
import dev.brickyard.engine.export.Attestation;
import dev.brickyard.engine.export.FormedImage;
import dev.brickyard.engine.graph.BuildGraph;
import dev.brickyard.engine.graph.Root;
import dev.brickyard.engine.graph.Stage;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.registry.ImagePush;
import dev.brickyard.engine.registry.ImagePusher;
import dev.brickyard.engine.registry.ImageToPush;
import dev.brickyard.engine.registry.ImageToPush.PushableLayer;
import dev.brickyard.engine.registry.RegistryException;
import java.io.InterruptedIOException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a build's image to the registry. Layers that the build makes for it go ahead as soon as
 * they are packed, while later steps still run: by their digest, so that nobody sees them when the
 * build fails after all.
 */
final class PushStep implements AutoCloseable {
  static final StepId ID = new StepId("push");
  private static final Logger LOG = LoggerFactory.getLogger(PushStep.class);

  private final LayerBlobs blobs;
  private final BuildRequest request;
  private final Progress progress;
  private final PushCounters counters;
  private final ImagePush push;
  private final Set<Integer> chain = new HashSet<>();
  private final Collection<Future<?>> underway = new ConcurrentLinkedQueue<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  PushStep(
      LayerBlobs blobs,
      ImagePusher pusher,
      BuildRequest request,
      BuildGraph graph,
      Progress progress) {
    this.blobs = blobs;
    this.request = request;
    this.progress = progress;
    this.counters = new PushCounters(progress);
    this.push = pusher.begin(request.pushTo(), request.credentials(), counters);
    Stage stage = graph.target();
    chain.add(stage.index());
    while (stage.root() instanceof Root.OfStage(Stage below)) {
      stage = below;
      chain.add(stage.index());
    }
  }

  /** A step of the stage was executed: when the image is made of it, its layer goes ahead. */
  void made(Stage stage, StepResult result) {
    if (request.pushTo().isEmpty()
        || !request.options().form().keepsLayers()
        || !chain.contains(stage.index())) {
      return;
    }
    var _ =
        result
            .packed()
            .thenAccept(
                layer -> {
                  try {
                    underway.add(threads.submit(() -> ahead(layer)));
                  } catch (RejectedExecutionException e) {
                    LOG.debug("the build ended before {} could be pushed", layer.diffId());
                  }
                });
  }

  private void ahead(Layer layer) {
    try {
      push.ahead(pushable(layer));
    } catch (RegistryException e) {
      // Whatever it is, the push of the whole image will meet it and say so.
      LOG.debug("{} was not pushed ahead: {}", layer.diffId(), e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Pushes the image where it was asked for, with what is said about it. */
  void finish(FormedImage image) throws RegistryException, InterruptedException {
    if (request.pushTo().isEmpty()) {
      return;
    }
    progress.started(ID);
    try {
      counters.show();
      awaitAhead();
      push.finish(
          new ImageToPush(
              image.config(),
              image.layers().stream().map(this::pushable).toList(),
              image.manifest()));
      if (image.attestation().isPresent()) {
        Attestation attestation = image.attestation().get();
        push.beside(
            Map.of(
                attestation.statementBlob(),
                attestation.statement(),
                attestation.configBlob(),
                attestation.config()),
            attestation.entry().mediaType(),
            attestation.manifest());
      }
      counters.show();
      progress.finished(ID, StepOutcome.DONE);
    } catch (RegistryException e) {
      progress.finished(ID, StepOutcome.FAILED);
      throw e;
    }
  }

  private void awaitAhead() throws InterruptedException {
    for (Future<?> ahead : underway) {
      try {
        ahead.get();
      } catch (ExecutionException e) {
        LOG.debug("a layer was not pushed ahead", e);
      }
    }
  }

  private PushableLayer pushable(Layer layer) {
    return new PushableLayer(
        layer,
        blobs.foundAt(layer),
        () -> {
          try {
            return blobs.exact(layer);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
          }
        });
  }

  /** Nothing is pushed any more on return. */
  @Override
  public void close() {
    threads.shutdownNow();
    threads.close();
  }
}
