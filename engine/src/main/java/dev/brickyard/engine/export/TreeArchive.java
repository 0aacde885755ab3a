package dev.brickyard.engine.export;

import dev.brickyard.engine.cache.CorruptBlobException;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.image.Platform;
import dev.brickyard.engine.layer.EntryType;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.engine.layer.LayerIndex;
import dev.brickyard.engine.layer.LayerNames;
import dev.brickyard.engine.layer.LayerStreams;
import dev.brickyard.engine.layer.RootIndex;
import dev.brickyard.engine.layer.TarHeader;
import dev.brickyard.engine.layer.TarLimits;
import dev.brickyard.engine.layer.TarReader;
import dev.brickyard.engine.layer.TarStream;
import dev.brickyard.engine.snapshot.LayerSource;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes the file tree that a stack of layers makes, as an archive, without unpacking any layer:
 * what there is and which layer has it is known from the layers' indexes. First comes everything
 * that has no content, directories before what they contain; then the files, layer by layer as they
 * are streamed, each file's other names behind it.
 */
public final class TreeArchive {
  private final List<Layer> layers;
  private final List<LayerIndex> indexes;
  private final Optional<Instant> epoch;
  private final ImagePath directory;
  private final RootIndex root;

  /**
   * @param layers lowest first
   * @param indexes of them
   * @param epoch what all modification times become, when given, as BuildKit has it for trees
   * @param inDirectory the platform after which the directory is named that holds the tree
   */
  public TreeArchive(
      List<Layer> layers,
      List<LayerIndex> indexes,
      Optional<Instant> epoch,
      Optional<Platform> inDirectory) {
    this.layers = List.copyOf(layers);
    this.indexes = List.copyOf(indexes);
    this.epoch = epoch;
    this.directory =
        inDirectory.map(platform -> new ImagePath(fileName(platform))).orElse(ImagePath.ROOT);
    this.root = RootIndex.of(indexes);
  }

  /** The platform as buildx names files after it. */
  public static String fileName(Platform platform) {
    return platform.toString().replace('/', '_');
  }

  /** A file of the tree: its names, and what it is. */
  private record Names(LayerEntry first, List<LayerEntry> others) {}

  /**
   * Writes it.
   *
   * @param content opens the layers that have a file of the tree
   * @param provenance is told of the tree's files, and lies beside them
   * @param provenanceName under this name
   */
  public void write(
      OutputStream out,
      LayerSource content,
      Optional<ProvenanceStatement> provenance,
      String provenanceName)
      throws IOException, InterruptedException {
    TarStream tar = new TarStream(out);
    List<LayerEntry> all = root.walk(ImagePath.ROOT);
    List<Map<ImagePath, Names>> files = new ArrayList<>();
    layers.forEach(_ -> files.add(new HashMap<>()));
    if (!directory.isRoot()) {
      tar.add(LayerEntry.directory(directory, 0755, 0, 0, epochSeconds(0)));
    }
    for (LayerEntry entry : all) {
      if (entry.type() == EntryType.FILE) {
        RootIndex.Place place = root.contentOf(entry.path()).orElseThrow();
        files
            .get(place.layer())
            .computeIfAbsent(place.path(), _ -> new Names(entry, new ArrayList<>()))
            .others()
            .add(entry);
      } else if (!entry.path().isRoot()) {
        tar.add(placed(entry));
      }
    }
    for (int i = 0; i < layers.size(); i++) {
      if (!files.get(i).isEmpty()) {
        copy(layers.get(i), indexes.get(i), files.get(i), content, tar);
      }
    }
    if (provenance.isPresent()) {
      byte[] statement = provenance.get().aboutFiles(digests(all));
      LayerEntry file =
          LayerEntry.file(
              directory.child(provenanceName),
              0644,
              0,
              0,
              epochSeconds(0),
              statement.length,
              Digest.of(statement));
      tar.add(file, new ByteArrayInputStream(statement));
    }
    tar.finish();
  }

  private static Map<String, Digest> digests(List<LayerEntry> entries) {
    Map<String, Digest> digests = new TreeMap<>();
    entries.forEach(
        entry -> entry.digest().ifPresent(digest -> digests.put(entry.path().value(), digest)));
    return digests;
  }

  /** Streams a layer, and writes those files of it that can be seen in the tree. */
  private void copy(
      Layer layer,
      LayerIndex index,
      Map<ImagePath, Names> files,
      LayerSource content,
      TarStream tar)
      throws IOException, InterruptedException {
    Map<ImagePath, Names> missing = new LinkedHashMap<>(files);
    try (InputStream blob = content.open(layer);
        InputStream plain = LayerStreams.uncompressed(blob)) {
      TarReader reader = new TarReader(plain, TarLimits.LAYER);
      for (TarHeader header = reader.next();
          header != null && !missing.isEmpty();
          header = reader.next()) {
        @Nullable LayerEntry entry = LayerNames.entry(header);
        if (entry != null && entry.type() == EntryType.FILE && isLast(entry, index)) {
          @Nullable Names names = missing.remove(entry.path());
          if (names != null) {
            write(layer, names, reader, tar);
          }
        }
      }
    } catch (IOException e) {
      throw content.blamed(layer, e);
    }
    if (!missing.isEmpty()) {
      throw new CorruptBlobException(
          layer.blob().digest(), "without " + missing.keySet().iterator().next());
    }
  }

  /** A tar may have a path several times: the last one counts, and is what the index knows. */
  private static boolean isLast(LayerEntry entry, LayerIndex index) {
    return index
        .find(entry.path())
        .filter(known -> known.offset() < 0 || known.offset() == entry.offset())
        .isPresent();
  }

  private void write(Layer layer, Names names, InputStream content, TarStream tar)
      throws IOException {
    MessageDigest digest = Digest.newSha256();
    LayerEntry first = placed(names.first());
    tar.add(first, new DigestInputStream(content, digest));
    if (!first.digest().equals(Optional.of(Digest.of(digest)))) {
      throw new CorruptBlobException(layer.blob().digest(), "wrong at " + names.first().path());
    }
    for (LayerEntry other : names.others()) {
      if (!other.path().equals(names.first().path())) {
        tar.add(linked(placed(other), first.path()));
      }
    }
  }

  private static LayerEntry linked(LayerEntry name, ImagePath target) {
    return new LayerEntry(
        name.path(),
        EntryType.HARD_LINK,
        name.mode(),
        name.uid(),
        name.gid(),
        name.mtime(),
        0,
        Optional.of(target.value()),
        Optional.empty(),
        new TreeMap<>(),
        0,
        -1);
  }

  private LayerEntry placed(LayerEntry entry) {
    LayerEntry there =
        directory.isRoot()
            ? entry
            : entry.at(new ImagePath(directory.value() + "/" + entry.path().value()));
    return there.withMtime(epochSeconds(entry.mtime()));
  }

  private long epochSeconds(long otherwise) {
    return epoch.map(Instant::getEpochSecond).orElse(otherwise);
  }
}
