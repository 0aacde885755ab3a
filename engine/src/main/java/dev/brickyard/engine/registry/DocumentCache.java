package dev.brickyard.engine.registry;

import dev.brickyard.engine.image.Digest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Manifests and configs seen lately. Their digest names their content, so they never go stale; they
 * are kept apart by user, so that nobody sees through another's login. Bounded by bytes.
 */
final class DocumentCache {
  /** Whose eyes saw it, and where. */
  record Key(RepositoryLocation location, String user, Digest digest) {}

  private record TagKey(RepositoryLocation location, String user, String tag) {}

  private static final int MAX_TAGS = 10_000;

  private final long maxBytes;
  private final Map<Key, ManifestDocument> documents = new LinkedHashMap<>(64, 0.75f, true);
  private final Map<TagKey, Digest> tags = new LinkedHashMap<>(64, 0.75f, true);
  private long bytes;

  DocumentCache(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  synchronized Optional<ManifestDocument> find(Key key) {
    return Optional.ofNullable(documents.get(key));
  }

  synchronized void keep(Key key, ManifestDocument document) {
    ManifestDocument old = documents.put(key, document);
    bytes += document.content().length - (old == null ? 0 : old.content().length);
    var eldest = documents.entrySet().iterator();
    while (bytes > maxBytes && eldest.hasNext()) {
      bytes -= eldest.next().getValue().content().length;
      eldest.remove();
    }
  }

  /** What the tag pointed at when it was last looked up. */
  synchronized Optional<Digest> lastSeen(RepositoryLocation location, String user, String tag) {
    return Optional.ofNullable(tags.get(new TagKey(location, user, tag)));
  }

  synchronized void saw(RepositoryLocation location, String user, String tag, Digest digest) {
    tags.put(new TagKey(location, user, tag), digest);
    if (tags.size() > MAX_TAGS) {
      tags.remove(tags.keySet().iterator().next());
    }
  }
}
