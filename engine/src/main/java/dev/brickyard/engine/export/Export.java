package dev.brickyard.engine.export;

import dev.brickyard.engine.image.ImageReference;
import java.util.List;

/**
 * A file to make of the image, besides or instead of pushing it.
 *
 * @param names the image is called by in the archive; may be empty
 * @param form of the image in the archive; means nothing for a tree
 * @param part true for one of several platforms: the file is to be {@linkplain ArchiveJoin joined}
 *     with those of the others
 * @param ownDirectory for a tree, whether it stands in a directory named after the platform
 */
public record Export(
    Kind kind,
    List<ImageReference> names,
    ImageForm form,
    boolean part,
    boolean ownDirectory,
    ExportSink sink) {
  public Export {
    names = List.copyOf(names);
    if (part && kind == Kind.DOCKER) {
      throw new IllegalArgumentException(
          "docker exporter does not currently support exporting manifest lists");
    }
  }

  /** What the file is. */
  public enum Kind {
    /** An archive of the OCI image layout. */
    OCI("exporting to oci image format"),
    /** An archive for {@code docker load}. */
    DOCKER("exporting to docker image format"),
    /** An archive of the image's file tree. */
    TREE("exporting to client tarball");

    private final String step;

    Kind(String step) {
      this.step = step;
    }

    /** The step's name, in BuildKit's words. */
    public String step() {
      return step;
    }
  }
}
