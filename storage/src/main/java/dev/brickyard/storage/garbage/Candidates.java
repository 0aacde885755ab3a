package dev.brickyard.storage.garbage;

import dev.brickyard.storage.garbage.NameTable.Name;
import dev.brickyard.storage.object.ObjectKey;
import dev.brickyard.storage.object.ObjectNotFoundException;
import dev.brickyard.storage.object.ObjectStore;
import dev.brickyard.storage.object.ObjectStoreException;
import dev.brickyard.storage.object.SealedObject;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Since when objects have not been needed, remembered from one collection to the next in the bucket
 * itself. When that memory is lost, every wait begins anew.
 */
final class Candidates {
  private static final Logger LOG = LoggerFactory.getLogger(Candidates.class);
  private static final ObjectKey KEY = new ObjectKey("garbage/candidates");
  private static final int LIMIT_BYTES = 64 << 20;

  /** Those beyond are met again by the next collection; 20 bytes each when stored. */
  private static final int LIMIT = 2_000_000;

  private final NameTable before;
  private final NameTable after = new NameTable();
  private final Instant now;

  private Candidates(NameTable before, Instant now) {
    this.before = before;
    this.now = now;
  }

  /** What the collection before remembered. */
  static Candidates load(ObjectStore objects, Instant now) throws IOException {
    NameTable before = new NameTable();
    try {
      byte[] content = SealedObject.open(KEY, objects.read(KEY, LIMIT_BYTES));
      read(content, before);
    } catch (ObjectNotFoundException e) {
      // The first collection.
    } catch (ObjectStoreException e) {
      throw e;
    } catch (IOException e) {
      LOG.warn("what earlier collections remembered is lost: {}", e.getMessage());
      before = new NameTable();
    }
    return new Candidates(before, now);
  }

  private static void read(byte[] content, NameTable into) throws IOException {
    try (DataInputStream in =
        new DataInputStream(new GZIPInputStream(new ByteArrayInputStream(content), 1 << 16))) {
      while (into.size() < LIMIT) {
        Name name = new Name(in.readLong(), in.readLong());
        into.set(name, in.readInt());
      }
    } catch (EOFException e) {
      // All read.
    }
  }

  /** An object is not needed; since when it has not been, in this and earlier collections. */
  Instant unneededSince(ObjectKey key) {
    Name name = Name.of(key.value());
    long since = before.get(name).orElse(now.getEpochSecond());
    if (after.size() < LIMIT) {
      after.set(name, since);
    }
    return Instant.ofEpochSecond(since);
  }

  /** Remembers this collection's for the next. */
  void save(ObjectStore objects) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(new GZIPOutputStream(bytes, 1 << 16))) {
      after.forEach(
          (high, low, since) -> {
            try {
              out.writeLong(high);
              out.writeLong(low);
              out.writeInt(Math.toIntExact(since));
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    }
    objects.put(KEY, SealedObject.seal(KEY, bytes.toByteArray()));
  }
}
