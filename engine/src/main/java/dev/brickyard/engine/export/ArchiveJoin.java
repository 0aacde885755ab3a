package dev.brickyard.engine.export;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.image.Descriptor;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.image.ImageIndex;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.layer.EntryType;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.engine.layer.LayerNames;
import dev.brickyard.engine.layer.TarHeader;
import dev.brickyard.engine.layer.TarLimits;
import dev.brickyard.engine.layer.TarReader;
import dev.brickyard.engine.layer.TarStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes one archive of those that the jobs of several platforms wrote, streaming each once. */
public final class ArchiveJoin {
  private static final int MOST_INDEX_BYTES = 4 << 20;

  private ArchiveJoin() {}

  /** The archive of one platform. */
  @FunctionalInterface
  public interface Part {
    /** Opens it at its beginning; the caller closes it. */
    InputStream open() throws IOException;
  }

  /**
   * What the joint index says.
   *
   * @param names the image is called by
   * @param ociTypes false for Docker's manifest list
   * @param annotations of the index
   * @param descriptorAnnotations of what names the index
   */
  public record Index(
      List<ImageReference> names,
      boolean ociTypes,
      Map<String, String> annotations,
      Map<String, String> descriptorAnnotations) {
    public Index {
      names = List.copyOf(names);
      annotations = Map.copyOf(annotations);
      descriptorAnnotations = Map.copyOf(descriptorAnnotations);
    }
  }

  /**
   * Joins archives of the OCI image layout to one whose only image has all platforms.
   *
   * @param parts in the order of the platforms, each made as a part
   * @return the index of all
   */
  public static Descriptor images(List<Part> parts, Index index, OutputStream out)
      throws IOException {
    ArchiveWriter archive = new ArchiveWriter(out);
    List<Descriptor> manifests = new ArrayList<>();
    List<Descriptor> attestations = new ArrayList<>();
    for (Part part : parts) {
      try (InputStream in = part.open()) {
        for (Descriptor entry : copyBlobs(in, archive)) {
          (Attestation.isOne(entry) ? attestations : manifests).add(entry);
        }
      }
    }
    manifests.addAll(attestations);
    ImageIndex joint = ImageIndex.of(index.ociTypes(), manifests, index.annotations());
    archive.blob(joint.descriptor(), joint.toJson());
    Descriptor root = joint.descriptor().withAnnotations(index.descriptorAnnotations());
    archive.finish(ImageArchive.named(root, index.names(), Optional.empty()));
    return joint.descriptor();
  }

  /** What the part's index lists. */
  private static List<Descriptor> copyBlobs(InputStream in, ArchiveWriter archive)
      throws IOException {
    TarReader reader = new TarReader(in, TarLimits.LAYER);
    List<Descriptor> listed = new ArrayList<>();
    for (TarHeader header = reader.next(); header != null; header = reader.next()) {
      if (header.name().equals(ArchiveWriter.INDEX)) {
        listed.addAll(ImageIndex.parse(reader.readNBytes(MOST_INDEX_BYTES)).manifests());
      } else if (header.type() == TarHeader.FILE
          && header.name().startsWith(ArchiveWriter.BLOBS + "/")) {
        Digest digest = new Digest(header.name().substring(ArchiveWriter.BLOBS.length() + 1));
        archive.blob(Descriptor.of("", digest, header.size()), reader);
      }
    }
    return listed;
  }

  /**
   * Joins archives of file trees.
   *
   * @param platforms that the parts are of, for messages
   * @throws BuildFailure when two platforms have different things in one place
   */
  public static void trees(List<Part> parts, List<String> platforms, OutputStream out)
      throws IOException, BuildFailure {
    TarStream tar = new TarStream(out);
    Map<ImagePath, Seen> seen = new HashMap<>();
    for (int i = 0; i < parts.size(); i++) {
      try (InputStream in = parts.get(i).open()) {
        TarReader reader = new TarReader(in, TarLimits.LAYER);
        for (TarHeader header = reader.next(); header != null; header = reader.next()) {
          @Nullable LayerEntry entry = LayerNames.entry(header);
          if (entry != null) {
            copy(entry, platforms.get(i), reader, seen, tar);
          }
        }
      }
    }
    tar.finish();
  }

  private record Seen(EntryType type, String platform) {}

  private static void copy(
      LayerEntry entry,
      String platform,
      InputStream content,
      Map<ImagePath, Seen> seen,
      TarStream tar)
      throws IOException, BuildFailure {
    @Nullable Seen before = seen.putIfAbsent(entry.path(), new Seen(entry.type(), platform));
    if (before != null) {
      if (before.type() == EntryType.DIRECTORY && entry.type() == EntryType.DIRECTORY) {
        return;
      }
      throw BuildFailure.user(
          "output-conflict",
          "cannot overwrite %s from %s with %s when split option is disabled"
              .formatted(entry.path(), before.platform(), platform));
    }
    if (entry.type() == EntryType.FILE) {
      tar.add(entry, content);
    } else {
      tar.add(entry);
    }
  }
}
