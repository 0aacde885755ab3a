package dev.brickyard.engine.layer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Every path of one layer (or of a build context), sorted, each at most once per type-of-meaning: a
 * directory may have both a {@code DIRECTORY} and an {@code OPAQUE} entry. Enough to resolve COPY,
 * owners' names and content keys without the layer itself.
 */
public final class LayerIndex {
  /** Files whose bytes an index carries, since {@code --chown=name} and USER are read from them. */
  public static final List<ImagePath> INLINED =
      List.of(new ImagePath("etc/passwd"), new ImagePath("etc/group"));

  /** Inlined files larger than this are left out, as a bound against hostile images. */
  public static final int INLINE_LIMIT_BYTES = 1 << 20;

  private final List<LayerEntry> entries;
  private final Map<ImagePath, LayerEntry> byPath;
  private final Map<ImagePath, byte[]> inlined;

  /**
   * @param entries in any order; of two entries for a path the later wins, as in a tar
   * @param inlined content of the {@link #INLINED} files this layer has
   */
  public LayerIndex(List<LayerEntry> entries, Map<ImagePath, byte[]> inlined) {
    Map<ImagePath, LayerEntry> byPath = HashMap.newHashMap(entries.size());
    Map<ImagePath, LayerEntry> opaque = new HashMap<>();
    boolean hardLinks = false;
    for (LayerEntry entry : entries) {
      (entry.type() == EntryType.OPAQUE ? opaque : byPath).put(entry.path(), entry);
      hardLinks |= entry.type() == EntryType.HARD_LINK;
    }
    this.hardLinks = hardLinks;
    List<LayerEntry> sorted = new ArrayList<>(byPath.values());
    sorted.addAll(opaque.values());
    sorted.sort(
        Comparator.comparing(LayerEntry::path).thenComparing(e -> e.type() == EntryType.OPAQUE));
    this.entries = Collections.unmodifiableList(sorted);
    this.byPath = byPath;
    this.inlined = Map.copyOf(inlined);
    this.opaque = opaque.keySet();
  }

  private final java.util.Set<ImagePath> opaque;
  private final boolean hardLinks;

  /** All entries; a directory stands directly before what it contains. */
  public List<LayerEntry> entries() {
    return entries;
  }

  /** What this layer says about the path, a whiteout included; empty when it says nothing. */
  public Optional<LayerEntry> find(ImagePath path) {
    return Optional.ofNullable(byPath.get(path));
  }

  /** True when this layer hides what lower layers have inside the directory. */
  public boolean isOpaque(ImagePath directory) {
    return opaque.contains(directory);
  }

  /** True when some of the entries are further names of others. */
  public boolean hasHardLinks() {
    return hardLinks;
  }

  /** The bytes of one of the {@link #INLINED} files, when this layer has it. */
  public Optional<byte[]> inlined(ImagePath path) {
    return Optional.ofNullable(inlined.get(path)).map(byte[]::clone);
  }

  /** The inlined files, for writing the index down. */
  public Map<ImagePath, byte[]> inlined() {
    return inlined;
  }
}
