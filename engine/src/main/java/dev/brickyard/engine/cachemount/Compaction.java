package dev.brickyard.engine.cachemount;

import dev.brickyard.engine.image.Digest;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Says which chunks are not worth keeping, so that a mount that many builds changed a little stays
 * a few dense chunks.
 */
final class Compaction {
  /** Chunks below this size are left by saves of a few small files. */
  private static final int SMALL = 256 << 10;

  /** So many of them cost more requests than writing them anew costs. */
  private static final int MANY_SMALL = 32;

  private Compaction() {}

  /** Chunks of which less than half is used, and small ones when there are many. */
  static Set<Digest> chunksToReplace(Collection<MountEntry> entries) {
    Map<Chunk, Long> used = new HashMap<>();
    Set<Digest> seen = new HashSet<>();
    for (MountEntry entry : entries) {
      entry
          .content()
          // Several files of the same content share their bytes.
          .filter(content -> seen.add(content.digest()))
          .ifPresent(
              content ->
                  content
                      .slices()
                      .forEach(
                          slice -> used.merge(slice.chunk(), (long) slice.length(), Long::sum)));
    }
    Set<Digest> replaced = new HashSet<>();
    Set<Digest> small = new HashSet<>();
    used.forEach(
        (chunk, bytes) -> {
          if (bytes < chunk.size() / 2) {
            replaced.add(chunk.digest());
          } else if (chunk.size() < SMALL) {
            small.add(chunk.digest());
          }
        });
    if (small.size() > MANY_SMALL) {
      replaced.addAll(small);
    }
    return replaced;
  }
}
