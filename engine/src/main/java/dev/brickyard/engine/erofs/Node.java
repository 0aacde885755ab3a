package dev.brickyard.engine.erofs;

import dev.brickyard.engine.layer.EntryType;
import dev.brickyard.engine.linux.NativeText;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One inode of an image in the making. */
final class Node {
  /** A name's bytes, ordered as the kernel looks them up: byte by byte, unsigned. */
  record Name(byte[] bytes) implements Comparable<Name> {
    static Name of(String text) {
      return new Name(NativeText.encode(text));
    }

    @Override
    public int compareTo(Name other) {
      return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Name name && Arrays.equals(bytes, name.bytes);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(bytes);
    }
  }

  /** Never {@code HARD_LINK} or {@code OPAQUE}: a hard link is a second name of the same node. */
  final EntryType type;

  /** Present exactly in directories. */
  final @Nullable SortedMap<Name, Node> children;

  int mode;
  long uid;
  long gid;
  long mtime;
  long device;
  int links = 1;

  /** Of a file its content, of a symlink its text, of a directory its blocks. */
  long size;

  /** The block where the content begins. */
  long block;

  byte[] target = new byte[0];
  boolean opaque;
  SortedMap<String, byte[]> xattrs = new TreeMap<>();

  /** Where the inode stands, in units of 32 bytes; -1 until that is known. */
  long number = -1;

  Node(EntryType type) {
    this.type = type;
    this.children = type == EntryType.DIRECTORY ? new TreeMap<>() : null;
  }

  /** A directory nobody described, as it is made on the way to something else. */
  static Node impliedDirectory() {
    Node directory = new Node(EntryType.DIRECTORY);
    directory.mode = 0755;
    return directory;
  }

  /** What is in this directory. */
  SortedMap<Name, Node> inside() {
    if (children == null) {
      throw new IllegalStateException("no directory");
    }
    return children;
  }
}
