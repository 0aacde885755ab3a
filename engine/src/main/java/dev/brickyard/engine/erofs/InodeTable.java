package dev.brickyard.engine.erofs;

import dev.brickyard.engine.layer.EntryType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** The inodes, each at a multiple of 32 bytes, which is its number. */
final class InodeTable {
  /** The root's number; 0 means "none" in some places. */
  static final int ROOT = 2;

  private InodeTable() {}

  /** True when a symlink's text stands right behind its inode, within one block. */
  static boolean isInline(Node node) {
    return node.type == EntryType.SYMLINK
        && node.xattrs.isEmpty()
        && ErofsFormat.INODE + node.size <= ErofsFormat.BLOCK;
  }

  /**
   * Gives every node its number.
   *
   * @param nodes the root first
   * @return the table's size in bytes
   */
  static long assign(List<Node> nodes) throws IOException {
    long at = (long) ROOT * ErofsFormat.SLOT;
    for (Node node : nodes) {
      at = place(at, node);
      node.number = at / ErofsFormat.SLOT;
      at += size(node);
    }
    return at;
  }

  private static long place(long at, Node node) {
    long start = at + (-at & (ErofsFormat.SLOT - 1));
    long room = ErofsFormat.BLOCK - start % ErofsFormat.BLOCK;
    return isInline(node) && ErofsFormat.INODE + node.size > room ? start + room : start;
  }

  private static long size(Node node) throws IOException {
    return ErofsFormat.INODE + (isInline(node) ? node.size : XattrBody.of(node).length);
  }

  /** Writes the table; the output stands where it begins. */
  static void write(List<Node> nodes, BlockOutput out) throws IOException {
    long start = out.position();
    int serial = 1;
    for (Node node : nodes) {
      long gap = start + node.number * ErofsFormat.SLOT - out.position();
      out.write(new byte[(int) gap]);
      byte[] xattrs = XattrBody.of(node);
      out.write(inode(node, xattrs.length, serial++));
      out.write(xattrs);
      if (isInline(node)) {
        out.write(node.target);
      }
    }
  }

  private static byte[] inode(Node node, int xattrs, int serial) {
    boolean device = node.type == EntryType.CHARACTER_DEVICE || node.type == EntryType.BLOCK_DEVICE;
    ByteBuffer inode = ByteBuffer.allocate(ErofsFormat.INODE).order(ByteOrder.LITTLE_ENDIAN);
    inode.putShort((short) (isInline(node) ? ErofsFormat.INLINE : ErofsFormat.PLAIN));
    // Counted in units of four bytes, the header as one.
    inode.putShort((short) (xattrs == 0 ? 0 : (xattrs - ErofsFormat.XATTR_HEADER) / 4 + 1));
    inode.putShort((short) (ErofsFormat.modeType(node.type) | node.mode)).putShort((short) 0);
    inode.putLong(node.size);
    inode.putInt(device ? ErofsFormat.device(node.device) : (int) node.block);
    inode.putInt(serial).putInt((int) node.uid).putInt((int) node.gid);
    inode.putLong(node.mtime).putInt(0).putInt(node.links);
    return inode.array();
  }
}
