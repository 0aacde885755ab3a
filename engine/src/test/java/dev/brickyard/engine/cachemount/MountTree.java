package dev.brickyard.engine.cachemount;

import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.ImagePath;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Entries of mounts for tests. */
final class MountTree {
  private final SortedMap<ImagePath, MountEntry> entries = new TreeMap<>();

  MountTree() {
    directory("");
  }

  MountTree directory(String path) {
    return put(entry(path, MountEntry.Kind.DIRECTORY, Optional.empty(), Optional.empty()));
  }

  MountTree file(String path, String content) {
    Chunk chunk = new Chunk(Digest.of(content), content.length());
    return put(
        entry(
            path,
            MountEntry.Kind.FILE,
            Optional.empty(),
            Optional.of(
                new FileContent(
                    Digest.of(content),
                    content.length(),
                    0,
                    List.of(new Slice(chunk, 0, chunk.size()))))));
  }

  MountTree symlink(String path, String target) {
    return put(entry(path, MountEntry.Kind.SYMLINK, Optional.of(target), Optional.empty()));
  }

  private MountTree put(MountEntry entry) {
    entries.put(entry.path(), entry);
    return this;
  }

  private static MountEntry entry(
      String path, MountEntry.Kind kind, Optional<String> link, Optional<FileContent> content) {
    return new MountEntry(
        new ImagePath(path), kind, 0755, 0, 0, 1000, 5, link, new TreeMap<>(), content);
  }

  SortedMap<ImagePath, MountEntry> entries() {
    return entries;
  }

  /** Paths with content, target or a slash, for comparison. */
  static List<String> shown(SortedMap<ImagePath, MountEntry> entries) {
    return entries.values().stream()
        .filter(entry -> !entry.path().isRoot())
        .map(
            entry ->
                switch (entry.kind()) {
                  case DIRECTORY -> entry.path() + "/";
                  case SYMLINK -> entry.path() + " -> " + entry.link().orElseThrow();
                  case FILE -> entry.path() + "=" + entry.content().orElseThrow().digest().hex();
                })
        .toList();
  }
}
