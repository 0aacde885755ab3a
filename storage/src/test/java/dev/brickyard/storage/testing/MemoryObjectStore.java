package dev.brickyard.storage.testing;

import dev.brickyard.storage.object.MultipartUpload;
import dev.brickyard.storage.object.ObjectInfo;
import dev.brickyard.storage.object.ObjectKey;
import dev.brickyard.storage.object.ObjectNotFoundException;
import dev.brickyard.storage.object.ObjectPage;
import dev.brickyard.storage.object.ObjectStore;
import dev.brickyard.storage.object.UnfinishedUpload;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/** A real object store in memory: atomic, listed in order, its times from any clock. */
public final class MemoryObjectStore implements ObjectStore {
  /** Called before every request; may let others go first, or throw. */
  @FunctionalInterface
  public interface Gate {
    void pass(String request) throws IOException;
  }

  private record Stored(byte[] content, Instant modifiedAt) {}

  private record Upload(ObjectKey key, Instant begunAt, Map<Integer, byte[]> parts) {}

  private final Clock clock;
  private final Gate gate;
  private final NavigableMap<String, Stored> objects = new ConcurrentSkipListMap<>();
  private final Map<String, Upload> uploads = new ConcurrentHashMap<>();
  private final AtomicLong uploadIds = new AtomicLong();

  public MemoryObjectStore(Clock clock) {
    this(clock, request -> {});
  }

  public MemoryObjectStore(Clock clock, Gate gate) {
    this.clock = clock;
    this.gate = gate;
  }

  /** All keys, for looking at from outside. */
  public List<String> keys(String prefix) {
    return objects.keySet().stream().filter(key -> key.startsWith(prefix)).toList();
  }

  /** An object's content, without asking the gate. */
  public Optional<byte[]> peek(ObjectKey key) {
    return Optional.ofNullable(objects.get(key.value())).map(stored -> stored.content().clone());
  }

  /** Somebody else removes an object. */
  public void vanish(String key) {
    objects.remove(key);
  }

  @Override
  public boolean putIfAbsent(ObjectKey key, byte[] content) throws IOException {
    gate.pass("putIfAbsent " + key);
    Stored fresh = new Stored(content.clone(), clock.instant());
    return objects.putIfAbsent(key.value(), fresh) == null;
  }

  @Override
  public boolean putIfAbsent(ObjectKey key, Path file, String sha256) throws IOException {
    return putIfAbsent(key, Files.readAllBytes(file));
  }

  @Override
  public void put(ObjectKey key, byte[] content) throws IOException {
    gate.pass("put " + key);
    objects.put(key.value(), new Stored(content.clone(), clock.instant()));
  }

  @Override
  public InputStream get(ObjectKey key) throws IOException {
    gate.pass("get " + key);
    return new ByteArrayInputStream(stored(key).content());
  }

  @Override
  public InputStream get(ObjectKey key, long offset, long length) throws IOException {
    gate.pass("get " + key);
    byte[] content = stored(key).content();
    if (offset >= content.length) {
      throw new ObjectNotFoundException(key, null);
    }
    int end = (int) Math.min(content.length, offset + length);
    return new ByteArrayInputStream(Arrays.copyOfRange(content, (int) offset, end));
  }

  private Stored stored(ObjectKey key) throws ObjectNotFoundException {
    Stored stored = objects.get(key.value());
    if (stored == null) {
      throw new ObjectNotFoundException(key, null);
    }
    return stored;
  }

  @Override
  public Optional<ObjectInfo> stat(ObjectKey key) throws IOException {
    gate.pass("stat " + key);
    return Optional.ofNullable(objects.get(key.value())).map(stored -> info(key.value(), stored));
  }

  private static ObjectInfo info(String key, Stored stored) {
    return new ObjectInfo(new ObjectKey(key), stored.content().length, stored.modifiedAt());
  }

  @Override
  public ObjectPage list(String prefix, Optional<String> next, int limit) throws IOException {
    gate.pass("list " + prefix);
    List<ObjectInfo> page = new ArrayList<>();
    String from = next.orElse(prefix);
    for (var entry : objects.tailMap(from, next.isEmpty()).entrySet()) {
      if (!entry.getKey().startsWith(prefix)) {
        break;
      }
      if (page.size() == limit) {
        return new ObjectPage(page, Optional.of(page.getLast().key().value()));
      }
      page.add(info(entry.getKey(), entry.getValue()));
    }
    return new ObjectPage(page, Optional.empty());
  }

  @Override
  public void delete(ObjectKey key) throws IOException {
    gate.pass("delete " + key);
    objects.remove(key.value());
  }

  @Override
  public void deleteAll(Collection<ObjectKey> keys) throws IOException {
    gate.pass("deleteAll " + keys.stream().map(ObjectKey::value).collect(Collectors.joining(" ")));
    keys.forEach(key -> objects.remove(key.value()));
  }

  @Override
  public void copy(ObjectKey from, ObjectKey to) throws IOException {
    gate.pass("copy " + from + " " + to);
    objects.put(to.value(), new Stored(stored(from).content(), clock.instant()));
  }

  @Override
  public boolean refresh(ObjectKey key) throws IOException {
    gate.pass("refresh " + key);
    return objects.computeIfPresent(
            key.value(), (name, stored) -> new Stored(stored.content(), clock.instant()))
        != null;
  }

  @Override
  public MultipartUpload beginUpload(ObjectKey key) throws IOException {
    gate.pass("beginUpload " + key);
    String id = "upload-" + uploadIds.incrementAndGet();
    uploads.put(id, new Upload(key, clock.instant(), new ConcurrentHashMap<>()));
    return new MultipartUpload(key, id);
  }

  @Override
  public MultipartUpload.Part uploadPart(
      MultipartUpload upload, int number, byte[] content, int length) throws IOException {
    gate.pass("uploadPart " + upload.key());
    begun(upload).parts().put(number, Arrays.copyOf(content, length));
    return new MultipartUpload.Part(number, "part-" + number);
  }

  private Upload begun(MultipartUpload upload) throws ObjectNotFoundException {
    Upload begun = uploads.get(upload.id());
    if (begun == null) {
      throw new ObjectNotFoundException(upload.key(), null);
    }
    return begun;
  }

  @Override
  public void completeUpload(MultipartUpload upload, List<MultipartUpload.Part> parts)
      throws IOException {
    gate.pass("completeUpload " + upload.key());
    Upload begun = begun(upload);
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (MultipartUpload.Part part : parts) {
      byte[] bytes = begun.parts().get(part.number());
      if (bytes == null) {
        throw new ObjectNotFoundException(upload.key(), null);
      }
      content.writeBytes(bytes);
    }
    objects.put(upload.key().value(), new Stored(content.toByteArray(), clock.instant()));
    uploads.remove(upload.id());
  }

  @Override
  public void abortUpload(MultipartUpload upload) throws IOException {
    gate.pass("abortUpload " + upload.key());
    uploads.remove(upload.id());
  }

  @Override
  public List<UnfinishedUpload> unfinishedUploads(String prefix) throws IOException {
    gate.pass("unfinishedUploads " + prefix);
    return uploads.entrySet().stream()
        .filter(entry -> entry.getValue().key().value().startsWith(prefix))
        .map(
            entry ->
                new UnfinishedUpload(
                    new MultipartUpload(entry.getValue().key(), entry.getKey()),
                    entry.getValue().begunAt()))
        .toList();
  }
}
