package dev.brickyard.engine.solve;

import dev.brickyard.engine.NamedContext;
import dev.brickyard.engine.cache.BuildCache;
import dev.brickyard.engine.graph.BuildGraph;
import dev.brickyard.engine.graph.FetchedFiles;
import dev.brickyard.engine.graph.RemoteSources;
import dev.brickyard.engine.graph.Root;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.source.RemoteSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** What one build takes from elsewhere; all of it is looked up at once. */
final class Fetches implements RemoteSources, AutoCloseable {
  private final Workshop workshop;
  private final SourceLayers layers;
  private final FileSteps files;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<RemoteSource, Fetch> fetches = new HashMap<>();
  private final List<FolderFiles> folders = new ArrayList<>();

  /**
   * @param made gets the layers made here, whose files are to be dropped when the build ends
   */
  Fetches(Workshop workshop, BuildCache cache, Collection<MadeLayer> made) {
    this.workshop = workshop;
    this.layers = new SourceLayers(workshop, cache, made);
    this.files = new FileSteps(workshop);
  }

  @Override
  public synchronized Fetch find(RemoteSource source) {
    return fetches.computeIfAbsent(source, this::begin);
  }

  private Fetch begin(RemoteSource source) {
    Fetch fetch =
        switch (source) {
          case RemoteSource.Http http ->
              new HttpFetch(workshop, layers, workshop.downloads(), files, http);
          case RemoteSource.Git git ->
              new GitFetch(workshop, layers, workshop.repositories(), files, git);
        };
    fetch.begin(threads);
    return fetch;
  }

  @Override
  public synchronized FetchedFiles folder(NamedContext.Folder folder) {
    FolderFiles made = new FolderFiles(workshop, layers, folder);
    folders.add(made);
    return made;
  }

  /** The steps were announced: from now on fetching is told of. */
  void tell(BuildGraph graph, Progress progress) {
    for (Root.Fetched root : graph.fetched()) {
      if (root.files() instanceof Fetch fetch) {
        fetch.progress().tell(progress, root.id());
      }
    }
  }

  /** A layer turned out missing or corrupt. */
  synchronized void lost(Digest blob) throws InterruptedException {
    layers.lost(blob);
    for (Fetch fetch : fetches.values()) {
      fetch.forget(blob);
    }
    for (FolderFiles folder : folders) {
      folder.forget(blob);
    }
  }

  /** Where the farm's layers of sources are found and kept. */
  SourceLayers kept() {
    return layers;
  }

  /** By diff id: the layers made here as they will be stored and pushed. */
  Map<Digest, CompletableFuture<Layer>> packing() {
    return layers.packing();
  }

  /** The keys whose records were found or made, with their layers. */
  Map<Digest, Layer> used() {
    return layers.used();
  }

  /** Nothing is fetched any more on return. */
  @Override
  public void close() {
    threads.shutdownNow();
    threads.close();
  }
}
