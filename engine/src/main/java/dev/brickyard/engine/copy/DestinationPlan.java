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
import java.util.Optional;
import java.util.OptionalInt;
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

  private record Planned(LayerEntry entry, @Nullable ContentSource content) {}

  private final RootIndex base;
  private final Optional<Owner> chown;
  private final Optional<Owner> owner;
  private final OptionalInt mode;
  private final Optional<Instant> clamp;
  private final TreeMap<ImagePath, Planned> added = new TreeMap<>();

  /**
   * @param chown of everything created, as asked for; empty keeps a source's owner, and is root
   *     where there is none
   * @param keepOwner whether copied files keep their owner without {@code chown}: those of stages
   *     and images do, those of the context become root's
   * @param mode of everything copied; empty keeps the source's
   * @param clamp modification times later than this become this
   */
  public DestinationPlan(
      RootIndex base,
      Optional<Owner> chown,
      boolean keepOwner,
      OptionalInt mode,
      Optional<Instant> clamp) {
    this.base = base;
    this.chown = chown;
    this.owner = keepOwner ? chown : chown.or(() -> Optional.of(new Owner(0, 0)));
    this.mode = mode;
    this.clamp = clamp;
  }

  /**
   * Makes a directory and its missing parents.
   *
   * @throws BuildFailure code {@code not-a-directory} when a file is in the way
   */
  public void makeDirectories(ImagePath path) throws BuildFailure {
    makeResolved(resolve(path, true));
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
    boolean asDirectory =
        destination.endsWith("/") || destination.endsWith("/.") || destination.equals("/");
    for (Selection.Item item : selection.items()) {
      ImagePath target = resolve(ImagePath.normalize(destination), true);
      makeResolved(asDirectory ? target : target.parent());
      if (item.directory()) {
        copyContents(item, target);
      } else if (archives == null || !archives.unpack(item.nodes().getFirst(), target, this)) {
        copyFile(item, target);
      }
    }
  }

  private void copyContents(Selection.Item item, ImagePath target) throws BuildFailure {
    makeResolved(target);
    for (Selection.Node node : item.nodes()) {
      ImagePath path = target.resolve(node.path().value());
      put(path, node);
    }
  }

  private void copyFile(Selection.Item item, ImagePath target) throws BuildFailure {
    ImagePath path = isDirectory(target) ? target.child(item.name()) : target;
    put(path, item.nodes().getFirst());
  }

  /** Unpacks an archive's entry below a directory; a later entry replaces an earlier one. */
  void unpack(ImagePath directory, LayerEntry entry, @Nullable ContentSource content)
      throws BuildFailure {
    ImagePath target = resolve(directory, true);
    makeResolved(target);
    ImagePath path = resolve(target.resolve(entry.path().value()), false);
    makeResolved(path.parent());
    if (!entry.isDirectory() && isDirectory(path)) {
      throw inTheWay(path);
    }
    LayerEntry result = entry.at(path).withOffset(-1);
    if (chown.isPresent()) {
      result = result.ownedBy(chown.get().uid(), chown.get().gid());
    }
    added.put(path, new Planned(clamped(result), content));
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
        throw BuildFailure.user(
            "not-a-directory", "cannot copy to non-directory: " + path.absolute());
      }
    } else if (there.isPresent() && there.get().isDirectory()) {
      throw inTheWay(path);
    }
    boolean bytes = entry.type() == EntryType.FILE;
    added.put(path, new Planned(finished(entry, path), bytes ? node.content() : null));
  }

  private static BuildFailure inTheWay(ImagePath path) {
    return BuildFailure.user(
        "is-a-directory", "cannot replace directory " + path.absolute() + " with a file");
  }

  private LayerEntry finished(LayerEntry entry, ImagePath path) {
    LayerEntry result = entry.at(path).withOffset(-1);
    if (owner.isPresent()) {
      result = result.ownedBy(owner.get().uid(), owner.get().gid());
    }
    if (mode.isPresent() && result.type() != EntryType.SYMLINK) {
      result = result.withMode(mode.getAsInt());
    }
    return clamped(result);
  }

  private LayerEntry clamped(LayerEntry entry) {
    return clamp
        .filter(limit -> entry.mtime() > limit.getEpochSecond())
        .map(limit -> entry.withMtime(limit.getEpochSecond()))
        .orElse(entry);
  }

  private void makeResolved(ImagePath path) throws BuildFailure {
    Optional<LayerEntry> there = find(path);
    if (there.isPresent()) {
      if (!there.get().isDirectory()) {
        throw BuildFailure.user("not-a-directory", path.absolute() + " is not a directory");
      }
      return;
    }
    makeResolved(path.parent());
    Owner by = chown.orElse(new Owner(0, 0));
    LayerEntry directory = LayerEntry.directory(path, 0755, by.uid(), by.gid(), NEW_MTIME);
    added.put(path, new Planned(clamped(directory), null));
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
      return Optional.of(LayerEntry.directory(path, 0755, 0, 0, 0));
    }
    return base.find(path);
  }

  private ImagePath resolve(ImagePath path, boolean followLast) throws BuildFailure {
    Deque<String> names = new ArrayDeque<>(path.names());
    ImagePath at = ImagePath.ROOT;
    int links = 0;
    while (!names.isEmpty()) {
      String name = names.removeFirst();
      if (name.equals("..")) {
        at = at.parent();
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
        throw Selection.tooManyLinks(path);
      }
      String text = entry.get().linkTarget().orElseThrow();
      if (text.startsWith("/")) {
        at = ImagePath.ROOT;
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

  /** Writes what was planned, parents first and in the order of paths. */
  public void writeTo(LayerWriter writer) throws IOException {
    for (Planned planned : added.values()) {
      ContentSource content = planned.content();
      if (content == null) {
        writer.add(planned.entry());
      } else {
        writer.add(planned.entry(), content);
      }
    }
  }
}
