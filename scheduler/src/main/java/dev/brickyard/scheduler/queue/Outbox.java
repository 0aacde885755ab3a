package dev.brickyard.scheduler.queue;

import dev.brickyard.contracts.Ids;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import org.jboss.logging.Logger;

/**
 * Gets records to Kafka at least once, and none of a transaction that was rolled back. {@link #add}
 * writes them with the transaction; right after its commit they are sent, in order, and deleted
 * when Kafka has them. {@link #sweep} sends what is left: records that were not due then, that
 * Kafka did not take, or whose sender died.
 */
@ApplicationScoped
public class Outbox {
  private static final Logger LOG = Logger.getLogger(Outbox.class);

  /** A committed record that is older than this was forgotten by whoever committed it. */
  private static final Duration FORGOTTEN = Duration.ofSeconds(5);

  private static final int SWEEP_LIMIT = 500;

  private final OutboxRows rows;
  private final RecordSender sender;
  private final TransactionSynchronizationRegistry transactions;
  private final Ids ids;
  private final Clock clock;

  /** What this replica is sending, so that its own sweep does not send it a second time. */
  private final Set<UUID> inFlight = ConcurrentHashMap.newKeySet();

  private final LinkedBlockingQueue<UUID> sent = new LinkedBlockingQueue<>();

  /** One thread, so that records leave in the order of their transactions. */
  private final ExecutorService sending =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("outbox-send").factory());

  private final ExecutorService deleting =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("outbox-delete").factory());

  Outbox(
      OutboxRows rows,
      RecordSender sender,
      TransactionSynchronizationRegistry transactions,
      Ids ids,
      Clock clock) {
    this.rows = rows;
    this.sender = sender;
    this.transactions = transactions;
    this.ids = ids;
    this.clock = clock;
  }

  /** Sends these records when, and only when, the current transaction commits. */
  @Transactional(Transactional.TxType.MANDATORY)
  public void add(List<OutgoingRecord> records) {
    if (records.isEmpty()) {
      return;
    }
    Instant now = clock.instant();
    List<OutboxRow> added = records.stream().map(r -> new OutboxRow(ids.next(), r)).toList();
    rows.insert(added, now);
    List<OutboxRow> due =
        added.stream().filter(row -> !row.record().notBefore().isAfter(now)).toList();
    transactions.registerInterposedSynchronization(
        new Synchronization() {
          @Override
          public void beforeCompletion() {}

          @Override
          public void afterCompletion(int status) {
            if (status == Status.STATUS_COMMITTED) {
              handOver(due);
            }
          }
        });
  }

  private void handOver(List<OutboxRow> due) {
    due.forEach(row -> inFlight.add(row.id()));
    try {
      sending.execute(() -> due.forEach(this::send));
    } catch (RejectedExecutionException e) {
      // Shutting down: the rows are committed, and another replica or our next start sends them.
      due.forEach(row -> inFlight.remove(row.id()));
    }
  }

  private void send(OutboxRow row) {
    OutgoingRecord record = row.record();
    sender
        .send(record.topic(), record.key(), record.value())
        .whenComplete(
            (done, failure) -> {
              if (failure == null) {
                forget(row.id());
              } else {
                inFlight.remove(row.id());
                LOG.warnf(
                    "a record for %s is kept and sent again: %s",
                    record.topic(), failure.getMessage());
              }
            });
  }

  /** Deletes a sent record soon; many at once when many were sent. */
  private void forget(UUID id) {
    sent.add(id);
    try {
      deleting.execute(this::deleteSent);
    } catch (RejectedExecutionException e) {
      LOG.debugf("record %s will be sent twice: it was stored while we shut down", id);
    }
  }

  private void deleteSent() {
    List<UUID> batch = new ArrayList<>();
    sent.drainTo(batch);
    if (batch.isEmpty()) {
      return;
    }
    try {
      rows.delete(batch);
    } catch (RuntimeException e) {
      LOG.warn("sent records could not be deleted, they will be sent twice", e);
    } finally {
      batch.forEach(inFlight::remove);
    }
  }

  /** Sends what is due and was left. Safe on several replicas at once. */
  public void sweep() {
    boolean more = true;
    while (more) {
      more = rows.take(clock.instant(), FORGOTTEN, SWEEP_LIMIT, this::sendNow);
    }
  }

  /** Sends and waits; returns what Kafka has. */
  private Collection<UUID> sendNow(List<OutboxRow> due) {
    Map<UUID, Future<Void>> answers = new LinkedHashMap<>();
    for (OutboxRow row : due) {
      if (!inFlight.contains(row.id())) {
        OutgoingRecord record = row.record();
        answers.put(
            row.id(),
            sender.send(record.topic(), record.key(), record.value()).toCompletableFuture());
      }
    }
    List<UUID> stored = new ArrayList<>();
    for (Map.Entry<UUID, Future<Void>> answer : answers.entrySet()) {
      try {
        answer.getValue().get();
        stored.add(answer.getKey());
      } catch (ExecutionException e) {
        LOG.warnf("a record is still kept from Kafka: %s", e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return stored;
      }
    }
    return stored;
  }

  @PreDestroy
  void close() {
    sending.close();
    deleting.close();
  }
}
