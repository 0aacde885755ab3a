package dev.brickyard.api.follow;

import dev.brickyard.contracts.Json;
import dev.brickyard.contracts.LogChunk;
import dev.brickyard.storage.log.LogEntry;
import dev.brickyard.storage.log.LogReader;
import dev.brickyard.storage.log.LogStore;
import dev.brickyard.storage.log.StoredLog;
import java.io.IOException;
import java.util.Optional;
import java.util.UUID;

/**
 * Writes the stored logs of a build as log chunks without ids, one attempt after the other: for
 * builds older than what Kafka keeps.
 */
final class StoredChunks {
  private final LogStore stored;

  StoredChunks(LogStore stored) {
    this.stored = stored;
  }

  void write(UUID build, SseOutput out) throws IOException {
    for (StoredLog log : stored.list(build)) {
      try (LogReader reader = stored.open(build, log.jobId(), log.attempt())) {
        long sequence = 0;
        for (Optional<LogEntry> entry = reader.next();
            entry.isPresent() && !out.isGone();
            entry = reader.next()) {
          out.write(Relayed.frame("log", Json.write(chunk(log, entry.get(), sequence))));
          sequence++;
        }
      }
      out.flush();
    }
  }

  private static LogChunk chunk(StoredLog log, LogEntry entry, long sequence) {
    return new LogChunk(
        Json.SCHEMA_VERSION,
        log.buildId(),
        log.jobId(),
        log.attempt(),
        entry.step(),
        entry.stderr() ? LogChunk.Stream.STDERR : LogChunk.Stream.STDOUT,
        sequence,
        entry.at(),
        entry.bytes());
  }
}
