package dev.brickyard.engine.cachemount;

import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.linux.Directory;
import dev.brickyard.engine.linux.FileStatus;
import dev.brickyard.engine.linux.Trees;
import dev.brickyard.engine.snapshot.OpenPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Brings a mount's directory up to a generation: fetches only files that differ, keeps what this
 * worker changed and has not saved yet. Nobody else may use the directory meanwhile.
 */
final class MountUpdate {
  /**
   * How it went.
   *
   * @param state to remember
   * @param files how many were written
   * @param lost files that the store had no good bytes for
   * @param bytes plain bytes of the chunks fetched
   * @param complete false when the store failed midway; the rest is had at the next try
   */
  record Updated(
      MountState state, int files, int lost, long bytes, long chunks, boolean complete) {}

  private final CacheMountStore store;
  private final MountKey key;
  private final Path content;
  private final Path staging;

  /**
   * @param staging made here and removed; on the same file system as the content
   */
  MountUpdate(CacheMountStore store, MountKey key, Path content, Path staging) {
    this.store = store;
    this.key = key;
    this.content = content;
    this.staging = staging;
  }

  /**
   * Does it.
   *
   * @throws IOException when this disk cannot be used; whatever is wrong with the store is not
   *     thrown
   */
  Updated run(MountGeneration generation, MountVersion version, MountState state)
      throws IOException, InterruptedException {
    SortedMap<ImagePath, TreeScan.Found> local = TreeScan.of(content, state);
    SortedMap<ImagePath, MountEntry> wanted = wanted(local, state.base(), generation.entries());
    List<MountEntry> written = new ArrayList<>();
    for (MountEntry entry : wanted.values()) {
      TreeScan.@Nullable Found found = local.get(entry.path());
      if (found == null || found.known() == null || !found.known().same(entry)) {
        written.add(entry);
      }
    }
    Trees.delete(staging);
    Files.createDirectories(staging);
    try {
      ChunkFetch.Fetched fetched;
      try (ChunkFetch fetch = new ChunkFetch(store, key.scope(), staging)) {
        fetched = fetch.run(written.stream().filter(entry -> !isLink(entry, wanted)).toList());
      }
      apply(removed(local, state.base(), wanted), written, fetched, wanted);
      return new Updated(
          remember(generation, version, wanted, fetched),
          fetched.staged().size(),
          fetched.lost().size(),
          fetched.bytes(),
          fetched.chunks(),
          fetched.failed().isEmpty());
    } finally {
      Trees.delete(staging);
    }
  }

  /**
   * The store's entries that belong on this disk: all but those this worker has its own word on.
   */
  private static SortedMap<ImagePath, MountEntry> wanted(
      Map<ImagePath, TreeScan.Found> local,
      Map<ImagePath, MountEntry> base,
      Map<ImagePath, MountEntry> remote) {
    SortedMap<ImagePath, MountEntry> wanted = new TreeMap<>();
    remote.forEach(
        (path, theirs) -> {
          TreeScan.@Nullable Found found = local.get(path);
          @Nullable MountEntry was = base.get(path);
          boolean mine =
              found == null
                  ? was != null && was.same(theirs)
                  : isChanged(found, was) && (found.known() == null || !found.known().same(theirs));
          // A directory just made has the builder's defaults, not a word of its own.
          boolean fresh = path.isRoot() && was == null;
          if (!mine || fresh) {
            wanted.put(path, theirs);
          }
        });
    return wanted;
  }

  private static boolean isChanged(TreeScan.Found found, @Nullable MountEntry was) {
    return found.known() == null || was == null || !found.known().same(was);
  }

  /** What others removed and this worker did not change. */
  private static List<ImagePath> removed(
      SortedMap<ImagePath, TreeScan.Found> local,
      Map<ImagePath, MountEntry> base,
      Map<ImagePath, MountEntry> wanted) {
    List<ImagePath> removed = new ArrayList<>();
    local.forEach(
        (path, found) -> {
          if (!path.isRoot() && !wanted.containsKey(path) && !isChanged(found, base.get(path))) {
            removed.add(path);
          }
        });
    return removed;
  }

  /** True for a further name of a file whose first name is there too. */
  private static boolean isLink(MountEntry entry, Map<ImagePath, MountEntry> wanted) {
    if (entry.kind() != MountEntry.Kind.FILE || entry.link().isEmpty()) {
      return false;
    }
    @Nullable MountEntry first = wanted.get(new ImagePath(entry.link().get()));
    return first != null
        && first.link().isEmpty()
        && first
            .content()
            .filter(content -> content.digest().equals(entry.content().orElseThrow().digest()))
            .isPresent();
  }

  private void apply(
      List<ImagePath> removed,
      List<MountEntry> written,
      ChunkFetch.Fetched fetched,
      SortedMap<ImagePath, MountEntry> wanted)
      throws IOException {
    try (TreeWriter tree = new TreeWriter(content, staging)) {
      for (ImagePath path : removed.reversed()) {
        tree.remove(path);
      }
      List<MountEntry> links = new ArrayList<>();
      for (MountEntry entry : written) {
        @Nullable String staged = fetched.staged().get(entry.path());
        if (entry.kind() != MountEntry.Kind.FILE) {
          tree.make(entry);
        } else if (staged != null) {
          tree.place(entry.path(), staged);
        } else if (isLink(entry, wanted)) {
          links.add(entry);
        }
      }
      for (MountEntry link : links) {
        tree.link(link.path(), new ImagePath(link.link().orElseThrow()));
      }
      for (MountEntry entry : wanted.reversed().values()) {
        if (entry.kind() == MountEntry.Kind.DIRECTORY) {
          tree.describeDirectory(entry);
        }
      }
    }
  }

  private MountState remember(
      MountGeneration generation,
      MountVersion version,
      SortedMap<ImagePath, MountEntry> wanted,
      ChunkFetch.Fetched fetched)
      throws IOException {
    SortedMap<ImagePath, MountEntry> base = new TreeMap<>(generation.entries());
    base.keySet().removeAll(fetched.failed());
    Map<ImagePath, MountState.Seen> seen = new HashMap<>();
    try (Directory root = Directory.open(content);
        OpenPath walk = new OpenPath(root)) {
      for (MountEntry entry : wanted.values()) {
        if (base.containsKey(entry.path())) {
          status(root, walk, entry.path())
              .filter(status -> isIt(status, entry))
              .ifPresent(status -> seen.put(entry.path(), MountState.Seen.of(status)));
        }
      }
    }
    return new MountState(
        fetched.failed().isEmpty() ? Optional.of(version) : Optional.empty(),
        base,
        seen,
        fetched.lostChunks());
  }

  private static Optional<FileStatus> status(Directory root, OpenPath walk, ImagePath path)
      throws IOException {
    if (path.isRoot()) {
      return Optional.of(root.status());
    }
    Optional<Directory> parent = TreeWriter.find(walk, path.parent());
    return parent.isPresent() ? parent.get().find(path.name()) : Optional.empty();
  }

  private static boolean isIt(FileStatus status, MountEntry entry) {
    return switch (entry.kind()) {
      case DIRECTORY -> status.isDirectory();
      case SYMLINK -> status.type() == FileStatus.SYMLINK;
      case FILE ->
          status.type() == FileStatus.FILE
              && status.size() == entry.size()
              && status.mtime() == entry.mtime()
              && status.mtimeNanos() == entry.mtimeNanos();
    };
  }
}
