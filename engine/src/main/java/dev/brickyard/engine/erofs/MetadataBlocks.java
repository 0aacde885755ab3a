package dev.brickyard.engine.erofs;

import dev.brickyard.engine.layer.EntryType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Directories, and the texts of symlinks too long for their inodes. A directory is blocks with
 * entries of twelve bytes, then their names, all sorted, so that the kernel finds a name by
 * bisection first of the blocks, then within one.
 */
final class MetadataBlocks {
  private record Entry(byte[] name, Node node) {}

  private MetadataBlocks() {}

  /**
   * Gives every node that needs some its blocks, one behind the other.
   *
   * @param start the beginning of a block
   * @return where the block after the last one begins
   */
  static long assign(List<Node> nodes, long start) {
    long at = start;
    for (Node node : nodes) {
      if (node.type == EntryType.DIRECTORY) {
        List<List<Entry>> blocks = blocks(node, node);
        node.block = at / ErofsFormat.BLOCK;
        node.size = (blocks.size() - 1L) * ErofsFormat.BLOCK + size(blocks.getLast());
        at += (long) blocks.size() * ErofsFormat.BLOCK;
        node.links = 2;
        for (Node child : node.inside().values()) {
          node.links += child.type == EntryType.DIRECTORY ? 1 : 0;
        }
      } else if (hasText(node)) {
        node.block = at / ErofsFormat.BLOCK;
        at += node.size + (-node.size & (ErofsFormat.BLOCK - 1));
      }
    }
    return at;
  }

  private static boolean hasText(Node node) {
    return node.type == EntryType.SYMLINK && !InodeTable.isInline(node);
  }

  /** Writes the blocks of a node, if it has any. */
  static void write(Node node, Node parent, BlockOutput out) throws IOException {
    if (node.type == EntryType.DIRECTORY) {
      for (List<Entry> entries : blocks(node, parent)) {
        out.write(block(entries));
      }
    } else if (hasText(node)) {
      out.write(node.target);
      out.pad(ErofsFormat.BLOCK);
    }
  }

  private static byte[] block(List<Entry> entries) {
    ByteBuffer block = ByteBuffer.allocate(ErofsFormat.BLOCK).order(ByteOrder.LITTLE_ENDIAN);
    int name = entries.size() * ErofsFormat.DIRENT;
    for (Entry entry : entries) {
      block.putLong(entry.node().number).putShort((short) name);
      block.put((byte) ErofsFormat.fileType(entry.node().type)).put((byte) 0);
      name += entry.name().length;
    }
    entries.forEach(entry -> block.put(entry.name()));
    return block.array();
  }

  private static List<List<Entry>> blocks(Node directory, Node parent) {
    SortedMap<Node.Name, Node> all = new TreeMap<>(directory.inside());
    all.put(Node.Name.of("."), directory);
    all.put(Node.Name.of(".."), parent);
    List<List<Entry>> blocks = new ArrayList<>();
    List<Entry> block = new ArrayList<>();
    int used = 0;
    for (var named : all.entrySet()) {
      byte[] name = named.getKey().bytes();
      int more = ErofsFormat.DIRENT + name.length;
      if (used + more > ErofsFormat.BLOCK) {
        blocks.add(block);
        block = new ArrayList<>();
        used = 0;
      }
      block.add(new Entry(name, named.getValue()));
      used += more;
    }
    blocks.add(block);
    return blocks;
  }

  private static int size(List<Entry> block) {
    return block.stream().mapToInt(e -> ErofsFormat.DIRENT + e.name().length).sum();
  }
}
