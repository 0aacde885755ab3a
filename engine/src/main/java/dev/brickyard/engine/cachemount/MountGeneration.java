package dev.brickyard.engine.cachemount;

import dev.brickyard.engine.layer.ImagePath;
import java.time.Instant;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A cache mount as it was once saved. Later ones have higher numbers.
 *
 * @param number from 1
 * @param producer the worker that saved it
 * @param entries the mount's own directory, under {@link ImagePath#ROOT}, and what is in it
 */
public record MountGeneration(
    long number, Instant createdAt, String producer, SortedMap<ImagePath, MountEntry> entries) {
  public MountGeneration {
    if (number < 1) {
      throw new IllegalArgumentException("generations are numbered from 1");
    }
    entries = Collections.unmodifiableSortedMap(new TreeMap<>(entries));
  }

  /** Every chunk that some file needs. */
  public Set<Chunk> chunks() {
    Set<Chunk> chunks = new HashSet<>();
    for (MountEntry entry : entries.values()) {
      entry.content().ifPresent(c -> c.slices().forEach(slice -> chunks.add(slice.chunk())));
    }
    return chunks;
  }

  /** Bytes of all files. */
  public long size() {
    return entries.values().stream().mapToLong(MountEntry::size).sum();
  }
}
