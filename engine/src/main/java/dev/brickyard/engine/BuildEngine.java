package dev.brickyard.engine;

import dev.brickyard.engine.cache.BuildCache;
import dev.brickyard.engine.image.Descriptor;
import dev.brickyard.engine.source.RemoteSource;

/**
 * Builds images. Safe for use by many threads: builds share the worker's snapshots and caches.
 *
 * <p>Interrupting the calling thread cancels: processes are killed, mounts are gone and every
 * started step has been reported {@link StepOutcome#CANCELED} when {@link InterruptedException}
 * arrives.
 */
public interface BuildEngine extends AutoCloseable {
  /**
   * Builds one platform of an image and pushes it by digest. Moves no tag.
   *
   * @throws BuildFailure saying why it failed and whose failure it is
   * @throws InterruptedException when the calling thread was interrupted
   */
  BuildResult build(BuildRequest request, BuildObserver observer)
      throws BuildFailure, InterruptedException;

  /**
   * Fetches a build context from elsewhere, or finds it in the farm: the files of a commit, of an
   * archive, or a lone Dockerfile.
   *
   * @param cache where it is kept, and looked for
   * @throws BuildFailure of the user when there is no such thing; it has no place in a Dockerfile
   */
  FetchedContext fetch(RemoteSource source, BuildCache cache)
      throws BuildFailure, InterruptedException;

  /**
   * Makes the tags point at the image: at an image index when there are several manifests, at the
   * manifest itself when there is one (as BuildKit does without attestations). Harmless to repeat.
   *
   * @return what the tags now point at
   */
  Descriptor publish(PublishRequest request) throws BuildFailure, InterruptedException;

  /** Releases mounts and threads; builds still running are cancelled first. */
  @Override
  void close();
}
