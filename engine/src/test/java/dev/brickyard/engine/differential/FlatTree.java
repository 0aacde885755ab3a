package dev.brickyard.engine.differential;

import dev.brickyard.engine.differential.LayerFiles.Entry;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Layers laid over each other, by the rules of the OCI image specification. */
final class FlatTree {
  private static final String WHITEOUT = ".wh.";
  private static final String OPAQUE = ".wh..wh..opq";

  private final SortedMap<String, Entry> files = new TreeMap<>();

  void add(List<Entry> layer) {
    for (Entry entry : layer) {
      if (entry.name().equals(OPAQUE)) {
        removeBelow(entry.parent());
      } else if (entry.name().startsWith(WHITEOUT)) {
        remove(
            (entry.parent().isEmpty() ? "" : entry.parent() + "/")
                + entry.name().substring(WHITEOUT.length()));
      }
    }
    for (Entry entry : layer) {
      if (!entry.name().startsWith(WHITEOUT)) {
        put(entry);
      }
    }
  }

  private void put(Entry entry) {
    if (!entry.type().equals("directory")) {
      removeBelow(entry.path());
    }
    if (entry.type().equals("link")) {
      String target = entry.link().replaceAll("^(\\./|/)+", "");
      Entry linked = files.get(target);
      if (linked == null) {
        throw new AssertionError("/" + entry.path() + " is a hard link to nothing: " + target);
      }
      // The same object: that is what makes it the same file.
      files.put(entry.path(), linked);
    } else {
      files.put(entry.path(), entry);
    }
  }

  private void remove(String path) {
    files.remove(path);
    removeBelow(path);
  }

  private void removeBelow(String path) {
    files.subMap(path + "/", path + "0").clear();
  }

  /**
   * What can be said of each path: {@code tree /path} with everything but the time, {@code mtime
   * /path}.
   */
  void describe(SortedMap<String, String> facts) {
    Map<Entry, List<String>> names = new IdentityHashMap<>();
    files.forEach((path, entry) -> names.computeIfAbsent(entry, e -> new ArrayList<>()).add(path));
    files.forEach(
        (path, entry) -> {
          StringBuilder text = new StringBuilder(entry.type());
          if (!entry.type().equals("symlink")) {
            text.append(" %04o".formatted(entry.mode()));
          }
          text.append(" ").append(entry.uid()).append(":").append(entry.gid());
          append(text, " ", entry.content());
          append(text, " -> ", entry.link());
          append(text, " ", entry.device());
          if (!entry.xattrs().isEmpty()) {
            text.append(" ").append(entry.xattrs());
          }
          List<String> same = names.getOrDefault(entry, List.of());
          if (same.size() > 1) {
            text.append(" links=").append(same);
          }
          facts.put("tree /" + path, text.toString());
          facts.put("mtime /" + path, Long.toString(entry.mtime()));
        });
  }

  private static void append(StringBuilder text, String before, String what) {
    if (!what.isEmpty()) {
      text.append(before).append(what);
    }
  }
}
