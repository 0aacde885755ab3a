package dev.brickyard.engine.cachemount;

import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.linux.NativeText;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Entries in bytes: first a table of the chunks they need, then one after the other. */
final class EntryFormat {
  /** The kind's number is its place here, for good. */
  private static final List<MountEntry.Kind> KINDS =
      List.of(MountEntry.Kind.DIRECTORY, MountEntry.Kind.FILE, MountEntry.Kind.SYMLINK);

  private static final int DIGEST_BYTES = 32;

  /** The fewest bytes a chunk, an entry, a slice or an attribute takes. */
  private static final int SMALLEST_CHUNK = DIGEST_BYTES + 4;

  private static final int SMALLEST_ENTRY = 38;
  private static final int SMALLEST_SLICE = 12;
  private static final int SMALLEST_XATTR = 8;

  private EntryFormat() {}

  static void write(DataOutputStream out, Collection<MountEntry> entries) throws IOException {
    Map<Chunk, Integer> numbers = new HashMap<>();
    List<Chunk> chunks = new ArrayList<>();
    for (MountEntry entry : entries) {
      for (Slice slice : slices(entry)) {
        if (numbers.putIfAbsent(slice.chunk(), chunks.size()) == null) {
          chunks.add(slice.chunk());
        }
      }
    }
    out.writeInt(chunks.size());
    for (Chunk chunk : chunks) {
      writeDigest(out, chunk.digest());
      out.writeInt(chunk.size());
    }
    out.writeInt(entries.size());
    for (MountEntry entry : entries) {
      writeEntry(out, entry, numbers);
    }
  }

  private static List<Slice> slices(MountEntry entry) {
    return entry.content().map(FileContent::slices).orElse(List.of());
  }

  private static void writeEntry(DataOutputStream out, MountEntry entry, Map<Chunk, Integer> chunks)
      throws IOException {
    writeText(out, entry.path().value());
    out.writeByte(KINDS.indexOf(entry.kind()));
    out.writeInt(entry.mode());
    out.writeInt((int) entry.uid());
    out.writeInt((int) entry.gid());
    out.writeLong(entry.mtime());
    out.writeInt(entry.mtimeNanos());
    out.writeBoolean(entry.link().isPresent());
    if (entry.link().isPresent()) {
      writeText(out, entry.link().get());
    }
    out.writeInt(entry.xattrs().size());
    for (Map.Entry<String, String> xattr : entry.xattrs().entrySet()) {
      writeText(out, xattr.getKey());
      writeBytes(out, xattr.getValue().getBytes(StandardCharsets.ISO_8859_1));
    }
    if (entry.content().isPresent()) {
      FileContent content = entry.content().get();
      writeDigest(out, content.digest());
      out.writeLong(content.size());
      out.writeLong(content.used());
      out.writeInt(content.slices().size());
      for (Slice slice : content.slices()) {
        Integer number = chunks.get(slice.chunk());
        out.writeInt(number == null ? -1 : number);
        out.writeInt(slice.offset());
        out.writeInt(slice.length());
      }
    }
  }

  static SortedMap<ImagePath, MountEntry> read(DataInputStream in) throws IOException {
    int chunkCount = count(in, SMALLEST_CHUNK);
    List<Chunk> chunks = new ArrayList<>(chunkCount);
    for (int i = 0; i < chunkCount; i++) {
      chunks.add(new Chunk(readDigest(in), in.readInt()));
    }
    int entryCount = count(in, SMALLEST_ENTRY);
    SortedMap<ImagePath, MountEntry> entries = new TreeMap<>();
    for (int i = 0; i < entryCount; i++) {
      MountEntry entry = readEntry(in, chunks);
      entries.put(entry.path(), entry);
    }
    return entries;
  }

  private static MountEntry readEntry(DataInputStream in, List<Chunk> chunks) throws IOException {
    ImagePath path = new ImagePath(readText(in));
    int number = in.readUnsignedByte();
    if (number >= KINDS.size()) {
      throw new IOException("there is no kind of entry " + number);
    }
    MountEntry.Kind kind = KINDS.get(number);
    int mode = in.readInt();
    long uid = Integer.toUnsignedLong(in.readInt());
    long gid = Integer.toUnsignedLong(in.readInt());
    long mtime = in.readLong();
    int mtimeNanos = in.readInt();
    Optional<String> link = in.readBoolean() ? Optional.of(readText(in)) : Optional.empty();
    SortedMap<String, String> xattrs = new TreeMap<>();
    for (int left = count(in, SMALLEST_XATTR); left > 0; left--) {
      xattrs.put(readText(in), new String(readBytes(in), StandardCharsets.ISO_8859_1));
    }
    Optional<FileContent> content =
        kind == MountEntry.Kind.FILE ? Optional.of(readContent(in, chunks)) : Optional.empty();
    return new MountEntry(path, kind, mode, uid, gid, mtime, mtimeNanos, link, xattrs, content);
  }

  private static FileContent readContent(DataInputStream in, List<Chunk> chunks)
      throws IOException {
    Digest digest = readDigest(in);
    long size = in.readLong();
    long used = in.readLong();
    int count = count(in, SMALLEST_SLICE);
    List<Slice> slices = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int number = in.readInt();
      if (number < 0 || number >= chunks.size()) {
        throw new IOException("there is no chunk " + number);
      }
      slices.add(new Slice(chunks.get(number), in.readInt(), in.readInt()));
    }
    return new FileContent(digest, size, used, slices);
  }

  static void writeDigest(DataOutputStream out, Digest digest) throws IOException {
    out.write(HexFormat.of().parseHex(digest.hex()));
  }

  static Digest readDigest(DataInputStream in) throws IOException {
    return new Digest(HexFormat.of().formatHex(exactly(in, DIGEST_BYTES)));
  }

  static void writeText(DataOutputStream out, String text) throws IOException {
    writeBytes(out, NativeText.encode(text));
  }

  static String readText(DataInputStream in) throws IOException {
    return NativeText.decode(readBytes(in));
  }

  private static void writeBytes(DataOutputStream out, byte[] bytes) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static byte[] readBytes(DataInputStream in) throws IOException {
    return exactly(in, count(in, 1));
  }

  private static byte[] exactly(DataInputStream in, int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length != length) {
      throw new IOException("the bytes end too early");
    }
    return bytes;
  }

  /** A number of things that can still be there, each of so many bytes at least. */
  static int count(DataInputStream in, int smallest) throws IOException {
    int count = in.readInt();
    if (count < 0 || count > in.available() / smallest) {
      throw new IOException("the bytes claim to hold " + count + " things");
    }
    return count;
  }
}
