package dev.brickyard.scheduler;

import dev.brickyard.contracts.SecretSeal;
import dev.brickyard.contracts.Topics;
import dev.brickyard.scheduler.attempt.Heartbeats;
import dev.brickyard.scheduler.event.WorkerEvents;
import dev.brickyard.scheduler.garbage.CollectionRunner;
import dev.brickyard.scheduler.lease.Leases;
import dev.brickyard.scheduler.queue.FarmTopics;
import dev.brickyard.scheduler.queue.Outbox;
import dev.brickyard.scheduler.queue.UnclaimedJobs;
import dev.brickyard.scheduler.stream.TopicReader;
import dev.brickyard.scheduler.submission.Submissions;
import dev.brickyard.scheduler.worker.Workers;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Starts what the scheduler does by itself, once Kafka is there and the topics exist, and stops it.
 * It waits for Kafka as long as that takes, says so, and is not ready meanwhile.
 */
@Singleton
public class SchedulerLife {
  private static final Logger LOG = Logger.getLogger(SchedulerLife.class);
  private static final Duration BETWEEN_TRIES = Duration.ofSeconds(1);

  /**
   * Events are written in batches, so that the rows of a quick build's steps are not locked while
   * its worker reports. Its end, and all of its steps, come with that report before these do.
   */
  private static final Duration EVENTS_LINGER = Duration.ofMillis(100);

  private final FarmTopics topics;
  private final Submissions submissions;
  private final WorkerEvents events;
  private final Workers workers;
  private final Heartbeats heartbeats;
  private final Outbox outbox;
  private final Leases leases;
  private final UnclaimedJobs unclaimed;
  private final CollectionRunner collections;
  private final SchedulerConfiguration configuration;
  private final Map<String, Object> kafka;
  private final String servers;

  private final List<TopicReader> readers = new CopyOnWriteArrayList<>();
  private final ScheduledExecutorService sweeps =
      Executors.newScheduledThreadPool(3, Thread.ofPlatform().name("sweep-", 0).factory());
  private volatile boolean started;

  SchedulerLife(
      FarmTopics topics,
      Submissions submissions,
      WorkerEvents events,
      Workers workers,
      Heartbeats heartbeats,
      Outbox outbox,
      Leases leases,
      UnclaimedJobs unclaimed,
      CollectionRunner collections,
      SchedulerConfiguration configuration,
      @Identifier("default-kafka-broker") Map<String, Object> kafka,
      @ConfigProperty(name = "kafka.bootstrap.servers") String servers) {
    this.topics = topics;
    this.submissions = submissions;
    this.events = events;
    this.workers = workers;
    this.heartbeats = heartbeats;
    this.outbox = outbox;
    this.leases = leases;
    this.unclaimed = unclaimed;
    this.collections = collections;
    this.configuration = configuration;
    this.kafka = kafka;
    this.servers = servers;
  }

  void start(@Observes StartupEvent event) {
    if (configuration.internalToken().isBlank()) {
      throw new IllegalArgumentException("brickyard.internal-token must not be blank");
    }
    // A bad key is noticed now rather than with the first secret.
    configuration
        .secrets()
        .key()
        .ifPresent(
            key -> {
              var _ = SecretSeal.of(key);
            });
    sweeps.execute(this::startWhenKafkaIsThere);
  }

  private void startWhenKafkaIsThere() {
    try {
      topics.createAll();
    } catch (KafkaException e) {
      LOG.warnf("waiting for Kafka at %s: %s", servers, reason(e));
      // It catches what goes wrong; stopping ends it.
      var _ =
          sweeps.schedule(
              this::startWhenKafkaIsThere, BETWEEN_TRIES.toMillis(), TimeUnit.MILLISECONDS);
      return;
    }
    readers.add(read(Topics.SUBMISSIONS, Duration.ZERO, submissions));
    readers.add(read(Topics.EVENTS, EVENTS_LINGER, events));
    readers.add(read(Topics.WORKERS, EVENTS_LINGER, workers));
    SchedulerConfiguration.Sweep sweep = configuration.sweep();
    repeat("submissions", sweep.submissions(), submissions::sweep);
    repeat("outbox", sweep.outbox(), outbox::sweep);
    repeat("collections", configuration.garbage().look(), collections::sweep);
    repeat("attempts", sweep.attempts(), heartbeats::sweep);
    repeat("leases", sweep.leases(), leases::sweep);
    repeat("unclaimed jobs", sweep.unclaimed(), unclaimed::sweep);
    started = true;
    LOG.infof("topics exist, reading from Kafka at %s", servers);
  }

  private TopicReader read(String topic, Duration linger, TopicReader.Handler handler) {
    // A group for each topic, so that they do not wait for each other when members change.
    return new TopicReader(kafka, "brickyard.scheduler." + topic, topic, linger, handler);
  }

  private void repeat(String name, Duration pause, Runnable sweep) {
    // Each run catches what goes wrong; stopping ends it.
    var _ =
        sweeps.scheduleWithFixedDelay(
            () -> {
              try {
                sweep.run();
              } catch (RuntimeException e) {
                LOG.warnf("the sweep of %s failed and runs again: %s", name, e.getMessage());
              }
            },
            0,
            pause.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  private static String reason(KafkaException e) {
    Throwable cause = e.getCause();
    return cause == null ? e.toString() : cause.toString();
  }

  /** Whether everything it reads is being read. */
  public boolean working() {
    return started && readers.stream().allMatch(TopicReader::reading);
  }

  void stop(@Observes ShutdownEvent event) {
    sweeps.shutdownNow();
    readers.forEach(TopicReader::close);
  }
}
