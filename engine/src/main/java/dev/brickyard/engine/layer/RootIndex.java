package dev.brickyard.engine.layer;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The root filesystem that a stack of layers makes, seen through their indexes alone. Nothing is
 * merged beforehand: a lookup asks the layers from the top, since most builds ask for few paths.
 * Safe for use by many threads.
 */
public final class RootIndex {
  /** As many symlinks as the kernel follows would do for real images; Docker allows this many. */
  private static final int MAX_LINKS = 255;

  private final List<LayerIndex> layers;

  /** For each directory asked for, the lowest layer whose content of it can be seen. */
  private final Map<ImagePath, Integer> floors = new ConcurrentHashMap<>();

  private RootIndex(List<LayerIndex> layers) {
    this.layers = List.copyOf(layers);
  }

  /** The root that the layers make, base first. */
  public static RootIndex of(List<LayerIndex> baseFirst) {
    return new RootIndex(baseFirst);
  }

  /**
   * An entry and the layer it comes from.
   *
   * @param origin the path its content has there; another one than the entry's for a hard link
   */
  private record Found(LayerEntry entry, int layer, ImagePath origin) {}

  /**
   * What stands at exactly this path; links are not followed. The root always exists. A hard link
   * is shown as the file it is, with its content's digest.
   */
  public Optional<LayerEntry> find(ImagePath path) {
    return Optional.ofNullable(lookUp(path)).map(Found::entry);
  }

  /**
   * The position, in the stack, of the layer that provides what {@link #find} found; -1 when there
   * is nothing, or a directory that no layer describes.
   */
  public int layerOf(ImagePath path) {
    Found found = lookUp(path);
    return found == null ? -1 : found.layer();
  }

  /**
   * The same text for two files that are one under two names, and for no others; empty when there
   * is nothing.
   */
  public Optional<String> inode(ImagePath path) {
    return Optional.ofNullable(lookUp(path)).map(found -> found.layer() + ":" + found.origin());
  }

  private @Nullable Found lookUp(ImagePath path) {
    boolean implied = path.isRoot();
    int floor = path.isRoot() ? 0 : floor(path.parent());
    for (int i = layers.size() - 1; i >= floor; i--) {
      LayerIndex layer = layers.get(i);
      @Nullable LayerEntry entry = layer.find(path).orElse(null);
      if (entry != null) {
        if (entry.type() == EntryType.WHITEOUT || (implied && !entry.isDirectory())) {
          break;
        }
        return entry.type() == EntryType.HARD_LINK ? linked(entry, i) : new Found(entry, i, path);
      }
      implied |= implies(layer, path);
    }
    return implied ? new Found(LayerEntry.directory(path, 0755, 0, 0, 0), -1, path) : null;
  }

  /** A hard link's target stands in its own layer, for layers are made that way. */
  private @Nullable Found linked(LayerEntry link, int layer) {
    LayerEntry target = link;
    for (int hops = 0; hops < MAX_LINKS && target.type() == EntryType.HARD_LINK; hops++) {
      ImagePath at = ImagePath.normalize(target.linkTarget().orElseThrow());
      Optional<LayerEntry> next = layers.get(layer).find(at);
      if (next.isEmpty()) {
        @Nullable Found below =
            layer == 0 ? null : new RootIndex(layers.subList(0, layer)).lookUp(at);
        return below == null
            ? null
            : new Found(below.entry().at(link.path()), below.layer(), below.origin());
      }
      target = next.get();
    }
    return target.type() == EntryType.HARD_LINK || target.type() == EntryType.WHITEOUT
        ? null
        : new Found(target.at(link.path()), layer, target.path());
  }

  /** True when the layer has something inside the path without saying what the path is. */
  private static boolean implies(LayerIndex layer, ImagePath path) {
    List<LayerEntry> entries = layer.entries();
    for (int i = firstAfter(entries, path); i < entries.size(); i++) {
      LayerEntry entry = entries.get(i);
      if (!path.contains(entry.path())) {
        return false;
      }
      if (entry.type() != EntryType.WHITEOUT && entry.type() != EntryType.OPAQUE) {
        return true;
      }
    }
    return false;
  }

  /** The index of the first entry that sorts behind the path itself. */
  private static int firstAfter(List<LayerEntry> entries, ImagePath path) {
    int low = 0;
    int high = entries.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (entries.get(middle).path().compareTo(path) <= 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private int floor(ImagePath directory) {
    @Nullable Integer known = floors.get(directory);
    if (known != null) {
      return known;
    }
    int floor = directory.isRoot() ? 0 : floor(directory.parent());
    for (int i = layers.size() - 1; i >= floor; i--) {
      if (layers.get(i).isOpaque(directory)) {
        floor = i;
        break;
      }
      @Nullable LayerEntry entry = layers.get(i).find(directory).orElse(null);
      if (entry != null && !entry.isDirectory()) {
        floor = i + 1;
        break;
      }
    }
    floors.put(directory, floor);
    return floor;
  }

  /** What the directory contains, sorted by name; empty when there is no such directory. */
  public List<LayerEntry> children(ImagePath directory) {
    Optional<LayerEntry> itself = find(directory);
    if (itself.isEmpty() || !itself.get().isDirectory()) {
      return List.of();
    }
    SortedSet<String> names = new TreeSet<>();
    for (int i = layers.size() - 1; i >= floor(directory); i--) {
      collectNames(layers.get(i).entries(), directory, names);
    }
    List<LayerEntry> children = new ArrayList<>(names.size());
    for (String name : names) {
      find(directory.child(name)).ifPresent(children::add);
    }
    return children;
  }

  private static void collectNames(
      List<LayerEntry> entries, ImagePath directory, SortedSet<String> names) {
    int prefix = directory.isRoot() ? 0 : directory.value().length() + 1;
    int i = firstAfter(entries, directory);
    while (i < entries.size() && directory.contains(entries.get(i).path())) {
      String path = entries.get(i).path().value();
      int slash = path.indexOf('/', prefix);
      String name = slash < 0 ? path.substring(prefix) : path.substring(prefix, slash);
      names.add(name);
      ImagePath child = directory.child(name);
      // Most children have nothing inside; where one has, jump over it rather than walk through.
      i++;
      if (i < entries.size() && child.contains(entries.get(i).path())) {
        i = firstOutside(entries, i, child);
      }
    }
  }

  private static int firstOutside(List<LayerEntry> entries, int from, ImagePath directory) {
    int low = from;
    int high = entries.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (directory.contains(entries.get(middle).path())) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /**
   * The path itself and everything below, each directory directly before what it contains; empty
   * when there is no such path.
   */
  public List<LayerEntry> walk(ImagePath path) {
    @Nullable LayerEntry start = find(path).orElse(null);
    if (start == null) {
      return List.of();
    }
    List<LayerEntry> all = new ArrayList<>();
    Deque<LayerEntry> next = new ArrayDeque<>(List.of(start));
    while (!next.isEmpty()) {
      LayerEntry entry = next.pop();
      all.add(entry);
      if (entry.isDirectory()) {
        List<LayerEntry> children = new ArrayList<>(children(entry.path()));
        Collections.reverse(children);
        children.forEach(next::push);
      }
    }
    return all;
  }

  /**
   * Follows every symlink of the path, the last name's included, without leaving the root: absolute
   * targets start there again, {@code ..} stays there. Names that do not exist are kept as they
   * are.
   *
   * @throws IOException when more than 255 links had to be followed
   */
  public ImagePath resolve(ImagePath path) throws IOException {
    return follow(path, true);
  }

  /** Like {@link #resolve}, but a symlink at the last name is not followed. */
  public ImagePath resolveParent(ImagePath path) throws IOException {
    return follow(path, false);
  }

  private ImagePath follow(ImagePath path, boolean last) throws IOException {
    Deque<String> names = new ArrayDeque<>(path.names());
    ImagePath at = ImagePath.ROOT;
    int links = 0;
    while (!names.isEmpty()) {
      String name = names.pop();
      boolean stays = names.isEmpty() && !last;
      if (name.isEmpty() || name.equals(".")) {
        continue;
      }
      if (name.equals("..")) {
        at = at.parent();
        continue;
      }
      ImagePath child = at.child(name);
      @Nullable LayerEntry entry = find(child).orElse(null);
      if (entry == null || entry.type() != EntryType.SYMLINK || stays) {
        at = child;
        continue;
      }
      if (++links > MAX_LINKS) {
        throw new IOException("too many symbolic links on the way to " + path.absolute());
      }
      String target = entry.linkTarget().orElseThrow();
      if (target.startsWith("/")) {
        at = ImagePath.ROOT;
      }
      String[] parts = target.split("/", -1);
      for (int i = parts.length - 1; i >= 0; i--) {
        names.push(parts[i]);
      }
    }
    return at;
  }

  /** The bytes of one of the {@link LayerIndex#INLINED} files, reached through links if need be. */
  public Optional<byte[]> inlined(ImagePath path) {
    ImagePath real;
    try {
      real = resolve(path);
    } catch (IOException e) {
      return Optional.empty();
    }
    int layer = layerOf(real);
    return layer < 0 ? Optional.empty() : layers.get(layer).inlined(real);
  }
}
