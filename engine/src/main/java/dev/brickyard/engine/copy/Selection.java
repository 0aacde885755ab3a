package dev.brickyard.engine.copy;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.cache.KeyBuilder;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.ContentSource;
import dev.brickyard.engine.layer.EntryType;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.engine.layer.RootIndex;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The files that the sources of a COPY name, in order, before it matters where they go. Enough to
 * say whether two copies would copy the same.
 */
public final class Selection {
  /**
   * One source that was found.
   *
   * @param name the last name as written: what a file is called in a destination directory
   * @param directory true when its contents are copied rather than itself
   * @param nodes the file itself, or everything below the directory, parents first
   */
  record Item(String name, boolean directory, List<Node> nodes) {
    Item {
      nodes = List.copyOf(nodes);
    }
  }

  /**
   * @param path relative to the source directory; for a single file its name
   */
  record Node(ImagePath path, LayerEntry entry, ContentSource content) {}

  private static final ContentSource NOTHING =
      () -> {
        throw new IOException("only files have content");
      };

  private final List<Item> items;

  private Selection(List<Item> items) {
    this.items = List.copyOf(items);
  }

  /**
   * Finds what is to be copied.
   *
   * @param excluded says of a path of the source that it is left out
   * @throws BuildFailure code {@code copy-source-missing} when a source that is no pattern is
   *     missing. A pattern may match nothing, as in BuildKit.
   */
  public static Selection of(CopySpec spec, FileSource source, Predicate<ImagePath> excluded)
      throws BuildFailure {
    List<Item> items = new ArrayList<>();
    for (String written : spec.sources()) {
      for (ImagePath path : expand(written, source.root())) {
        items.add(item(path, source, excluded));
      }
    }
    for (CopySpec.InlineFile file : spec.inline()) {
      byte[] content = file.content().getBytes(StandardCharsets.UTF_8);
      ImagePath name = ImagePath.normalize(file.name());
      LayerEntry entry =
          LayerEntry.file(
              name, 0644, 0, 0, DestinationPlan.NEW_MTIME, content.length, Digest.of(content));
      items.add(
          new Item(
              name.name(),
              false,
              List.of(new Node(name, entry, () -> new ByteArrayInputStream(content)))));
    }
    return new Selection(items);
  }

  private static List<ImagePath> expand(String written, RootIndex root) throws BuildFailure {
    if (!Glob.isPattern(written)) {
      return List.of(ImagePath.normalize(written));
    }
    List<String> fixed = new ArrayList<>();
    List<String> names = new ArrayList<>(List.of(written.split("/")));
    names.removeIf(name -> name.isEmpty() || name.equals("."));
    while (!names.isEmpty() && !Glob.isPattern(names.getFirst())) {
      fixed.add(names.removeFirst());
    }
    ImagePath start = ImagePath.normalize(String.join("/", fixed));
    List<ImagePath> found = new ArrayList<>();
    collect(
        root,
        resolve(root, start),
        start,
        new ArrayList<>(),
        Glob.parse(String.join("/", names)),
        found);
    return found;
  }

  private static void collect(
      RootIndex root,
      ImagePath real,
      ImagePath written,
      List<String> names,
      Glob glob,
      List<ImagePath> found)
      throws BuildFailure {
    for (LayerEntry child : root.children(real)) {
      names.add(child.path().name());
      ImagePath path = written.child(child.path().name());
      if (glob.matches(names)) {
        found.add(path);
      } else if (names.size() < glob.depth() && child.isDirectory()) {
        collect(root, child.path(), path, names, glob, found);
      }
      names.removeLast();
    }
  }

  private static Item item(ImagePath written, FileSource source, Predicate<ImagePath> excluded)
      throws BuildFailure {
    RootIndex root = source.root();
    ImagePath path = resolve(root, written);
    Optional<LayerEntry> found = root.find(path).filter(entry -> !excluded.test(path));
    if (found.isEmpty()) {
      throw BuildFailure.user("copy-source-missing", "\"" + written.absolute() + "\": not found");
    }
    if (!found.get().isDirectory()) {
      LayerEntry entry = source.withoutHardLink(found.get());
      return new Item(
          written.name(),
          false,
          List.of(new Node(new ImagePath(written.name()), entry, content(source, found.get()))));
    }
    List<Node> nodes = new ArrayList<>();
    int prefix = path.isRoot() ? 0 : path.value().length() + 1;
    for (LayerEntry entry : root.walk(path)) {
      if (!entry.path().equals(path) && !excluded.test(entry.path())) {
        nodes.add(
            new Node(
                new ImagePath(entry.path().value().substring(prefix)),
                source.withoutHardLink(entry),
                content(source, entry)));
      }
    }
    return new Item(written.name(), true, nodes);
  }

  /** The only reason why a path of an index cannot be resolved is a loop of links. */
  private static ImagePath resolve(RootIndex root, ImagePath path) throws BuildFailure {
    try {
      return root.resolve(path);
    } catch (IOException e) {
      throw tooManyLinks(path);
    }
  }

  static BuildFailure tooManyLinks(ImagePath path) {
    return BuildFailure.user(
        "too-many-links", path.absolute() + " has too many levels of symbolic links");
  }

  private static ContentSource content(FileSource source, LayerEntry entry) {
    return entry.type() == EntryType.FILE || entry.type() == EntryType.HARD_LINK
        ? source.content(entry)
        : NOTHING;
  }

  /** Everything that is selected, at the paths it has in the source. */
  public List<LayerEntry> entries() {
    return items.stream().flatMap(item -> item.nodes().stream()).map(Node::entry).toList();
  }

  List<Item> items() {
    return items;
  }

  /**
   * What is copied: names, types, modes, owners, link targets, extended attributes and content.
   * Time stamps are not part of it, so that a fresh checkout of the same files is the same.
   *
   * @param keepOwner false when every file gets another owner than its own
   */
  public Digest digest(boolean keepOwner) {
    KeyBuilder key = new KeyBuilder("selection").add(items.size());
    for (Item item : items) {
      key.add(item.name()).add(item.directory()).add(item.nodes().size());
      for (Node node : item.nodes()) {
        LayerEntry entry = node.entry();
        key.add(node.path().value())
            .add(entry.type().name())
            .add(entry.mode())
            .add(keepOwner ? entry.uid() : 0)
            .add(keepOwner ? entry.gid() : 0)
            .add(entry.linkTarget())
            .add(entry.digest().map(Digest::hex))
            .add(entry.xattrs())
            .add(entry.device());
      }
    }
    return key.build();
  }
}
