package dev.brickyard.worker.queue;

import dev.brickyard.contracts.JobQueued;
import dev.brickyard.contracts.Json;
import dev.brickyard.contracts.UnreadableMessageException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One job at a time: takes a record from the queue, keeps its lock while the job runs, and says at
 * the end what becomes of it. A worker has as many slots as jobs it runs at once, each a member of
 * the share group of its own: a member that holds a record is given no other one, so a busy slot
 * never hoards work that an idle worker could do.
 *
 * <p>The consumer may be used by one thread only, which is the one that calls {@link #run}.
 */
public final class QueueSlot implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(QueueSlot.class);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration COMMIT = Duration.ofSeconds(5);
  private static final Duration RECONNECT = Duration.ofSeconds(1);
  private static final Duration DEFAULT_LOCK = Duration.ofSeconds(15);

  /**
   * The client may have one more record in its buffer when it hands one out. The first renewal
   * comes early, so that such a record is given back soon instead of when its lock expires.
   */
  private static final Duration FIRST_RENEWAL = Duration.ofMillis(500);

  private final Supplier<ShareConsumer<byte[], byte[]>> consumers;
  private final String queue;
  private final JobTaker taker;
  private final CountDownLatch stopping = new CountDownLatch(1);

  /**
   * @param consumers makes share consumers with explicit acknowledgement and one record per poll
   * @param queue the jobs topic of one platform
   */
  public QueueSlot(
      Supplier<ShareConsumer<byte[], byte[]>> consumers, String queue, JobTaker taker) {
    this.consumers = consumers;
    this.queue = queue;
    this.taker = taker;
  }

  /** The topic it reads. */
  public String queue() {
    return queue;
  }

  /** Takes no further record; a job that runs is seen to its end. */
  public void stop() {
    stopping.countDown();
  }

  /** Serves until stopped; reconnects after whatever goes wrong with Kafka. */
  @Override
  public void run() {
    while (!isStopping()) {
      try (ShareConsumer<byte[], byte[]> consumer = consumers.get()) {
        consumer.subscribe(List.of(queue));
        serve(consumer);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      } catch (RuntimeException e) {
        LOG.warn("the job queue cannot be read, trying again: {}", e.toString());
        if (pauseUnlessStopping()) {
          return;
        }
      }
    }
  }

  private boolean isStopping() {
    return stopping.getCount() == 0;
  }

  private boolean pauseUnlessStopping() {
    try {
      return stopping.await(RECONNECT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  /** Returns when stopping, or when the consumer's state is no longer known. */
  private void serve(ShareConsumer<byte[], byte[]> consumer) throws InterruptedException {
    while (!isStopping()) {
      ConsumerRecord<byte[], byte[]> first = null;
      for (ConsumerRecord<byte[], byte[]> polled : consumer.poll(POLL)) {
        if (first == null) {
          first = polled;
        } else {
          // Never with one record per poll; if it happens, somebody else can start on it.
          consumer.acknowledge(polled, AcknowledgeType.RELEASE);
        }
      }
      if (first != null && !handle(consumer, first)) {
        return;
      }
    }
  }

  /** False when the record's lock was lost, so that a fresh consumer is needed. */
  private boolean handle(
      ShareConsumer<byte[], byte[]> consumer, ConsumerRecord<byte[], byte[]> polled)
      throws InterruptedException {
    if (isStopping()) {
      consumer.acknowledge(polled, AcknowledgeType.RELEASE);
      commit(consumer);
      return true;
    }
    JobQueued job;
    try {
      job = Json.read(polled.value(), JobQueued.class);
    } catch (UnreadableMessageException e) {
      LOG.error(
          "dropping record {} of {}, which is no job: {}",
          polled.offset(),
          polled.topic(),
          e.getMessage());
      consumer.acknowledge(polled, AcknowledgeType.REJECT);
      commit(consumer);
      return true;
    }
    HeldJob held =
        taker.take(
            new QueuedJob(
                job, polled.topic(), polled.offset(), polled.deliveryCount().orElse((short) 1)));
    return hold(consumer, polled, held);
  }

  private static boolean hold(
      ShareConsumer<byte[], byte[]> consumer, ConsumerRecord<byte[], byte[]> polled, HeldJob held)
      throws InterruptedException {
    Duration lock =
        consumer.acquisitionLockTimeoutMs().map(Duration::ofMillis).orElse(DEFAULT_LOCK);
    ConsumerRecord<byte[], byte[]> current = polled;
    Duration pause = FIRST_RENEWAL;
    while (!held.await(pause)) {
      pause = lock.dividedBy(3);
      ConsumerRecord<byte[], byte[]> renewed = renew(consumer, current, lock);
      if (renewed == null) {
        LOG.warn(
            "lost the lock of record {} of {}: the scheduler decides whether the attempt counts",
            current.offset(),
            current.topic());
        awaitEnd(held);
        return false;
      }
      current = renewed;
    }
    consumer.acknowledge(
        current,
        switch (held.disposition()) {
          case ACCEPT -> AcknowledgeType.ACCEPT;
          case RELEASE -> AcknowledgeType.RELEASE;
        });
    return commit(consumer);
  }

  private static void awaitEnd(HeldJob held) throws InterruptedException {
    while (!held.await(Duration.ofMinutes(1))) {
      LOG.debug("a job without its record still runs");
    }
  }

  /** The record as delivered again by the renewal; null when its lock is lost. */
  private static @org.jspecify.annotations.Nullable ConsumerRecord<byte[], byte[]> renew(
      ShareConsumer<byte[], byte[]> consumer,
      ConsumerRecord<byte[], byte[]> current,
      Duration lock) {
    try {
      consumer.acknowledge(current, AcknowledgeType.RENEW);
      if (!commit(consumer)) {
        return null;
      }
      long deadline = System.nanoTime() + lock.toNanos();
      // The client wants to be polled before it takes the next acknowledgement.
      while (System.nanoTime() < deadline) {
        ConsumerRecord<byte[], byte[]> renewed = null;
        for (ConsumerRecord<byte[], byte[]> again : consumer.poll(POLL)) {
          if (again.offset() == current.offset() && again.topic().equals(current.topic())) {
            renewed = again;
          } else {
            // The client had fetched one more when it handed out this one: an idle slot can take
            // it.
            LOG.debug("releasing record {} of {}, fetched ahead", again.offset(), again.topic());
            consumer.acknowledge(again, AcknowledgeType.RELEASE);
            commit(consumer);
          }
        }
        if (renewed != null) {
          return renewed;
        }
      }
    } catch (RuntimeException e) {
      LOG.warn("a record's lock could not be renewed: {}", e.toString());
    }
    return null;
  }

  private static boolean commit(ShareConsumer<byte[], byte[]> consumer) {
    boolean committed = true;
    for (var outcome : consumer.commitSync(COMMIT).entrySet()) {
      if (outcome.getValue().isPresent()) {
        LOG.warn("{}: {}", outcome.getKey(), outcome.getValue().get().toString());
        committed = false;
      }
    }
    return committed;
  }
}
