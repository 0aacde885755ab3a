package dev.brickyard.engine.erofs;

import dev.brickyard.engine.layer.EntryType;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.engine.layer.LayerNames;
import dev.brickyard.engine.linux.NativeText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The tree that a layer's entries, applied one after the other, come to, in overlayfs' own
 * language: exactly what unpacking them into an empty directory would leave there.
 */
final class LayerTree {
  /** Deeper than any path a process could name at once; a bound for recursion. */
  private static final int MAX_DEPTH = 2048;

  private static final int MAX_NAME = 255;
  private static final int MAX_LINK = 4095;

  private final Node root = Node.impliedDirectory();

  Node root() {
    return root;
  }

  /**
   * Applies one entry.
   *
   * @param block where a file's content begins in the image
   * @throws IOException when it cannot be what the layer says
   */
  void place(LayerEntry entry, long block) throws IOException {
    ImagePath path = entry.path();
    if (entry.type() == EntryType.OPAQUE) {
      hide(path);
      return;
    }
    if (path.isRoot()) {
      return;
    }
    Node parent = directory(path.parent(), true);
    Node.Name name = name(path.name());
    @Nullable Node existing = parent.inside().get(name);
    if (entry.type() == EntryType.WHITEOUT) {
      // It speaks of lower layers only: what this layer has at the name stays.
      if (existing == null) {
        parent.inside().put(name, new Node(EntryType.WHITEOUT));
      } else if (existing.type == EntryType.DIRECTORY) {
        existing.opaque = true;
      }
      return;
    }
    if (entry.type() == EntryType.HARD_LINK) {
      link(parent, name, existing, entry);
      return;
    }
    Node node;
    if (existing != null
        && existing.type == EntryType.DIRECTORY
        && entry.type() == EntryType.DIRECTORY) {
      node = existing;
    } else {
      node = new Node(entry.type());
      node.opaque =
          entry.type() == EntryType.DIRECTORY
              && existing != null
              && existing.type == EntryType.WHITEOUT;
      drop(existing);
      parent.inside().put(name, node);
    }
    describe(node, entry, block);
  }

  private void hide(ImagePath path) throws IOException {
    if (path.isRoot()) {
      root.opaque = true;
      return;
    }
    Node parent = directory(path.parent(), true);
    Node node =
        parent.inside().computeIfAbsent(name(path.name()), missing -> Node.impliedDirectory());
    if (node.type != EntryType.DIRECTORY) {
      throw new IOException("the layer hides the content of " + path + ", which is no directory");
    }
    node.opaque = true;
  }

  private void link(Node parent, Node.Name name, @Nullable Node existing, LayerEntry entry)
      throws IOException {
    ImagePath target = new ImagePath(entry.linkTarget().orElseThrow());
    if (existing != null) {
      drop(existing);
      parent.inside().remove(name);
    }
    @Nullable Node linked =
        target.isRoot()
            ? null
            : directory(target.parent(), false).inside().get(Node.Name.of(target.name()));
    if (linked == null || linked.type == EntryType.DIRECTORY) {
      throw new IOException(
          "the layer links " + entry.path() + " to " + target + ", which it does not have");
    }
    linked.links++;
    parent.inside().put(name, linked);
  }

  private static void drop(@Nullable Node node) {
    if (node != null) {
      node.links--;
      if (node.children != null) {
        node.children.values().forEach(LayerTree::drop);
      }
    }
  }

  private static Node.Name name(String text) throws IOException {
    Node.Name name = Node.Name.of(text);
    if (name.bytes().length > MAX_NAME) {
      throw new IOException("the layer has a name of " + name.bytes().length + " bytes");
    }
    return name;
  }

  private Node directory(ImagePath path, boolean make) throws IOException {
    Node at = root;
    if (path.names().size() > MAX_DEPTH) {
      throw new IOException("the layer has directories deeper than " + MAX_DEPTH);
    }
    for (String text : path.names()) {
      Node.Name name = name(text);
      @Nullable Node next = at.inside().get(name);
      if (next == null) {
        if (!make) {
          throw new IOException("the layer names " + path + ", which it does not have");
        }
        next = Node.impliedDirectory();
        at.inside().put(name, next);
      }
      if (next.type != EntryType.DIRECTORY) {
        throw new IOException("the layer has something in " + path + ", which is no directory");
      }
      at = next;
    }
    return at;
  }

  private static void describe(Node node, LayerEntry entry, long block) throws IOException {
    node.mode = entry.mode();
    node.uid = entry.uid();
    node.gid = entry.gid();
    node.mtime = entry.mtime();
    node.device = entry.device();
    for (Map.Entry<String, String> xattr : entry.xattrs().entrySet()) {
      if (LayerNames.isPortable(xattr.getKey())) {
        node.xattrs.put(xattr.getKey(), xattr.getValue().getBytes(StandardCharsets.ISO_8859_1));
      }
    }
    if (entry.type() == EntryType.FILE) {
      node.size = entry.size();
      node.block = block;
    } else if (entry.type() == EntryType.SYMLINK) {
      node.target = NativeText.encode(entry.linkTarget().orElseThrow());
      node.size = node.target.length;
      if (node.target.length == 0 || node.target.length > MAX_LINK) {
        throw new IOException("the layer has a symlink of " + node.size + " bytes");
      }
    }
  }
}
