package dev.brickyard.storage.object;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * What collectors are about to remove, told in the bucket itself: {@code garbage/sweeping/<id>}
 * holds keys, one a line. A collector posts a notice, looks at the objects once more, removes those
 * that are still old, and takes the notice down. A writer makes an object young, then looks for
 * notices. Either the collector's look comes after the writer's change, and spares the object; or
 * the notice was posted before the change, and the writer sees it, or that it and the object are
 * gone.
 */
public final class SweepNotices {
  private static final String PREFIX = "garbage/sweeping/";
  private static final int LIMIT_BYTES = 1 << 20;

  private final ObjectStore objects;

  public SweepNotices(ObjectStore objects) {
    this.objects = objects;
  }

  /** Tells writers; returns where, to take it down by. */
  public ObjectKey post(Collection<ObjectKey> keys) throws IOException {
    ObjectKey notice = new ObjectKey(PREFIX + UUID.randomUUID());
    String lines = keys.stream().map(ObjectKey::value).collect(Collectors.joining("\n"));
    objects.put(notice, lines.getBytes(StandardCharsets.UTF_8));
    return notice;
  }

  /** Nothing of it is going to be removed any more. */
  public void takeDown(ObjectKey notice) throws IOException {
    objects.delete(notice);
  }

  /** Notices of collectors that died long ago, among others. */
  public List<ObjectInfo> posted() throws IOException {
    return objects.list(PREFIX, Optional.empty(), 1000).objects();
  }

  /** The notices that name the object. */
  List<ObjectKey> naming(ObjectKey key) throws IOException {
    List<ObjectKey> naming = new ArrayList<>();
    for (ObjectInfo notice : posted()) {
      if (names(notice.key(), key)) {
        naming.add(notice.key());
      }
    }
    return naming;
  }

  /** Whether the notice still stands and names the object. */
  boolean names(ObjectKey notice, ObjectKey key) throws IOException {
    try {
      String lines = new String(objects.read(notice, LIMIT_BYTES), StandardCharsets.UTF_8);
      return lines.lines().anyMatch(key.value()::equals);
    } catch (ObjectNotFoundException e) {
      return false;
    }
  }
}
