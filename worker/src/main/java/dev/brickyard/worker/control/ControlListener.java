package dev.brickyard.worker.control;

import dev.brickyard.contracts.ControlCommand;
import dev.brickyard.contracts.Json;
import dev.brickyard.contracts.Topics;
import dev.brickyard.contracts.UnreadableMessageException;
import dev.brickyard.worker.job.RunningJobs;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears the commands given while this worker lives: older ones are about jobs that a claim would
 * not grant any more.
 */
public final class ControlListener implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(ControlListener.class);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final TopicPartition PARTITION = new TopicPartition(Topics.CONTROL, 0);

  private final Supplier<Consumer<String, byte[]>> consumers;
  private final RunningJobs running;
  private final String workerId;
  private final Runnable drain;
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final CountDownLatch listening = new CountDownLatch(1);
  private long position = -1;

  /**
   * @param drain called when this worker is told to take no further job
   */
  public ControlListener(
      Supplier<Consumer<String, byte[]>> consumers,
      RunningJobs running,
      String workerId,
      Runnable drain) {
    this.consumers = consumers;
    this.running = running;
    this.workerId = workerId;
    this.drain = drain;
  }

  /** Ends {@link #run} soon. */
  public void stop() {
    stopping.countDown();
  }

  /** Waits until no command can be missed any more; false when the time was over before. */
  public boolean awaitListening(Duration time) throws InterruptedException {
    return listening.await(time.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public void run() {
    while (stopping.getCount() > 0) {
      try (Consumer<String, byte[]> consumer = consumers.get()) {
        listen(consumer);
      } catch (RuntimeException e) {
        LOG.warn("the control topic cannot be read, trying again: {}", e.toString());
        try {
          if (stopping.await(1, TimeUnit.SECONDS)) {
            return;
          }
        } catch (InterruptedException interrupted) {
          Thread.currentThread().interrupt();
          return;
        }
      }
    }
  }

  private void listen(Consumer<String, byte[]> consumer) {
    consumer.assign(List.of(PARTITION));
    if (position < 0) {
      consumer.seekToEnd(List.of(PARTITION));
    } else {
      consumer.seek(PARTITION, position);
    }
    position = consumer.position(PARTITION);
    listening.countDown();
    while (stopping.getCount() > 0) {
      for (ConsumerRecord<String, byte[]> polled : consumer.poll(POLL)) {
        position = polled.offset() + 1;
        try {
          obey(Json.read(polled.value(), ControlCommand.class));
        } catch (UnreadableMessageException e) {
          LOG.warn("passing over a command: {}", e.getMessage());
        }
      }
    }
  }

  private void obey(ControlCommand command) {
    switch (command) {
      case ControlCommand.CancelJob cancel -> {
        LOG.info("job {} is cancelled", cancel.jobId());
        running.cancel(cancel.buildId(), cancel.jobId());
      }
      case ControlCommand.DrainWorker(int version, Instant at, String worker) -> {
        if (worker.equals(workerId)) {
          LOG.info("told at {} to take no further job (schema {})", at, version);
          drain.run();
        }
      }
    }
  }
}
