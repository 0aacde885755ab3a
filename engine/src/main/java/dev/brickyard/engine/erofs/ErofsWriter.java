package dev.brickyard.engine.erofs;

import dev.brickyard.engine.layer.EntryType;
import dev.brickyard.engine.layer.LayerEntry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * Writes a layer as an EROFS image: contents as they come, then directories and inodes, the
 * superblock last, so that half an image is none. The same entries make the same image, byte for
 * byte. Sources: Linux, {@code fs/erofs/erofs_fs.h} and {@code
 * Documentation/filesystems/erofs.rst}.
 */
final class ErofsWriter implements AutoCloseable {
  private final FileChannel channel;
  private final BlockOutput out;
  private final LayerTree tree = new LayerTree();
  private final IdentityHashMap<Node, Node> parents = new IdentityHashMap<>();

  /**
   * Begins an image.
   *
   * @param file made new
   */
  ErofsWriter(Path file) throws IOException {
    this.channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    this.out = new BlockOutput(channel, ErofsFormat.DATA_OFFSET);
  }

  /** Adds an entry of the layer, after all that stand before it in its tar. */
  void add(LayerEntry entry, InputStream content) throws IOException {
    long block = 0;
    if (entry.type() == EntryType.FILE && entry.size() > 0) {
      block = out.position() / ErofsFormat.BLOCK;
      out.copy(content, entry.size());
      out.pad(ErofsFormat.BLOCK);
    }
    tree.place(entry, block);
  }

  /** Writes what the kernel needs to find it all. Nothing can be added after this. */
  void finish() throws IOException {
    List<Node> nodes = new ArrayList<>();
    collect(tree.root(), Collections.newSetFromMap(new IdentityHashMap<>()), nodes);
    long inodes = MetadataBlocks.assign(nodes, out.position());
    long size = inodes + InodeTable.assign(nodes);
    if (size >> ErofsFormat.BLOCK_BITS >= 0xFFFFFFFFL) {
      throw new IOException("the layer is larger than an image can be");
    }
    for (Node node : nodes) {
      MetadataBlocks.write(node, parents.getOrDefault(node, node), out);
    }
    InodeTable.write(nodes, out);
    out.pad(ErofsFormat.DATA_OFFSET);
    out.flush();
    writeSuperblock(nodes.size(), inodes / ErofsFormat.BLOCK, out.position());
  }

  /** The root first: its number must fit into 16 bits. Every node once, whatever its names. */
  private void collect(Node directory, Set<Node> seen, List<Node> nodes) {
    nodes.add(directory);
    for (Node child : directory.inside().values()) {
      if (child.type == EntryType.DIRECTORY) {
        parents.put(child, directory);
        collect(child, seen, nodes);
      } else if (child.links < 2 || seen.add(child)) {
        nodes.add(child);
      }
    }
  }

  private void writeSuperblock(int nodes, long metaBlock, long size) throws IOException {
    ByteBuffer page = ByteBuffer.allocate(ErofsFormat.DATA_OFFSET).order(ByteOrder.LITTLE_ENDIAN);
    page.position(ErofsFormat.SUPER_OFFSET);
    page.putInt(ErofsFormat.MAGIC);
    // No checksum: the digest of the whole image is checked before it is mounted.
    page.putInt(0).putInt(ErofsFormat.COMPAT_MTIME);
    page.put((byte) ErofsFormat.BLOCK_BITS).put((byte) 0);
    page.putShort((short) InodeTable.ROOT);
    page.putLong(nodes).putLong(0).putInt(0);
    page.putInt((int) (size / ErofsFormat.BLOCK));
    page.putInt((int) metaBlock);
    channel.write(page.rewind(), 0);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
