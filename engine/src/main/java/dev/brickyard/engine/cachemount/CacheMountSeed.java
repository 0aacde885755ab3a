package dev.brickyard.engine.cachemount;

import dev.brickyard.engine.BuildFailure;
import java.io.IOException;
import java.nio.file.Path;

/** What a new cache mount begins with. */
@FunctionalInterface
public interface CacheMountSeed {
  /** It begins empty. */
  CacheMountSeed NOTHING = directory -> {};

  /**
   * Fills the directory; may change its owner and mode.
   *
   * @param directory empty; seen by nobody before this returns
   * @throws BuildFailure when what it is to be filled with is not there
   */
  void fill(Path directory) throws BuildFailure, IOException, InterruptedException;
}
