package dev.brickyard.storage.garbage;

import dev.brickyard.engine.image.Digest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;

/**
 * Names of objects with a number each, in little memory: a bucket may hold millions. A name is kept
 * as 128 bits of its SHA-256, where two names meeting by accident or on purpose is out of reach.
 * About 50 bytes a name. Not for use by several threads.
 */
final class NameTable {
  /** A name, shortened. */
  record Name(long high, long low) {
    /** The name of something that has a digest; kinds do not meet. */
    static Name of(ContentKind kind, Digest digest) {
      String hex = digest.hex();
      return new Name(
          Long.parseUnsignedLong(hex, 0, 16, 16) ^ kind.salt,
          Long.parseUnsignedLong(hex, 16, 32, 16));
    }

    /** The name of anything else. */
    static Name of(String text) {
      ByteBuffer sha256 =
          ByteBuffer.wrap(Digest.newSha256().digest(text.getBytes(StandardCharsets.UTF_8)));
      return new Name(sha256.getLong(), sha256.getLong());
    }
  }

  /** By what kind of digest content is named. */
  enum ContentKind {
    /** Of bytes as they are stored. */
    BLOB(0),
    /** Of a layer's plain tar. */
    DIFF_ID(0x9e37_79b9_7f4a_7c15L);

    private final long salt;

    ContentKind(long salt) {
      this.salt = salt;
    }
  }

  private static final int FIRST = 1 << 10;

  private long[] highs = new long[FIRST];
  private long[] lows = new long[FIRST];
  private long[] values = new long[FIRST];
  private boolean[] taken = new boolean[FIRST];
  private int size;

  int size() {
    return size;
  }

  /** Adds the name with the number 0; false when it was there. */
  boolean add(Name name) {
    int before = size;
    slotFor(name);
    return size > before;
  }

  boolean contains(Name name) {
    return taken[find(name)];
  }

  /** Adds to the name's number, which is 0 at first. */
  void increase(Name name, long by) {
    values[slotFor(name)] += by;
  }

  /** Sets the name's number. */
  void set(Name name, long value) {
    values[slotFor(name)] = value;
  }

  /** The name's number; empty when the name is not there. */
  OptionalLong get(Name name) {
    int slot = find(name);
    return taken[slot] ? OptionalLong.of(values[slot]) : OptionalLong.empty();
  }

  /** Visits each name. */
  void forEach(Visitor visitor) {
    for (int i = 0; i < taken.length; i++) {
      if (taken[i]) {
        visitor.visit(highs[i], lows[i], values[i]);
      }
    }
  }

  /** Gets names with their numbers. */
  @FunctionalInterface
  interface Visitor {
    void visit(long high, long low, long value);
  }

  private int slotFor(Name name) {
    int slot = find(name);
    if (taken[slot]) {
      return slot;
    }
    if (size >= taken.length / 3 * 2) {
      grow();
      slot = find(name);
    }
    taken[slot] = true;
    highs[slot] = name.high();
    lows[slot] = name.low();
    values[slot] = 0;
    size++;
    return slot;
  }

  private int find(Name name) {
    int mask = taken.length - 1;
    int slot = (int) (name.low() ^ name.high()) & mask;
    while (taken[slot] && (highs[slot] != name.high() || lows[slot] != name.low())) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private void grow() {
    long[] oldHighs = highs;
    long[] oldLows = lows;
    long[] oldValues = values;
    boolean[] oldTaken = taken;
    int length = Math.multiplyExact(taken.length, 2);
    highs = new long[length];
    lows = new long[length];
    values = new long[length];
    taken = new boolean[length];
    for (int i = 0; i < oldTaken.length; i++) {
      if (oldTaken[i]) {
        int slot = find(new Name(oldHighs[i], oldLows[i]));
        taken[slot] = true;
        highs[slot] = oldHighs[i];
        lows[slot] = oldLows[i];
        values[slot] = oldValues[i];
      }
    }
  }
}
