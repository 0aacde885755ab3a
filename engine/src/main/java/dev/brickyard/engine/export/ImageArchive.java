package dev.brickyard.engine.export;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.brickyard.engine.image.Descriptor;
import dev.brickyard.engine.image.ImageIndex;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.snapshot.LayerSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes an image as an archive of the OCI image layout. For {@code docker load} it also has a
 * {@code manifest.json} that names config and layers in it, as containerd's archives do: engines
 * since 1.10 read it, and pass over the rest.
 */
public final class ImageArchive {
  private static final JsonMapper JSON = new JsonMapper();

  private final LayerSource layers;

  /**
   * @param layers opens the images' layers
   */
  public ImageArchive(LayerSource layers) {
    this.layers = layers;
  }

  /**
   * Writes one platform's image as OCI has it.
   *
   * @param names it is called by; means nothing for a part
   * @param part true when the archive is to be joined with those of other platforms: then its index
   *     lists what the joint one will
   */
  public void oci(FormedImage image, List<ImageReference> names, boolean part, OutputStream out)
      throws IOException, InterruptedException {
    ArchiveWriter archive = new ArchiveWriter(out);
    write(image, archive);
    List<Descriptor> entries = new ArrayList<>();
    entries.add(image.descriptor());
    image.attestation().map(Attestation::entry).ifPresent(entries::add);
    if (part) {
      archive.finish(entries);
      return;
    }
    Descriptor root = image.descriptor();
    if (entries.size() > 1) {
      ImageIndex index = ImageIndex.oci(entries);
      archive.blob(index.descriptor(), index.toJson());
      root = index.descriptor();
    }
    archive.finish(named(root, names, image.config().created()));
  }

  /** Writes one platform's image for {@code docker load}. */
  public void docker(FormedImage image, List<ImageReference> names, OutputStream out)
      throws IOException, InterruptedException {
    ArchiveWriter archive = new ArchiveWriter(out);
    write(image, archive);
    archive.file("manifest.json", dockerManifest(image, names));
    archive.finish(named(image.descriptor(), names, image.config().created()));
  }

  private void write(FormedImage image, ArchiveWriter archive)
      throws IOException, InterruptedException {
    for (Layer layer : image.layers()) {
      if (archive.lacks(layer.blob().digest())) {
        try (InputStream blob = layers.open(layer)) {
          archive.blob(layer.blob(), blob);
        }
      }
    }
    archive.blob(image.manifest().config(), image.config().toJson());
    archive.blob(image.descriptor(), image.manifest().toJson());
    if (image.attestation().isPresent()) {
      Attestation attestation = image.attestation().get();
      archive.blob(attestation.statementBlob(), attestation.statement());
      archive.blob(attestation.configBlob(), attestation.config());
      archive.blob(attestation.entry(), attestation.manifest());
    }
  }

  /** The root once for each name, with the annotations that containerd and others read. */
  static List<Descriptor> named(
      Descriptor root, List<ImageReference> names, Optional<Instant> created) {
    Map<String, String> common = new LinkedHashMap<>(root.annotations());
    created.ifPresent(
        time ->
            common.put(
                "org.opencontainers.image.created",
                time.truncatedTo(ChronoUnit.SECONDS).toString()));
    if (names.isEmpty()) {
      return List.of(root.withAnnotations(common));
    }
    List<Descriptor> roots = new ArrayList<>();
    for (ImageReference name : names) {
      Map<String, String> annotations = new LinkedHashMap<>(common);
      annotations.put("io.containerd.image.name", name.toString());
      annotations.put("org.opencontainers.image.ref.name", name.tag().orElse("latest"));
      roots.add(root.withAnnotations(annotations));
    }
    return roots;
  }

  private static byte[] dockerManifest(FormedImage image, List<ImageReference> names) {
    Map<String, Object> manifest = new LinkedHashMap<>();
    manifest.put("Config", ArchiveWriter.path(image.manifest().config().digest()));
    manifest.put("RepoTags", names.stream().map(DockerNames::familiar).toList());
    manifest.put(
        "Layers",
        image.layers().stream().map(layer -> ArchiveWriter.path(layer.blob().digest())).toList());
    try {
      return JSON.writeValueAsBytes(List.of(manifest));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("lists of text cannot fail to be JSON", e);
    }
  }
}
