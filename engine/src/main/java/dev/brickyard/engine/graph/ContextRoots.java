package dev.brickyard.engine.graph;

import dev.brickyard.engine.NamedContext;
import dev.brickyard.engine.StepId;
import dev.brickyard.engine.dockerfile.SourceRange;
import dev.brickyard.engine.source.RemoteSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Makes roots of what comes from elsewhere, each once in a graph. */
final class ContextRoots {
  private final RemoteSources remotes;
  private final Function<String, StepId> ids;
  private final Map<Object, Root.Fetched> fetched = new LinkedHashMap<>();

  /**
   * @param ids makes the id of a step, from what it should be
   */
  ContextRoots(RemoteSources remotes, Function<String, StepId> ids) {
    this.remotes = remotes;
    this.ids = ids;
  }

  /**
   * What a name stands for that is a context's.
   *
   * @throws IllegalArgumentException when it is an image, which is found by others
   */
  Root of(String name, NamedContext context, SourceRange range) {
    return switch (context) {
      case NamedContext.Image image ->
          throw new IllegalArgumentException(image.reference() + " is found in its registry");
      case NamedContext.Scratch scratch -> new Root.Scratch();
      case NamedContext.Folder folder ->
          fetched.computeIfAbsent(
              folder,
              _ ->
                  new Root.Fetched(
                      id(),
                      "[context " + name + "] load from client",
                      range,
                      remotes.folder(folder)));
      case NamedContext.Remote(RemoteSource source) ->
          remote(source, "[context " + name + "] " + source.shown(), range);
    };
  }

  /** What stands at an address. */
  Root.Fetched remote(RemoteSource source, String name, SourceRange range) {
    return fetched.computeIfAbsent(
        source, _ -> new Root.Fetched(id(), name, range, remotes.find(source)));
  }

  private StepId id() {
    return ids.apply("source-" + (fetched.size() + 1));
  }

  /** All that were made. */
  List<Root.Fetched> fetched() {
    return List.copyOf(fetched.values());
  }
}
