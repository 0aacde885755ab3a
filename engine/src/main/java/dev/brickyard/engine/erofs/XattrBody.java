package dev.brickyard.engine.erofs;

import dev.brickyard.engine.linux.NativeText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Extended attributes as they stand behind an inode. */
final class XattrBody {
  static final String OPAQUE = "trusted.overlay.opaque";
  private static final int MAX_BYTES = 1 << 17;

  private XattrBody() {}

  /** All of a node's, or nothing at all when it has none. A multiple of four bytes. */
  static byte[] of(Node node) throws IOException {
    SortedMap<String, byte[]> xattrs = node.xattrs;
    if (node.opaque) {
      xattrs = new TreeMap<>(xattrs);
      xattrs.put(OPAQUE, new byte[] {'y'});
    }
    if (xattrs.isEmpty()) {
      return new byte[0];
    }
    int size = ErofsFormat.XATTR_HEADER;
    for (Map.Entry<String, byte[]> xattr : xattrs.entrySet()) {
      size += padded(4 + suffix(xattr.getKey()).length + xattr.getValue().length);
      if (xattr.getValue().length > 0xFFFF || size > MAX_BYTES) {
        throw new IOException("the layer has more extended attributes on a file than Linux keeps");
      }
    }
    ByteBuffer body = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    body.position(ErofsFormat.XATTR_HEADER);
    for (Map.Entry<String, byte[]> xattr : xattrs.entrySet()) {
      byte[] name = suffix(xattr.getKey());
      body.put((byte) name.length).put((byte) prefix(xattr.getKey()));
      body.putShort((short) xattr.getValue().length).put(name).put(xattr.getValue());
      body.position(padded(body.position()));
    }
    return body.array();
  }

  private static int padded(int size) {
    return (size + 3) & ~3;
  }

  private static int prefix(String name) throws IOException {
    if (name.startsWith("user.")) {
      return 1;
    }
    if (name.equals("system.posix_acl_access")) {
      return 2;
    }
    if (name.equals("system.posix_acl_default")) {
      return 3;
    }
    if (name.startsWith("trusted.")) {
      return 4;
    }
    if (name.startsWith("security.")) {
      return 6;
    }
    throw new IOException("the extended attribute " + name + " has no place in an image");
  }

  private static byte[] suffix(String name) throws IOException {
    int prefix = prefix(name);
    byte[] suffix =
        prefix == 2 || prefix == 3
            ? new byte[0]
            : NativeText.encode(name.substring(name.indexOf('.') + 1));
    if (suffix.length > 255) {
      throw new IOException("the layer has an extended attribute with too long a name");
    }
    return suffix;
  }
}
