package dev.brickyard.engine.cachemount;

import dev.brickyard.engine.cache.CacheScope;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.linux.FileStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a worker remembers of a mount's directory: what its content was when it last agreed with the
 * store.
 *
 * @param version the generation whose entries are exactly {@code base}; empty when {@code base} is
 *     none of the store's, but what this worker had when it last saved
 * @param base what is on this disk, as far as it was not changed since
 * @param seen how the files of {@code base} looked; a file that looks different was changed
 * @param lost chunks the store turned out not to have
 */
record MountState(
    Optional<MountVersion> version,
    SortedMap<ImagePath, MountEntry> base,
    Map<ImagePath, Seen> seen,
    Set<Digest> lost) {
  private static final Logger LOG = LoggerFactory.getLogger(MountState.class);
  private static final byte[] MAGIC = {'B', 'Y', 'C', 'S', 1};
  private static final int SEEN_BYTES = 44;

  /** Nothing agreed yet. */
  static final MountState EMPTY =
      new MountState(Optional.empty(), new TreeMap<>(), Map.of(), Set.of());

  /** What tells whether a file was changed. */
  record Seen(long inode, long ctime, int ctimeNanos, long mtime, int mtimeNanos, long size) {
    static Seen of(FileStatus status) {
      return new Seen(
          status.inode(),
          status.ctime(),
          status.ctimeNanos(),
          status.mtime(),
          status.mtimeNanos(),
          status.size());
    }
  }

  /** The state in a file; the empty one when there is none that can be read. */
  static MountState load(Path file) throws IOException {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      return EMPTY;
    }
    try {
      return decode(bytes);
    } catch (IOException e) {
      LOG.warn("{} is unreadable, the cache mount will be compared anew: {}", file, e.toString());
      return EMPTY;
    }
  }

  /** Replaces the file atomically. */
  void store(Path file) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.write(fresh, encode());
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private byte[] encode() {
    return Frame.encode(
        MAGIC,
        out -> {
          out.writeBoolean(version.isPresent());
          if (version.isPresent()) {
            EntryFormat.writeText(out, version.get().scope().name());
            out.writeLong(version.get().number());
          }
          EntryFormat.write(out, base.values());
          out.writeInt(seen.size());
          for (Map.Entry<ImagePath, Seen> one : seen.entrySet()) {
            EntryFormat.writeText(out, one.getKey().value());
            Seen s = one.getValue();
            out.writeLong(s.inode());
            out.writeLong(s.ctime());
            out.writeInt(s.ctimeNanos());
            out.writeLong(s.mtime());
            out.writeInt(s.mtimeNanos());
            out.writeLong(s.size());
          }
          out.writeInt(lost.size());
          for (Digest digest : lost) {
            EntryFormat.writeDigest(out, digest);
          }
        });
  }

  private static MountState decode(byte[] bytes) throws IOException {
    return Frame.decode(
        MAGIC,
        bytes,
        in -> {
          Optional<MountVersion> version =
              in.readBoolean()
                  ? Optional.of(
                      new MountVersion(new CacheScope(EntryFormat.readText(in)), in.readLong()))
                  : Optional.empty();
          SortedMap<ImagePath, MountEntry> base = EntryFormat.read(in);
          Map<ImagePath, Seen> seen = new HashMap<>();
          for (int left = EntryFormat.count(in, SEEN_BYTES); left > 0; left--) {
            seen.put(
                new ImagePath(EntryFormat.readText(in)),
                new Seen(
                    in.readLong(),
                    in.readLong(),
                    in.readInt(),
                    in.readLong(),
                    in.readInt(),
                    in.readLong()));
          }
          Set<Digest> lost = new HashSet<>();
          for (int left = EntryFormat.count(in, 32); left > 0; left--) {
            lost.add(EntryFormat.readDigest(in));
          }
          return new MountState(version, base, seen, lost);
        });
  }
}
