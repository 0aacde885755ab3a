package dev.brickyard.contracts;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a build's result goes and how it is written down.
 *
 * @param name the file is downloaded by; empty text for the registry
 * @param names the image is called by in an archive; those of the registry are the build's tags
 * @param compression {@code uncompressed}, {@code gzip} or {@code zstd}; null for what the cache
 *     has
 * @param compressionLevel null for the compression's usual one
 * @param forceCompression whether the base image's layers are packed anew, too
 * @param ociMediaTypes false for Docker's media types
 * @param platformSplit whether a tree stands in a directory named after its platform
 */
public record BuildOutput(
    Type type,
    String name,
    List<String> names,
    @Nullable String compression,
    @Nullable Integer compressionLevel,
    boolean forceCompression,
    boolean ociMediaTypes,
    boolean platformSplit,
    List<Annotation> annotations) {
  public BuildOutput {
    names = List.copyOf(names);
    annotations = List.copyOf(annotations);
  }

  /** What becomes of the result. */
  public enum Type {
    /** The image is pushed under the build's tags. */
    REGISTRY,
    /** An archive of the OCI image layout, to download. */
    OCI,
    /** An archive for {@code docker load}, to download. */
    DOCKER,
    /** An archive of the file tree, to download. */
    TAR
  }

  /**
   * Something noted on a document of the image.
   *
   * @param platform whose document it is; null for that of each
   */
  public record Annotation(Level level, @Nullable String platform, String key, String value) {
    /** Which document. */
    public enum Level {
      /** A platform's manifest. */
      MANIFEST,
      /** What names the manifest in an index. */
      MANIFEST_DESCRIPTOR,
      /** The index of all platforms. */
      INDEX,
      /** What names the index in an archive. */
      INDEX_DESCRIPTOR
    }
  }
}
