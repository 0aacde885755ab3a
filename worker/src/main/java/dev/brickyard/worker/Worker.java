package dev.brickyard.worker;

import dev.brickyard.contracts.Json;
import dev.brickyard.contracts.Topics;
import dev.brickyard.contracts.WorkerHeartbeat;
import dev.brickyard.engine.BuildEngine;
import dev.brickyard.engine.image.Platform;
import dev.brickyard.storage.context.ContextStore;
import dev.brickyard.storage.log.LogStore;
import dev.brickyard.storage.object.ObjectStore;
import dev.brickyard.worker.claim.Claims;
import dev.brickyard.worker.claim.SchedulerClient;
import dev.brickyard.worker.control.ControlListener;
import dev.brickyard.worker.heartbeat.WorkerBeat;
import dev.brickyard.worker.job.JobRunner;
import dev.brickyard.worker.job.JobWork;
import dev.brickyard.worker.job.RunningJob;
import dev.brickyard.worker.job.RunningJobs;
import dev.brickyard.worker.job.StopReason;
import dev.brickyard.worker.kafka.KafkaClients;
import dev.brickyard.worker.lease.FarmLeases;
import dev.brickyard.worker.progress.KafkaFacts;
import dev.brickyard.worker.queue.QueueSlot;
import dev.brickyard.worker.use.UseReporter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker of the farm, from its start to its graceful stop: waits for the farm's topics, takes the
 * jobs of each queue that is there in its slots, listens to commands, says that it lives.
 */
public final class Worker {
  private static final Logger LOG = LoggerFactory.getLogger(Worker.class);
  private static final Duration TOPICS_AGAIN = Duration.ofMillis(500);
  private static final Duration HAND_BACK = Duration.ofSeconds(30);

  private final WorkerSettings settings;
  private final KafkaClients kafka;
  private final RunningJobs running = new RunningJobs();
  private final Producer<String, byte[]> factsProducer;
  private final Producer<String, byte[]> beatProducer;
  private final FarmLeases leases;
  private final WorkerBeat beat;
  private final ControlListener control;
  private final List<QueueSlot> slots = new ArrayList<>();
  private final List<Thread> slotThreads = new ArrayList<>();
  private final CountDownLatch taking = new CountDownLatch(1);
  private final CountDownLatch stopped = new CountDownLatch(1);
  private volatile WorkerHeartbeat.State state = WorkerHeartbeat.State.READY;
  private final Thread beatThread;
  private final Thread controlThread;
  private final Thread bootThread;

  /**
   * Sets everything up; nothing runs before {@link #start}. None of the parts is closed by this.
   */
  public Worker(
      WorkerSettings settings,
      KafkaClients kafka,
      SchedulerClient scheduler,
      BuildEngine engine,
      ObjectStore objects,
      Clock clock) {
    this.settings = settings;
    this.kafka = kafka;
    this.factsProducer = kafka.facts();
    this.beatProducer = kafka.heartbeats();
    this.leases = new FarmLeases(scheduler, kafka::logs);
    this.beat = new WorkerBeat(() -> beatProducer, this::status, settings.heartbeat(), clock);
    this.control = new ControlListener(kafka::reader, running, settings.id(), this::drain);
    JobRunner runner =
        new JobRunner(
            new Claims(scheduler, settings.id()),
            scheduler,
            new JobWork(
                engine,
                new ContextStore(objects),
                leases,
                new UseReporter(objects),
                settings.allowed()),
            new KafkaFacts(factsProducer),
            new LogStore(objects),
            settings.spool(),
            running,
            settings.id(),
            () -> state == WorkerHeartbeat.State.READY,
            clock);
    // One queue a slot: Kafka spreads the queues of members that read several over them, and with
    // one partition each, a platform would have one member only, whatever the number of slots.
    for (String queue : queues()) {
      for (int i = 0; i < settings.slots(); i++) {
        int number = slots.size();
        QueueSlot slot = new QueueSlot(() -> kafka.jobs(number), queue, runner);
        slots.add(slot);
        slotThreads.add(Thread.ofVirtual().name("slot-" + number).unstarted(slot));
      }
    }
    this.beatThread = Thread.ofVirtual().name("beat").unstarted(beat);
    this.controlThread = Thread.ofVirtual().name("control").unstarted(control);
    this.bootThread = Thread.ofVirtual().name("boot").unstarted(this::boot);
  }

  /** Begins; returns at once, also while Kafka is not there yet. */
  public void start() {
    LOG.info(
        "worker {} offers {} with {} slots each",
        settings.id(),
        settings.platforms(),
        settings.slots());
    bootThread.start();
  }

  private void boot() {
    try {
      awaitTopics(Set.of(Topics.EVENTS, Topics.LOGS, Topics.CONTROL, Topics.WORKERS), Set::isEmpty);
      // The scheduler makes the queues of platforms that somebody says to offer.
      beatThread.start();
      controlThread.start();
      while (!control.awaitListening(Duration.ofSeconds(30))) {
        LOG.warn("still waiting for the control topic");
      }
      Set<String> waiting = new HashSet<>(queues());
      while (!waiting.isEmpty()) {
        Set<String> before = Set.copyOf(waiting);
        Set<String> missing = awaitTopics(before, rest -> rest.size() < before.size());
        waiting.retainAll(missing);
        serve(before, missing);
      }
    } catch (InterruptedException e) {
      LOG.debug("stopped before the farm was there");
    }
  }

  /** Starts the slots of the queues that are no longer missing. */
  private void serve(Set<String> queues, Set<String> missing) {
    for (int i = 0; i < slots.size(); i++) {
      String queue = slots.get(i).queue();
      if (queues.contains(queue) && !missing.contains(queue)) {
        slotThreads.get(i).start();
      }
    }
    taking.countDown();
  }

  private List<String> queues() {
    return settings.platforms().stream().map(Platform::toString).map(Topics::jobs).toList();
  }

  /**
   * Waits for topics.
   *
   * @param enough whether to go on without those that are missing
   * @return what is missing
   */
  private Set<String> awaitTopics(Set<String> wanted, Predicate<Set<String>> enough)
      throws InterruptedException {
    try (Admin admin = kafka.admin()) {
      boolean said = false;
      while (true) {
        Set<String> missing = new HashSet<>(wanted);
        try {
          missing.removeAll(admin.listTopics().names().get(10, TimeUnit.SECONDS));
          if (enough.test(missing)) {
            return missing;
          }
        } catch (ExecutionException | TimeoutException e) {
          LOG.debug("no topics yet: {}", e.toString());
        }
        if (!said) {
          LOG.info("waiting for the topics {}", missing);
          said = true;
        }
        Thread.sleep(TOPICS_AGAIN);
      }
    }
  }

  private WorkerHeartbeat status(Instant now) {
    return new WorkerHeartbeat(
        Json.SCHEMA_VERSION,
        settings.id(),
        now,
        state,
        settings.platforms().stream().map(Platform::toString).toList(),
        capacity(),
        running.count(),
        settings.version());
  }

  /** True while it is a member of a queue and wants jobs. */
  public boolean isTaking() {
    return taking.getCount() == 0 && state == WorkerHeartbeat.State.READY;
  }

  /** True when Kafka took a heartbeat not long ago. */
  public boolean isHeard() {
    return beat.isHeard();
  }

  /** How many jobs it runs at once, of all platforms together. */
  public int capacity() {
    return slots.size();
  }

  /** How many jobs run now. */
  public int busy() {
    return running.count();
  }

  /** How its builds share their work with others of the farm. */
  public FarmLeases leases() {
    return leases;
  }

  /** Takes no further job; what runs goes on. */
  public void drain() {
    if (state == WorkerHeartbeat.State.READY) {
      state = WorkerHeartbeat.State.DRAINING;
    }
    slots.forEach(QueueSlot::stop);
  }

  /**
   * Stops: takes nothing more, lets what runs end, and hands back what has not ended by then. When
   * it returns, no job is running here and every record was given back.
   *
   * @param grace how long running jobs may take to end
   */
  public void stop(Duration grace) throws InterruptedException {
    if (stopped.getCount() == 0) {
      return;
    }
    stopped.countDown();
    drain();
    bootThread.interrupt();
    if (bootThread.getState() != Thread.State.NEW) {
      bootThread.join();
    }
    if (!awaitSlots(grace)) {
      for (RunningJob job : running.all()) {
        LOG.info("handing back job {}", job.queued().job().jobId());
        job.stop(StopReason.SHUTDOWN);
      }
      if (!awaitSlots(HAND_BACK)) {
        LOG.error("{} jobs did not stop; the queue takes them back by itself", running.count());
        slotThreads.forEach(Thread::interrupt);
      }
    }
    state = WorkerHeartbeat.State.STOPPED;
    control.stop();
    if (beatThread.getState() != Thread.State.NEW) {
      beatThread.interrupt();
      beatThread.join();
      if (controlThread.getState() != Thread.State.NEW) {
        controlThread.join();
      }
      beat.beat();
    }
    leases.close();
    factsProducer.close(Duration.ofSeconds(5));
    beatProducer.close(Duration.ofSeconds(1));
    LOG.info("worker {} has stopped", settings.id());
  }

  private boolean awaitSlots(Duration time) throws InterruptedException {
    long deadline = System.nanoTime() + time.toNanos();
    boolean ended = true;
    for (Thread thread : slotThreads) {
      if (thread.getState() != Thread.State.NEW) {
        ended &= thread.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
      }
    }
    return ended;
  }
}
