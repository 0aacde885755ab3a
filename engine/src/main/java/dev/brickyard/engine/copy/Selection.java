package dev.brickyard.engine.copy;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.cache.KeyBuilder;
import dev.brickyard.engine.context.PatternList;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.ContentSource;
import dev.brickyard.engine.layer.EntryType;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.engine.layer.RootIndex;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The files that the sources of a COPY name, in order, before it matters where they go. Enough to
 * say whether two copies would copy the same. What {@code --exclude} leaves out is not in it.
 */
public final class Selection {
  /**
   * One source that was found.
   *
   * @param name the last name as written: what a file is called in a destination directory
   * @param directory true when its contents are copied rather than itself
   * @param mtime of the directory, when it is known
   * @param nodes the file itself, or what is wanted of what is below the directory, parents first
   */
  record Item(String name, boolean directory, OptionalLong mtime, List<Node> nodes) {
    Item {
      nodes = List.copyOf(nodes);
    }
  }

  /**
   * Something to be copied.
   *
   * @param path relative to the source directory; for a single file its name
   * @param implied true for a directory that is there only for what is wanted inside of it
   * @param inode the same for files that are one under several names; empty when not known
   */
  record Node(
      ImagePath path,
      LayerEntry entry,
      ContentSource content,
      boolean implied,
      Optional<String> inode) {}

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
   * @throws BuildFailure code {@code copy-source-missing} when a source that is no pattern is
   *     missing. A pattern may match nothing, as in BuildKit.
   */
  public static Selection of(CopySpec spec, FileSource source) throws BuildFailure {
    PatternList exclude = SourceWord.patterns(spec.exclude());
    RootIndex root = source.root();
    List<Item> items = new ArrayList<>();
    for (String written : spec.sources()) {
      SourceWord word = SourceWord.of(written, spec.parents());
      if (word.required().isPresent() && !exists(root, word.required().get())) {
        throw missing(word.required().get());
      }
      for (ImagePath path : word.expand(root)) {
        items.add(item(path, source, word.include(), exclude));
      }
    }
    for (CopySpec.InlineFile file : spec.inline()) {
      items.add(item(file));
    }
    return new Selection(items);
  }

  private static boolean exists(RootIndex root, ImagePath path) throws BuildFailure {
    try {
      return root.find(root.resolveParent(path)).isPresent();
    } catch (IOException e) {
      throw SourceWord.tooManyLinks(path);
    }
  }

  private static BuildFailure missing(ImagePath path) {
    return BuildFailure.user("copy-source-missing", "\"" + path.absolute() + "\": not found");
  }

  private static Item item(CopySpec.InlineFile file) {
    byte[] content = file.content().getBytes(StandardCharsets.UTF_8);
    ImagePath name = ImagePath.normalize(file.name());
    LayerEntry entry =
        LayerEntry.file(
            name, 0644, 0, 0, DestinationPlan.NEW_MTIME, content.length, Digest.of(content));
    Node node =
        new Node(name, entry, () -> new ByteArrayInputStream(content), false, Optional.empty());
    return new Item(name.name(), false, OptionalLong.empty(), List.of(node));
  }

  private static Item item(
      ImagePath written, FileSource source, Optional<PatternList> include, PatternList exclude)
      throws BuildFailure {
    RootIndex root = source.root();
    ImagePath path = SourceWord.resolve(root, written);
    Optional<LayerEntry> found = root.find(path);
    if (found.isEmpty()) {
      throw include.isPresent() ? SourceWord.missingBelow(written) : missing(written);
    }
    if (!found.get().isDirectory()) {
      // Patterns are about what is inside of directories: a file that is named is copied.
      Node node = node(new ImagePath(written.name()), found.get(), source, false);
      return new Item(written.name(), false, OptionalLong.empty(), List.of(node));
    }
    boolean described = root.layerOf(path) >= 0;
    OptionalLong mtime = described ? OptionalLong.of(found.get().mtime()) : OptionalLong.empty();
    List<Node> nodes = new Walk(source, path, include.orElse(null), exclude).nodes(root.walk(path));
    return new Item(written.name(), true, mtime, nodes);
  }

  private static Node node(ImagePath path, LayerEntry entry, FileSource source, boolean implied) {
    boolean file = entry.type() == EntryType.FILE || entry.type() == EntryType.HARD_LINK;
    return new Node(
        path,
        source.withoutHardLink(entry),
        file ? source.content(entry) : NOTHING,
        implied,
        file ? source.inode(entry) : Optional.empty());
  }

  /** Goes through a directory and takes what the patterns want of it. */
  private static final class Walk {
    private final FileSource source;
    private final ImagePath top;
    private final @Nullable PatternList include;
    private final PatternList exclude;
    private final Deque<Open> open = new ArrayDeque<>();
    private final List<Node> nodes = new ArrayList<>();

    /** A directory on the way to the current entry. */
    private static final class Open {
      final LayerEntry directory;
      final PatternList.@Nullable Match included;
      final PatternList.Match excluded;
      boolean taken;

      Open(
          LayerEntry directory,
          PatternList.@Nullable Match included,
          PatternList.Match excluded,
          boolean taken) {
        this.directory = directory;
        this.included = included;
        this.excluded = excluded;
        this.taken = taken;
      }
    }

    Walk(FileSource source, ImagePath top, @Nullable PatternList include, PatternList exclude) {
      this.source = source;
      this.top = top;
      this.include = include;
      this.exclude = exclude;
    }

    /**
     * @param tree the directory itself, then everything below, parents first
     */
    List<Node> nodes(List<LayerEntry> tree) {
      boolean all = include == null && exclude.isEmpty();
      PatternList.Match start = include == null ? null : include.root();
      open.add(new Open(tree.getFirst(), start, exclude.root(), true));
      for (LayerEntry entry : tree.subList(1, tree.size())) {
        if (all) {
          take(entry, false);
        } else {
          visit(entry);
        }
      }
      return nodes;
    }

    private void visit(LayerEntry entry) {
      while (!open.getLast().directory.path().contains(entry.path())) {
        open.removeLast();
      }
      String path = relative(entry).value();
      Open above = open.getLast();
      PatternList.Match included =
          include == null || above.included == null ? null : include.match(path, above.included);
      PatternList.Match excluded = exclude.match(path, above.excluded);
      boolean wanted = (included == null || included.matched()) && !excluded.matched();
      if (wanted) {
        for (Open directory : open) {
          if (!directory.taken) {
            take(directory.directory, true);
            directory.taken = true;
          }
        }
        take(entry, false);
      }
      if (entry.isDirectory()) {
        open.addLast(new Open(entry, included, excluded, wanted));
      }
    }

    private void take(LayerEntry entry, boolean implied) {
      nodes.add(node(relative(entry), entry, source, implied));
    }

    private ImagePath relative(LayerEntry entry) {
      String path = entry.path().value();
      return top.isRoot() ? entry.path() : new ImagePath(path.substring(top.value().length() + 1));
    }
  }

  /** Everything that is selected, at the paths it has in the source. */
  public List<LayerEntry> entries() {
    return items.stream().flatMap(item -> item.nodes().stream()).map(Node::entry).toList();
  }

  List<Item> items() {
    return items;
  }

  /**
   * What is copied: names, types, modes, owners, link targets, extended attributes, content, and
   * which files are one. Time stamps are not part of it, so that a fresh checkout of the same files
   * is the same.
   *
   * @param keepOwner false when every file gets another owner than its own
   */
  public Digest digest(boolean keepOwner) {
    KeyBuilder key = new KeyBuilder("selection").add(items.size());
    for (Item item : items) {
      key.add(item.name()).add(item.directory()).add(item.nodes().size());
      Map<String, Integer> firsts = new HashMap<>();
      for (int i = 0; i < item.nodes().size(); i++) {
        Node node = item.nodes().get(i);
        int number = i;
        int first = node.inode().map(inode -> firsts.computeIfAbsent(inode, n -> number)).orElse(i);
        LayerEntry entry = node.entry();
        key.add(node.path().value())
            .add(entry.type().name())
            .add(entry.mode())
            .add(keepOwner ? entry.uid() : 0)
            .add(keepOwner ? entry.gid() : 0)
            .add(entry.linkTarget())
            .add(entry.digest().map(Digest::hex))
            .add(entry.xattrs())
            .add(entry.device())
            .add(node.implied())
            .add(i - first);
      }
    }
    return key.build();
  }
}
