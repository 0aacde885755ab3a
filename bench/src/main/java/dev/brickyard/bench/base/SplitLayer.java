package dev.brickyard.bench.base;

import dev.brickyard.engine.image.Descriptor;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.image.MediaTypes;
import dev.brickyard.engine.layer.Layer;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** One big layer as several, as images that people really start from have them. */
final class SplitLayer {
  private final Path whole;
  private final List<List<String>> upper;

  /**
   * @param whole a compressed tar
   * @param upper beginnings of paths, a list for each layer above the first
   */
  SplitLayer(Path whole, List<List<String>> upper) {
    this.whole = whole;
    this.upper = upper;
  }

  /** The layers, the lowest first; made once, then found beside the whole. */
  List<KeptLayer> layers() throws IOException {
    if (!Files.exists(description(upper.size()))) {
      split();
    }
    List<KeptLayer> layers = new ArrayList<>();
    for (int number = 0; number <= upper.size(); number++) {
      Properties properties = new Properties();
      try (InputStream in = Files.newInputStream(description(number))) {
        properties.load(in);
      }
      layers.add(
          new KeptLayer(
              new Layer(
                  Digest.parse(properties.getProperty("diff-id")),
                  Descriptor.of(
                      MediaTypes.OCI_LAYER_GZIP,
                      Digest.parse(properties.getProperty("digest")),
                      Files.size(blob(number)))),
              blob(number)));
    }
    return layers;
  }

  /** Which layer a path is in; 0 is the lowest. */
  static int layerOf(String path, List<List<String>> upper) {
    for (int number = 0; number < upper.size(); number++) {
      if (upper.get(number).stream().anyMatch(path::startsWith)) {
        return number + 1;
      }
    }
    return 0;
  }

  private void split() throws IOException {
    List<Part> parts = new ArrayList<>();
    for (int number = 0; number <= upper.size(); number++) {
      parts.add(new Part(blob(number)));
    }
    Map<String, Integer> places = new HashMap<>();
    try (TarArchiveInputStream in =
        new TarArchiveInputStream(
            new BufferedInputStream(
                new GZIPInputStream(Files.newInputStream(whole), 1 << 16), 1 << 16),
            StandardCharsets.UTF_8.name())) {
      for (TarArchiveEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        int number = layerOf(entry.getName(), upper);
        places.put(entry.getName(), number);
        if (entry.isLink() && places.getOrDefault(entry.getLinkName(), -1) != number) {
          throw new IOException(
              entry.getName()
                  + " is a hard link to a file of another layer: "
                  + entry.getLinkName());
        }
        parts.get(number).add(entry, in);
      }
    }
    for (int number = 0; number < parts.size(); number++) {
      Part part = parts.get(number);
      part.finish();
      Files.writeString(
          description(number),
          "diff-id=%s%ndigest=%s%n".formatted(Digest.of(part.diffId), Digest.of(part.digest)));
    }
  }

  private Path blob(int number) {
    return whole.resolveSibling(whole.getFileName() + "." + number);
  }

  private Path description(int number) {
    return whole.resolveSibling(whole.getFileName() + "." + number + ".properties");
  }

  private static final class Part {
    private final MessageDigest diffId = Digest.newSha256();
    private final MessageDigest digest = Digest.newSha256();
    private final Path file;
    private final Path fresh;
    private final TarArchiveOutputStream tar;

    Part(Path file) throws IOException {
      this.file = file;
      this.fresh = file.resolveSibling(file.getFileName() + ".new");
      this.tar =
          new TarArchiveOutputStream(
              new DigestOutputStream(
                  new GZIPOutputStream(
                      new DigestOutputStream(
                          new BufferedOutputStream(Files.newOutputStream(fresh), 1 << 16), digest),
                      1 << 16),
                  diffId),
              StandardCharsets.UTF_8.name());
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    }

    void add(TarArchiveEntry entry, InputStream content) throws IOException {
      tar.putArchiveEntry(entry);
      if (entry.isFile() && !entry.isLink() && !entry.isSymbolicLink()) {
        content.transferTo(tar);
      }
      tar.closeArchiveEntry();
    }

    void finish() throws IOException {
      tar.close();
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
