package dev.brickyard.engine.cachemount;

import dev.brickyard.engine.layer.ImagePath;
import java.io.IOException;
import java.time.Instant;
import java.util.SortedMap;

/** Generations as bytes. */
public final class GenerationCodec {
  private static final byte[] MAGIC = {'B', 'Y', 'C', 'M', 1};

  private GenerationCodec() {}

  /** The same generation always gives the same bytes. */
  public static byte[] encode(MountGeneration generation) {
    return Frame.encode(
        MAGIC,
        out -> {
          out.writeLong(generation.number());
          out.writeLong(generation.createdAt().toEpochMilli());
          EntryFormat.writeText(out, generation.producer());
          EntryFormat.write(out, generation.entries().values());
        });
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @throws IOException when the bytes are anything else
   */
  public static MountGeneration decode(byte[] encoded) throws IOException {
    return Frame.decode(
        MAGIC,
        encoded,
        in -> {
          long number = in.readLong();
          Instant createdAt = Instant.ofEpochMilli(in.readLong());
          String producer = EntryFormat.readText(in);
          SortedMap<ImagePath, MountEntry> entries = EntryFormat.read(in);
          return new MountGeneration(number, createdAt, producer, entries);
        });
  }
}
