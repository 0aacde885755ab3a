package dev.brickyard.worker;

import dev.brickyard.engine.BuildEngine;
import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.BuildObserver;
import dev.brickyard.engine.BuildRequest;
import dev.brickyard.engine.BuildResult;
import dev.brickyard.engine.FetchedContext;
import dev.brickyard.engine.PublishRequest;
import dev.brickyard.engine.cache.BuildCache;
import dev.brickyard.engine.image.Descriptor;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.image.MediaTypes;
import dev.brickyard.engine.source.RemoteSource;
import java.util.List;

/** An engine that does what a test tells it, so that the test decides how long a build takes. */
final class ScriptedEngine implements BuildEngine {
  /** What a build does. */
  @FunctionalInterface
  interface Script {
    BuildResult build(BuildRequest request, BuildObserver observer)
        throws BuildFailure, InterruptedException;
  }

  private final Script script;

  ScriptedEngine(Script script) {
    this.script = script;
  }

  static BuildResult result(String name) {
    return new BuildResult(
        Descriptor.of(MediaTypes.OCI_MANIFEST, Digest.of(name), name.length()),
        Digest.of("config of " + name),
        List.of());
  }

  @Override
  public BuildResult build(BuildRequest request, BuildObserver observer)
      throws BuildFailure, InterruptedException {
    return script.build(request, observer);
  }

  @Override
  public FetchedContext fetch(RemoteSource source, BuildCache cache) throws BuildFailure {
    throw BuildFailure.user("source-unavailable", "this engine reaches nothing");
  }

  @Override
  public Descriptor publish(PublishRequest request) {
    return Descriptor.of(MediaTypes.OCI_INDEX, Digest.of("index"), 5);
  }

  @Override
  public void close() {}
}
