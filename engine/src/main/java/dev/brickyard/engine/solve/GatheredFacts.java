package dev.brickyard.engine.solve;

import dev.brickyard.engine.BuildRequest;
import dev.brickyard.engine.StepPlan;
import dev.brickyard.engine.dockerfile.RunMount;
import dev.brickyard.engine.export.BuildFacts;
import dev.brickyard.engine.graph.BuildGraph;
import dev.brickyard.engine.graph.Operation;
import dev.brickyard.engine.graph.Root;
import dev.brickyard.engine.graph.Stage;
import dev.brickyard.engine.graph.Step;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.image.Platform;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Gathers what provenance tells of a build. */
final class GatheredFacts {
  private final Map<String, Boolean> secrets = new TreeMap<>();
  private final Map<String, Boolean> ssh = new TreeMap<>();
  private final List<BuildFacts.Image> images = new ArrayList<>();

  private GatheredFacts() {}

  /**
   * What there is to tell.
   *
   * @param context names the context's content
   */
  static BuildFacts of(
      BuildRequest request,
      BuildGraph graph,
      Digest context,
      List<StepPlan> steps,
      Instant began,
      Instant ended) {
    GatheredFacts facts = new GatheredFacts();
    for (Stage stage : graph.stages()) {
      if (stage.root() instanceof Root.Image image) {
        facts.add(image);
      }
      for (Step step : stage.steps()) {
        if (step.operation() instanceof Operation.Run run) {
          run.mounts().forEach(mount -> facts.add(mount.mount()));
        }
      }
    }
    graph.images().forEach(facts::add);
    return new BuildFacts(
        request.dockerfileName(),
        request.dockerfile(),
        request.platform(),
        Platform.current(),
        request.buildArgs(),
        request.labels(),
        request.target(),
        request.noCache(),
        context,
        facts.images,
        facts.secrets,
        facts.ssh,
        steps,
        began,
        ended,
        graph.epoch());
  }

  private void add(Root.Image image) {
    images.add(new BuildFacts.Image(image.image().reference(), image.image().config().platform()));
  }

  private void add(RunMount mount) {
    switch (mount) {
      case RunMount.Secret secret ->
          secrets.merge(secret.id(), !secret.required(), Boolean::logicalAnd);
      case RunMount.Ssh agent -> ssh.merge(agent.id(), !agent.required(), Boolean::logicalAnd);
      case RunMount.Bind bind -> {}
      case RunMount.Cache cache -> {}
      case RunMount.Tmpfs tmpfs -> {}
    }
  }
}
