package dev.brickyard.storage.log;

import dev.brickyard.engine.image.Digest;
import dev.brickyard.storage.object.ObjectInfo;
import dev.brickyard.storage.object.ObjectKey;
import dev.brickyard.storage.object.ObjectPage;
import dev.brickyard.storage.object.ObjectStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whole logs of finished attempts, as objects {@code logs/<build>/<job>-<attempt>.zst}: lines of
 * JSON, compressed with zstd. Never clipped, written once.
 */
public final class LogStore {
  private static final Pattern KEY =
      Pattern.compile("logs/(?<build>[0-9a-f-]{36})/(?<job>[0-9a-f-]{36})-(?<attempt>\\d+)\\.zst");

  private final ObjectStore objects;

  public LogStore(ObjectStore objects) {
    this.objects = objects;
  }

  /** Stores the log of an attempt; a second log of the same attempt is ignored. */
  public void store(UUID buildId, UUID jobId, int attempt, LogSpool spool) throws IOException {
    Path file = spool.finish();
    objects.putIfAbsent(key(buildId, jobId, attempt), file, sha256(file));
  }

  /** The logs there are of a build, by job and attempt. */
  public List<StoredLog> list(UUID buildId) throws IOException {
    List<StoredLog> logs = new ArrayList<>();
    Optional<String> next = Optional.empty();
    do {
      ObjectPage page = objects.list("logs/" + buildId + "/", next, 1000);
      for (ObjectInfo info : page.objects()) {
        Matcher parts = KEY.matcher(info.key().value());
        if (parts.matches()) {
          logs.add(
              new StoredLog(
                  UUID.fromString(parts.group("build")),
                  UUID.fromString(parts.group("job")),
                  Integer.parseInt(parts.group("attempt")),
                  info.size()));
        }
      }
      next = page.next();
    } while (next.isPresent());
    logs.sort(Comparator.comparing(StoredLog::jobId).thenComparingInt(StoredLog::attempt));
    return logs;
  }

  /**
   * Opens the log of an attempt.
   *
   * @throws dev.brickyard.storage.object.ObjectNotFoundException when there is none
   */
  public LogReader open(UUID buildId, UUID jobId, int attempt) throws IOException {
    return new LogReader(objects.get(key(buildId, jobId, attempt)));
  }

  private static ObjectKey key(UUID buildId, UUID jobId, int attempt) {
    return new ObjectKey("logs/" + buildId + "/" + jobId + "-" + attempt + ".zst");
  }

  private static String sha256(Path file) throws IOException {
    MessageDigest sha256 = Digest.newSha256();
    try (InputStream in = Files.newInputStream(file)) {
      byte[] chunk = new byte[64 << 10];
      for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
        sha256.update(chunk, 0, n);
      }
    }
    return Digest.of(sha256).hex();
  }
}
