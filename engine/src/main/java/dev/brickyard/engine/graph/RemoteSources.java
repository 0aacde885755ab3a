package dev.brickyard.engine.graph;

import dev.brickyard.engine.NamedContext;
import dev.brickyard.engine.source.RemoteSource;

/** Finds the files a Dockerfile names that are neither a stage's, an image's nor the context's. */
public interface RemoteSources {
  /** What stands at the address. It is looked up from now on; failures show when it is asked. */
  FetchedFiles find(RemoteSource source);

  /** A folder that came with the build. */
  FetchedFiles folder(NamedContext.Folder folder);
}
