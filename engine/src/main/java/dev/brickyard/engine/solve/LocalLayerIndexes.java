package dev.brickyard.engine.solve;

import dev.brickyard.engine.cache.LayerIndexStore;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.LayerIndex;
import dev.brickyard.engine.layer.LayerIndexCodec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A store of layer indexes with those that were asked for before kept on this disk: each in a file
 * sealed by a digest, the least recently used removed when they are too many.
 */
final class LocalLayerIndexes implements LayerIndexStore {
  private static final Logger LOG = LoggerFactory.getLogger(LocalLayerIndexes.class);
  private static final int SEAL = 32;
  private static final long LIMIT_BYTES = 256 << 20;

  private record Kept(Path file, long bytes, FileTime used) {}

  private final LayerIndexStore store;
  private final Path directory;
  private final long limit;
  private final AtomicLong bytes = new AtomicLong();

  LocalLayerIndexes(LayerIndexStore store, Path directory) throws IOException {
    this(store, directory, LIMIT_BYTES);
  }

  /**
   * @param directory exists, and is nobody else's
   * @param limit bytes of all files together
   */
  LocalLayerIndexes(LayerIndexStore store, Path directory, long limit) throws IOException {
    this.store = store;
    this.directory = directory;
    this.limit = limit;
    bytes.set(kept().stream().mapToLong(Kept::bytes).sum());
  }

  @Override
  public Optional<LayerIndex> find(Digest diffId) throws IOException {
    Optional<LayerIndex> here = read(diffId);
    if (here.isPresent()) {
      return here;
    }
    Optional<LayerIndex> there = store.find(diffId);
    there.ifPresent(index -> keep(diffId, index));
    return there;
  }

  @Override
  public void put(Digest diffId, LayerIndex index) throws IOException {
    store.put(diffId, index);
    keep(diffId, index);
  }

  private Path file(Digest diffId) {
    return directory.resolve(diffId.hex());
  }

  private Optional<LayerIndex> read(Digest diffId) {
    Path file = file(diffId);
    try {
      byte[] sealed = Files.readAllBytes(file);
      if (sealed.length < SEAL
          || !MessageDigest.isEqual(
              seal(diffId, sealed, SEAL, sealed.length - SEAL), Arrays.copyOf(sealed, SEAL))) {
        throw new IOException("is damaged");
      }
      Files.setLastModifiedTime(file, FileTime.fromMillis(System.currentTimeMillis()));
      return Optional.of(LayerIndexCodec.decode(Arrays.copyOfRange(sealed, SEAL, sealed.length)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      LOG.warn("{} is no readable layer index: {}", file, e.getMessage());
      return Optional.empty();
    }
  }

  private static byte[] seal(Digest diffId, byte[] content, int offset, int length) {
    MessageDigest sha256 = Digest.newSha256();
    sha256.update(diffId.hex().getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    sha256.update(content, offset, length);
    return sha256.digest();
  }

  /** Only to save time: failing to is no failure. */
  private void keep(Digest diffId, LayerIndex index) {
    byte[] content = LayerIndexCodec.encode(index);
    if (content.length > limit / 4) {
      return;
    }
    byte[] sealed =
        ByteBuffer.allocate(SEAL + content.length)
            .put(seal(diffId, content, 0, content.length))
            .put(content)
            .array();
    try {
      Path written = Files.createTempFile(directory, ".new", "");
      try {
        Files.write(written, sealed);
        Files.move(written, file(diffId), StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(written);
      }
      if (bytes.addAndGet(sealed.length) > limit) {
        trim();
      }
    } catch (IOException e) {
      LOG.debug("the index of layer {} was not kept", diffId, e);
    }
  }

  /** Down to three quarters of the limit. */
  private synchronized void trim() throws IOException {
    List<Kept> kept = kept();
    long sum = kept.stream().mapToLong(Kept::bytes).sum();
    for (Kept oldest : kept) {
      if (sum <= limit / 4 * 3) {
        break;
      }
      Files.deleteIfExists(oldest.file());
      sum -= oldest.bytes();
    }
    bytes.set(sum);
  }

  /** The least recently used first. */
  private List<Kept> kept() throws IOException {
    List<Kept> kept = new ArrayList<>();
    try (var files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        try {
          kept.add(new Kept(file, Files.size(file), Files.getLastModifiedTime(file)));
        } catch (NoSuchFileException e) {
          LOG.trace("{} was removed meanwhile", file);
        }
      }
    }
    kept.sort(Comparator.comparing(Kept::used));
    return kept;
  }
}
