package dev.brickyard.storage.mount;

import dev.brickyard.engine.cachemount.MountKey;
import dev.brickyard.storage.object.ObjectInfo;

/** A generation of a cache mount, seen from outside. */
public record StoredGeneration(Name name, ObjectInfo object) {
  /**
   * Which one it is.
   *
   * @param number the highest of a mount is its latest
   */
  public record Name(MountKey mount, long number) {}
}
