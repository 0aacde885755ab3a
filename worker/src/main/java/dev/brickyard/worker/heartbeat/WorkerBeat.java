package dev.brickyard.worker.heartbeat;

import dev.brickyard.contracts.Json;
import dev.brickyard.contracts.Topics;
import dev.brickyard.contracts.WorkerHeartbeat;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says on the workers topic, every few seconds, that this worker lives and how busy it is. */
public final class WorkerBeat implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerBeat.class);

  /** How long Kafka may take for one; the producer gives up by then too. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** What a heartbeat says at a moment. */
  @FunctionalInterface
  public interface Status {
    WorkerHeartbeat at(Instant now);
  }

  private final Supplier<Producer<String, byte[]>> producer;
  private final Status status;
  private final Duration period;
  private final Clock clock;
  private volatile Optional<Instant> heard = Optional.empty();

  public WorkerBeat(
      Supplier<Producer<String, byte[]>> producer, Status status, Duration period, Clock clock) {
    this.producer = producer;
    this.status = status;
    this.period = period;
    this.clock = clock;
  }

  /** Beats until interrupted. */
  @Override
  public void run() {
    try {
      while (true) {
        beat();
        Thread.sleep(period);
      }
    } catch (InterruptedException e) {
      // Ended.
    }
  }

  /** Beats once; a Kafka that does not answer is noted, not thrown. */
  public void beat() throws InterruptedException {
    Instant now = clock.instant();
    WorkerHeartbeat heartbeat = status.at(now);
    try {
      producer
          .get()
          .send(new ProducerRecord<>(Topics.WORKERS, heartbeat.workerId(), Json.write(heartbeat)))
          .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      heard = Optional.of(now);
    } catch (ExecutionException | TimeoutException | RuntimeException e) {
      LOG.warn("the farm did not hear of this worker: {}", e.toString());
    }
  }

  /** True when Kafka took a heartbeat not long ago. */
  public boolean isHeard() {
    return heard.filter(at -> at.plus(period.multipliedBy(4)).isAfter(clock.instant())).isPresent();
  }
}
