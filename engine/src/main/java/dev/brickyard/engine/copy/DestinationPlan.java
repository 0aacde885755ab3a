package dev.brickyard.engine.copy;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.layer.ContentSource;
import dev.brickyard.engine.layer.EntryType;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.engine.layer.LayerWriter;
import dev.brickyard.engine.layer.OwnerNames.Owner;
import dev.brickyard.engine.layer.RootIndex;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A layer in the making, over a root filesystem known by its index: what stands where is asked of
 * the new layer first and the root after it. Follows BuildKit's file operations ({@code
 * solver/llbsolver/file} and {@code fsutil/copy}).
 */
public final class DestinationPlan {
  /**
   * Modification time of directories and files that have no source: a fixed one, so that equal
   * steps make equal layers. Not 1970, since zip archives cannot hold years before 1980.
   */
  static final long NEW_MTIME = Instant.parse("1980-01-02T00:00:00Z").getEpochSecond();

  private static final int MAX_LINKS = 255;
  private static final int NEW_MODE = 0755;
  private static final Owner ROOT = new Owner(0, 0);

  /**
   * @param inode the same for files that are to be one under several names; null for one alone
   */
  private record Planned(
      LayerEntry entry, @Nullable ContentSource content, @Nullable String inode) {}

  private final RootIndex base;
  private final Optional<Owner> chown;
  private final Optional<Owner> owner;
  private final Optional<ModeChange> mode;
  private final Optional<Instant> epoch;
  private final TreeMap<ImagePath, Planned> added = new TreeMap<>();

  /** Directories of the base that an archive replaced: nothing inside of them shows any more. */
  private final Set<ImagePath> cleared = new HashSet<>();

  private int copies;

  /**
   * @param chown of everything created, as asked for; empty keeps a source's owner, and is root
   *     where there is none
   * @param keepOwner whether copied files keep their owner without {@code chown}: those of stages
   *     and images do, those of the context become root's
   * @param mode of everything copied, and in its octal form of directories made for it; empty keeps
   *     the source's
   * @param epoch the modification time of everything that is copied or made; of what comes out of
   *     archives the latest
   */
  public DestinationPlan(
      RootIndex base,
      Optional<Owner> chown,
      boolean keepOwner,
      Optional<ModeChange> mode,
      Optional<Instant> epoch) {
    this.base = base;
    this.chown = chown;
    this.owner = keepOwner ? chown : chown.or(() -> Optional.of(ROOT));
    this.mode = mode;
    this.epoch = epoch;
  }

  /**
   * Makes a directory and its missing parents.
   *
   * @throws BuildFailure code {@code not-a-directory} when a file is in the way
   */
  public void makeDirectories(ImagePath path) throws BuildFailure {
    make(resolve(path), NEW_MODE, chown.orElse(ROOT));
  }

  /**
   * Plans a copy.
   *
   * @param destination absolute; a trailing slash makes it a directory
   * @param archives unpacks selected files that are archives; null when they are to be copied
   * @throws BuildFailure when files and directories are in each other's way
   */
  public void copy(Selection selection, String destination, @Nullable LocalArchives archives)
      throws BuildFailure, IOException {
    ImagePath whole = ImagePath.normalize(destination);
    boolean asDirectory = destination.endsWith("/") || destination.endsWith("/.");
    for (Selection.Item item : selection.items()) {
      copies++;
      boolean unpacked =
          archives != null
              && !item.directory()
              && archives.unpack(item.nodes().getFirst(), whole, this);
      if (!unpacked) {
        makeParents(resolve(asDirectory ? whole : whole.parent()));
        ImagePath target = resolve(whole);
        if (item.directory()) {
          copyContents(item, target);
        } else {
          copyFile(item, target);
        }
      }
    }
  }

  private void copyContents(Selection.Item item, ImagePath target) throws BuildFailure {
    if (find(target).filter(there -> !there.isDirectory()).isPresent()) {
      throw noDirectory(target);
    }
    makeParents(target);
    takeTime(target, item.mtime());
    for (Selection.Node node : item.nodes()) {
      put(target.resolve(node.path().value()), node);
    }
  }

  /** A directory made for a source directory's contents is as old as that. */
  private void takeTime(ImagePath target, OptionalLong mtime) {
    if (mtime.isPresent() && epoch.isEmpty()) {
      added.computeIfPresent(
          target,
          (path, made) -> new Planned(made.entry().withMtime(mtime.getAsLong()), null, null));
    }
  }

  private void copyFile(Selection.Item item, ImagePath target) throws BuildFailure {
    ImagePath path = isDirectory(target) ? target.child(item.name()) : target;
    makeParents(path.parent());
    put(path, item.nodes().getFirst());
  }

  private void put(ImagePath path, Selection.Node node) throws BuildFailure {
    LayerEntry entry = node.entry();
    if (path.name().startsWith(".wh.")) {
      // In a layer such a name removes a file instead of being one (OCI image specification).
      throw BuildFailure.user(
          "reserved-name", path.absolute() + " cannot be copied: names with .wh. are reserved");
    }
    Optional<LayerEntry> there = find(path);
    if (entry.isDirectory()) {
      if (there.isPresent() && !there.get().isDirectory()) {
        throw noDirectory(path);
      }
      if (there.isPresent() && node.implied()) {
        // Only its permissions follow the source: it is there for what is put into it.
        added.put(path, new Planned(there.get().withMode(entry.mode()), null, null));
        return;
      }
    } else if (there.isPresent() && there.get().isDirectory()) {
      throw BuildFailure.user(
          "is-a-directory", "cannot replace to directory " + path.absolute() + " with file");
    }
    boolean bytes = entry.type() == EntryType.FILE;
    int copy = copies;
    added.put(
        path,
        new Planned(
            finished(entry, path),
            bytes ? node.content() : null,
            node.inode().map(inode -> copy + ":" + inode).orElse(null)));
  }

  private LayerEntry finished(LayerEntry entry, ImagePath path) {
    LayerEntry result = entry.at(path).withOffset(-1);
    if (owner.isPresent()) {
      result = result.ownedBy(owner.get().uid(), owner.get().gid());
    }
    if (mode.isPresent() && result.type() != EntryType.SYMLINK) {
      result = result.withMode(mode.get().apply(result.mode(), result.isDirectory()));
    }
    return epoch.isPresent() ? result.withMtime(epoch.get().getEpochSecond()) : result;
  }

  private static BuildFailure noDirectory(ImagePath path) {
    return BuildFailure.user("not-a-directory", "cannot copy to non-directory: " + path.absolute());
  }

  /** Begins an archive: makes the directory it is unpacked into. */
  ImagePath startUnpacking(ImagePath directory) throws BuildFailure {
    ImagePath target = resolve(directory);
    make(target, NEW_MODE, chown.orElse(ROOT));
    return target;
  }

  /**
   * Unpacks an archive's entry. Links of the archive and of what stands in the directory lead to
   * nowhere outside of it. What is in the way is replaced, unless both are directories.
   *
   * @param directory as {@link #startUnpacking} gave it
   * @param inode the same for files that are to be one under several names; null for one alone
   */
  void unpack(
      ImagePath directory,
      LayerEntry entry,
      @Nullable ContentSource content,
      @Nullable String inode)
      throws BuildFailure {
    ImagePath path = resolve(directory, entry.path(), false);
    make(path.parent(), NEW_MODE, ROOT);
    Optional<LayerEntry> there = find(path);
    if (there.isPresent() && there.get().isDirectory() && !entry.isDirectory()) {
      clear(path);
    }
    LayerEntry result = entry.at(path).withOffset(-1);
    if (chown.isPresent()) {
      result = result.ownedBy(chown.get().uid(), chown.get().gid());
    }
    long latest = epoch.map(Instant::getEpochSecond).orElse(Long.MAX_VALUE);
    result = result.withMtime(Math.min(Math.max(result.mtime(), 0), latest));
    added.put(path, new Planned(result, content, inode == null ? null : copies + ":" + inode));
  }

  private void clear(ImagePath directory) {
    Iterator<ImagePath> below = added.tailMap(directory).keySet().iterator();
    while (below.hasNext() && directory.contains(below.next())) {
      below.remove();
    }
    if (base.find(directory).filter(LayerEntry::isDirectory).isPresent()) {
      cleared.add(directory);
    }
  }

  private void makeParents(ImagePath path) throws BuildFailure {
    int bits =
        mode.isPresent() && mode.get().octal().isPresent()
            ? mode.get().octal().getAsInt() & 0777
            : NEW_MODE;
    make(path, bits, chown.orElse(ROOT));
  }

  private void make(ImagePath path, int bits, Owner by) throws BuildFailure {
    Deque<ImagePath> missing = new ArrayDeque<>();
    ImagePath at = path;
    Optional<LayerEntry> there = find(at);
    while (there.isEmpty()) {
      missing.push(at);
      at = at.parent();
      there = find(at);
    }
    if (!there.get().isDirectory()) {
      throw BuildFailure.user("not-a-directory", "mkdir " + at.absolute() + ": not a directory");
    }
    long mtime = epoch.map(Instant::getEpochSecond).orElse(NEW_MTIME);
    for (ImagePath directory : missing) {
      LayerEntry made = LayerEntry.directory(directory, bits, by.uid(), by.gid(), mtime);
      added.put(directory, new Planned(made, null, null));
    }
  }

  private boolean isDirectory(ImagePath path) {
    return find(path).filter(LayerEntry::isDirectory).isPresent();
  }

  private Optional<LayerEntry> find(ImagePath path) {
    Planned planned = added.get(path);
    if (planned != null) {
      return Optional.of(planned.entry());
    }
    if (path.isRoot()) {
      return Optional.of(LayerEntry.directory(path, NEW_MODE, 0, 0, 0));
    }
    if (!cleared.isEmpty()) {
      for (ImagePath at = path; !at.isRoot(); at = at.parent()) {
        if (cleared.contains(at)) {
          return Optional.empty();
        }
      }
    }
    return base.find(path);
  }

  private ImagePath resolve(ImagePath path) throws BuildFailure {
    return resolve(ImagePath.ROOT, path, true);
  }

  /** Follows links as if {@code root} was the root directory. */
  private ImagePath resolve(ImagePath root, ImagePath path, boolean followLast)
      throws BuildFailure {
    Deque<String> names = new ArrayDeque<>(path.names());
    ImagePath at = root;
    int links = 0;
    while (!names.isEmpty()) {
      String name = names.removeFirst();
      if (name.equals("..")) {
        at = at.equals(root) ? root : at.parent();
        continue;
      }
      ImagePath next = at.child(name);
      Optional<LayerEntry> entry = find(next);
      if (entry.isEmpty()
          || entry.get().type() != EntryType.SYMLINK
          || (names.isEmpty() && !followLast)) {
        at = next;
        continue;
      }
      if (++links > MAX_LINKS) {
        throw SourceWord.tooManyLinks(path);
      }
      String text = entry.get().linkTarget().orElseThrow();
      if (text.startsWith("/")) {
        at = root;
      }
      String[] parts = text.split("/", -1);
      for (int i = parts.length - 1; i >= 0; i--) {
        if (!parts[i].isEmpty() && !parts[i].equals(".")) {
          names.addFirst(parts[i]);
        }
      }
    }
    return at;
  }

  /**
   * Writes what was planned, parents first and in the order of paths. Directories of the base above
   * it are written as they are: whoever unpacks a layer by itself would make them anew, with
   * another owner and mode, and so hide what the base says of them.
   */
  public void writeTo(LayerWriter writer) throws IOException {
    Map<String, ImagePath> firsts = new HashMap<>();
    for (Map.Entry<ImagePath, Planned> each : withParents().entrySet()) {
      Planned planned = each.getValue();
      String inode = planned.inode();
      ImagePath first = inode == null ? null : firsts.putIfAbsent(inode, each.getKey());
      ContentSource content = planned.content();
      if (first != null) {
        writer.add(LayerEntry.hardLink(planned.entry(), first));
      } else if (content == null) {
        writer.add(planned.entry());
      } else {
        writer.add(planned.entry(), content);
      }
      if (planned.entry().isDirectory() && cleared.contains(each.getKey())) {
        writer.add(LayerEntry.opaque(each.getKey()));
      }
    }
  }

  private SortedMap<ImagePath, Planned> withParents() {
    SortedMap<ImagePath, Planned> all = new TreeMap<>(added);
    for (ImagePath path : added.keySet()) {
      for (ImagePath above = path.parent();
          !above.isRoot() && !all.containsKey(above);
          above = above.parent()) {
        Optional<LayerEntry> there = base.find(above).filter(LayerEntry::isDirectory);
        if (there.isPresent()) {
          all.put(above, new Planned(there.get().withOffset(-1), null, null));
        }
      }
    }
    return all;
  }
}
