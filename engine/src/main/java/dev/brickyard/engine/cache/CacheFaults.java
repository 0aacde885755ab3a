package dev.brickyard.engine.cache;

/**
 * Hears of objects of the farm's store that are not what they should be. Each is a cache miss and
 * nothing worse for the build that met it; that somebody counts them is how a broken store, or one
 * that somebody tampers with, is noticed. Must not block and must not throw.
 */
@FunctionalInterface
public interface CacheFaults {
  /** What kind of object it is. */
  enum Kind {
    RECORD,
    INDEX,
    /** A layer image. */
    IMAGE,
    BLOB,
    EXPLANATION,
    /** A saved cache mount, or a chunk of one. */
    MOUNT
  }

  /** What is wrong with it. */
  enum Reason {
    /** Something names it, and it is not there. */
    MISSING,
    /** It is damaged or truncated. It was removed. */
    CORRUPT,
    /** It is a whole object, of another name. It was removed. */
    SWAPPED
  }

  /** Nobody listens. */
  CacheFaults UNHEARD = (kind, reason, key) -> {};

  /**
   * An object was met.
   *
   * @param key its name or digest, for the log
   */
  void met(Kind kind, Reason reason, String key);
}
