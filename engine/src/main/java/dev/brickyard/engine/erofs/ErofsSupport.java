package dev.brickyard.engine.erofs;

import dev.brickyard.engine.linux.Mounts;
import dev.brickyard.engine.linux.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this kernel mounts an image from a plain file: Linux does since 6.12, when it is built
 * with it. Found out once, by doing it.
 */
public final class ErofsSupport {
  private static final Logger LOG = LoggerFactory.getLogger(ErofsSupport.class);

  private final Path temporary;
  private boolean known;
  private boolean works;

  /**
   * @param temporary on the file system where images will be
   */
  public ErofsSupport(Path temporary) {
    this.temporary = temporary;
  }

  /** True when images can be mounted. */
  public synchronized boolean works() {
    if (!known) {
      known = true;
      works = tryIt();
    }
    return works;
  }

  private boolean tryIt() {
    try {
      Path place = Files.createTempDirectory(temporary, "erofs-");
      try {
        Path image = place.resolve("image");
        Path mounted = Files.createDirectory(place.resolve("mounted"));
        try (ErofsWriter writer = new ErofsWriter(image)) {
          writer.finish();
        }
        Mounts.mount(image.toString(), mounted, "erofs", Mounts.MS_RDONLY, null);
        Mounts.unmount(mounted, 0);
        return true;
      } finally {
        Trees.delete(place);
      }
    } catch (IOException e) {
      LOG.info("layers are unpacked, for this kernel mounts no images: {}", e.getMessage());
      return false;
    }
  }
}
