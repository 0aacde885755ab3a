package dev.brickyard.api.follow;

import dev.brickyard.api.build.BuildReader;
import dev.brickyard.api.build.PublishedJobEntity;
import dev.brickyard.contracts.JobKind;
import dev.brickyard.contracts.Json;
import dev.brickyard.contracts.LogChunk;
import dev.brickyard.storage.log.LogEntry;
import dev.brickyard.storage.log.LogReader;
import dev.brickyard.storage.log.LogStore;
import dev.brickyard.storage.log.StoredLog;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Writes a build's whole log as text, in the order of time: attempts that have ended from the
 * object store, and whatever is not there from Kafka. Holds one piece of each attempt in memory.
 */
final class LogText {
  private final LogStore stored;
  private final BuildReader builds;
  private final TopicReaders readers;

  LogText(LogStore stored, BuildReader builds, TopicReaders readers) {
    this.stored = stored;
    this.builds = builds;
    this.readers = readers;
  }

  /** A piece of output, wherever it was kept. */
  private record Piece(LineAssembler.Source source, Instant at, byte[] bytes) {}

  /** The pieces of one attempt, or of several, in order. */
  private interface Pieces extends AutoCloseable {
    /** The next one, null at the end. */
    @Nullable Piece next() throws IOException, InterruptedException;

    @Override
    void close() throws IOException;
  }

  /**
   * Whether nothing is left of what an ended build printed: no attempt's log is stored, though even
   * an empty one would be, and Kafka has none of it either.
   */
  boolean isGone(BuildReader.Status build) throws IOException, InterruptedException {
    if (!build.state().isFinal()
        || attempts(builds.jobs(build.id())).isEmpty()
        || !stored.list(build.id()).isEmpty()) {
      return false;
    }
    try (Pieces pieces = new KafkaPieces(build, Set.of())) {
      return pieces.next() == null;
    }
  }

  /** Writes everything there is at this moment. */
  void write(BuildReader.Status build, OutputStream out) throws IOException, InterruptedException {
    List<PublishedJobEntity> jobs = builds.jobs(build.id());
    Map<UUID, String> platforms = new HashMap<>();
    jobs.forEach(job -> platforms.put(job.id, job.platform));
    LineAssembler lines = new LineAssembler(out, source -> prefix(source, platforms));
    List<Pieces> sources = new ArrayList<>();
    try {
      Set<Attempt> inStore = new HashSet<>();
      for (StoredLog log : stored.list(build.id())) {
        inStore.add(new Attempt(log.jobId(), log.attempt()));
        sources.add(new StoredPieces(log, stored.open(log.buildId(), log.jobId(), log.attempt())));
      }
      if (!build.state().isFinal() || !inStore.containsAll(attempts(jobs))) {
        sources.add(new KafkaPieces(build, inStore));
      }
      merge(sources, lines);
    } finally {
      for (Pieces source : sources) {
        source.close();
      }
    }
    lines.finish();
  }

  /** One attempt of one job. */
  private record Attempt(UUID job, int number) {}

  /** Those that may have printed something: publishing does not. */
  private static Set<Attempt> attempts(List<PublishedJobEntity> jobs) {
    Set<Attempt> all = new HashSet<>();
    for (PublishedJobEntity job : jobs) {
      if (job.kind == JobKind.PUBLISH) {
        continue;
      }
      for (int attempt = 1; attempt <= job.attempt; attempt++) {
        all.add(new Attempt(job.id, attempt));
      }
    }
    return all;
  }

  private static String prefix(LineAssembler.Source source, Map<UUID, String> platforms) {
    String platform = platforms.getOrDefault(source.job(), "?");
    String attempt = source.attempt() > 1 ? " attempt " + source.attempt() : "";
    return "[" + platform + " " + source.step() + attempt + "] ";
  }

  private static void merge(List<Pieces> sources, LineAssembler lines)
      throws IOException, InterruptedException {
    record Head(Piece piece, Pieces rest, int order) {}
    PriorityQueue<Head> heads =
        new PriorityQueue<>(
            Comparator.comparing((Head head) -> head.piece().at()).thenComparingInt(Head::order));
    for (int i = 0; i < sources.size(); i++) {
      Piece first = sources.get(i).next();
      if (first != null) {
        heads.add(new Head(first, sources.get(i), i));
      }
    }
    for (Head head = heads.poll(); head != null; head = heads.poll()) {
      lines.add(head.piece().source(), head.piece().bytes());
      Piece next = head.rest().next();
      if (next != null) {
        heads.add(new Head(next, head.rest(), head.order()));
      }
    }
  }

  private record StoredPieces(StoredLog log, LogReader reader) implements Pieces {
    @Override
    public @Nullable Piece next() throws IOException {
      Optional<LogEntry> entry = reader.next();
      return entry
          .map(
              e ->
                  new Piece(
                      new LineAssembler.Source(log.jobId(), log.attempt(), e.step(), e.stderr()),
                      e.at(),
                      e.bytes()))
          .orElse(null);
    }

    @Override
    public void close() throws IOException {
      reader.close();
    }
  }

  /** What is in Kafka when this is made, without the attempts that are stored. */
  private final class KafkaPieces implements Pieces {
    private final Set<Attempt> without;
    private final Follower follower;
    private final long end;
    private final Deque<Piece> ready = new ArrayDeque<>();

    private KafkaPieces(BuildReader.Status build, Set<Attempt> without)
        throws InterruptedException {
      this.without = without;
      long start = readers.start(readers.logs(), build.id(), build.acceptedAt(), -1);
      this.follower =
          new Follower(readers.logs(), readers.catchUp(), this::keep, build.id(), start);
      this.end = follower.end();
    }

    @Override
    public @Nullable Piece next() throws IOException, InterruptedException {
      while (ready.isEmpty() && follower.next() < end) {
        for (Relayed record : follower.takeUntil(end)) {
          ready.add(piece(Json.read(record.frame(), LogChunk.class)));
        }
      }
      return ready.poll();
    }

    private Optional<Relayed> keep(ConsumerRecord<String, byte[]> record) {
      return RelayFormats.chunk(record)
          .filter(chunk -> !without.contains(new Attempt(chunk.jobId(), chunk.attempt())))
          .map(chunk -> new Relayed(record.offset(), record.value(), false));
    }

    private static Piece piece(LogChunk chunk) {
      return new Piece(
          new LineAssembler.Source(
              chunk.jobId(),
              chunk.attempt(),
              chunk.stepId(),
              chunk.stream() == LogChunk.Stream.STDERR),
          chunk.at(),
          chunk.bytes());
    }

    @Override
    public void close() {
      follower.close();
    }
  }
}
