package dev.brickyard.engine.snapshot;

import java.io.IOException;
import java.util.OptionalLong;

/** Something else on the file system of the layers that can be removed to make room. */
public interface Evictable {
  /** Nothing. */
  Evictable NOTHING =
      new Evictable() {
        @Override
        public OptionalLong leastRecentUse() {
          return OptionalLong.empty();
        }

        @Override
        public long evictOne() {
          return 0;
        }
      };

  /** When that was last used which would go next, in milliseconds since 1970; empty for none. */
  OptionalLong leastRecentUse() throws IOException;

  /**
   * Removes what is not in use and was not used for longest.
   *
   * @return how many bytes that were, at least 1; 0 when everything is in use
   */
  long evictOne() throws IOException;
}
