package dev.brickyard.engine.graph;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.copy.FileSource;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.Layer;
import java.io.IOException;
import java.util.List;

/**
 * Files that are neither a stage's nor an image's: from a server, a repository, or a folder sent
 * along. Safe for use by many threads.
 */
public interface FetchedFiles {
  /**
   * What they are, known before they are fetched: the commit, or the digest of the content. Waits
   * until that is found out.
   *
   * @throws BuildFailure when there is no such thing, or nobody can say
   */
  Digest key() throws BuildFailure, IOException, InterruptedException;

  /**
   * The files, to copy some of them; fetches what is needed for that.
   *
   * @throws Exception as {@link #key}, and whatever may happen to layers
   */
  FileSource files() throws Exception;

  /**
   * The files as a root filesystem, for FROM and mounts.
   *
   * @throws Exception as {@link #files}
   */
  List<Layer> layers() throws Exception;
}
