package dev.brickyard.engine.export;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** Reads archives with somebody else's code. */
public final class Archives {
  private Archives() {}

  /** An entry with its content. */
  @SuppressWarnings("ArrayRecordComponent") // read, never compared
  public record Entry(TarArchiveEntry header, byte[] content) {}

  /** All entries by their names, in their order; fails on a name that comes twice. */
  public static Map<String, Entry> entries(Path archive) throws IOException {
    Map<String, Entry> entries = new LinkedHashMap<>();
    try (InputStream in = new BufferedInputStream(Files.newInputStream(archive));
        TarArchiveInputStream tar = new TarArchiveInputStream(in)) {
      for (TarArchiveEntry header = tar.getNextEntry();
          header != null;
          header = tar.getNextEntry()) {
        if (entries.put(header.getName(), new Entry(header, tar.readAllBytes())) != null) {
          throw new IOException(header.getName() + " is in the archive twice");
        }
      }
    }
    return entries;
  }
}
