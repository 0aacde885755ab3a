package dev.brickyard.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.engine.StepId;
import dev.brickyard.engine.cache.CacheScope;
import dev.brickyard.engine.cache.LeaseKey;
import dev.brickyard.engine.cache.StepLeases;
import dev.brickyard.engine.cache.StepLeases.Ending;
import dev.brickyard.engine.cache.StepLeases.Granted;
import dev.brickyard.engine.cache.StepLeases.HeldElsewhere;
import dev.brickyard.engine.cache.StepLeasesContract;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.worker.claim.SchedulerClient;
import dev.brickyard.worker.kafka.KafkaClients;
import dev.brickyard.worker.lease.FarmLeases;
import dev.brickyard.worker.progress.Attempt;
import dev.brickyard.worker.progress.KafkaFacts;
import dev.brickyard.worker.progress.ProgressReporter;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.Producer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The contract between two workers, over HTTP and real Kafka; and what is the worker's own. */
class FarmLeasesIT extends StepLeasesContract {
  private static final StepId RUN = new StepId("main-2");
  private static TestFarm farm;
  private static final AtomicInteger CONSUMERS = new AtomicInteger();
  private static final List<SchedulerClient> CLIENTS = new ArrayList<>();
  private static final List<FarmLeases> WORKERS = new ArrayList<>();
  private static Producer<String, byte[]> producer;

  private final List<ProgressReporter> reporters = new ArrayList<>();
  private int members;

  /** Each test has scopes of its own, since all share a farm. */
  private final CacheScope scope = new CacheScope(UUID.randomUUID().toString());

  @BeforeAll
  static void start() throws Exception {
    farm = new TestFarm();
    KafkaClients kafka =
        new KafkaClients(Map.of("bootstrap.servers", farm.kafka.bootstrapServers()), "leases");
    producer = kafka.facts();
    for (int i = 0; i < 2; i++) {
      SchedulerClient client = new SchedulerClient(farm.scheduler.url(), TestScheduler.TOKEN);
      CLIENTS.add(client);
      WORKERS.add(
          new FarmLeases(
              client,
              () -> {
                CONSUMERS.incrementAndGet();
                return kafka.logs();
              }));
    }
  }

  @AfterAll
  static void stopFarm() {
    WORKERS.forEach(FarmLeases::close);
    CLIENTS.forEach(SchedulerClient::close);
    producer.close(Duration.ofSeconds(1));
    farm.close();
  }

  @AfterEach
  void finish() throws Exception {
    for (ProgressReporter reporter : reporters) {
      reporter.finish();
    }
  }

  private final class Build implements Member {
    final UUID jobId = UUID.randomUUID();
    final ProgressReporter reporter;
    final StepLeases leases;

    Build() {
      Attempt attempt = new Attempt(UUID.randomUUID(), jobId, 1);
      farm.scheduler.leases().add(attempt.buildId(), jobId);
      reporter =
          new ProgressReporter(attempt, new KafkaFacts(producer), entry -> {}, Clock.systemUTC());
      reporters.add(reporter);
      leases = WORKERS.get(members++ % 2).of(attempt, reporter::mark);
    }

    @Override
    public StepLeases leases() {
      return (key, step) ->
          leases.acquire(
              new LeaseKey(
                  key.kind(), new CacheScope(scope.name() + "-" + key.scope().name()), key.name()),
              step);
    }

    @Override
    public void says(StepId step, boolean stderr, String text) {
      reporter.log(step, stderr, text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void dies() throws Exception {
      // What it said so far got out, what it would say no longer does.
      reporter.mark().durable().get(10, TimeUnit.SECONDS);
      farm.scheduler.leases().lose(jobId);
    }
  }

  @Override
  protected Member member() {
    return new Build();
  }

  private LeaseKey key(String name) {
    return LeaseKey.step(scope, Digest.of(name));
  }

  @Test
  void aSlowListenerGetsAllOfALongLog() throws Exception {
    Build one = new Build();
    Granted lease = (Granted) one.leases.acquire(key("long"), RUN);
    HeldElsewhere held = (HeldElsewhere) new Build().leases.acquire(key("long"), RUN);
    ByteArrayOutputStream heard = new ByteArrayOutputStream();
    AtomicInteger writes = new AtomicInteger();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Ending> ending =
          threads.submit(
              () -> {
                Ending how = Ending.STILL_HELD;
                while (how == Ending.STILL_HELD) {
                  how =
                      held.follow(
                          (stderr, chunk) -> {
                            if (writes.incrementAndGet() < 20) {
                              // Slower than what it listens to, so that what waits has no room.
                              java.util.concurrent.locks.LockSupport.parkNanos(50_000_000);
                            }
                            heard.writeBytes(chunk);
                          });
                }
                return how;
              });
      StringBuilder said = new StringBuilder();
      for (int i = 0; said.length() < 24 << 20; i++) {
        String line = i + " " + "x".repeat(20_000) + "\n";
        one.says(RUN, false, line);
        said.append(line);
      }
      lease.close();
      assertThat(ending.get(60, TimeUnit.SECONDS)).isEqualTo(Ending.GONE);
      assertThat(heard.toString(StandardCharsets.UTF_8).equals(said.toString())).isTrue();
    }
  }

  @Test
  void manyWhoWaitAskTogetherAndReadWithOneConsumer() throws Exception {
    Build one = new Build();
    Granted lease = (Granted) one.leases.acquire(key("many"), RUN);
    int consumers = CONSUMERS.get();
    int questions = farm.scheduler.leases().questions();
    long begun = System.nanoTime();
    List<Future<String>> waiting = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 100; i++) {
        HeldElsewhere held = (HeldElsewhere) new Build().leases.acquire(key("many"), RUN);
        waiting.add(
            threads.submit(
                () -> {
                  ByteArrayOutputStream heard = new ByteArrayOutputStream();
                  while (held.follow((stderr, chunk) -> heard.writeBytes(chunk))
                      == Ending.STILL_HELD) {
                    Thread.onSpinWait();
                  }
                  return heard.toString(StandardCharsets.UTF_8);
                }));
      }
      for (int i = 0; i < 20; i++) {
        one.says(RUN, false, i + "\n");
        TimeUnit.MILLISECONDS.sleep(50);
      }
      lease.close();
      for (Future<String> future : waiting) {
        assertThat(future.get(60, TimeUnit.SECONDS)).startsWith("0\n1\n").endsWith("18\n19\n");
      }
    }
    // Two workers, each asking 20 times a second at most.
    double seconds = (System.nanoTime() - begun) / 1e9;
    assertThat(farm.scheduler.leases().questions() - questions).isLessThan((int) (seconds * 60));
    assertThat(CONSUMERS.get() - consumers).isLessThanOrEqualTo(2);
  }

  @Test
  void withoutASchedulerEverythingIsGrantedSoon() throws Exception {
    Build one = new Build();
    FarmLeases worker = WORKERS.getFirst();
    Build two = members % 2 == 0 ? new Build() : one;
    long before = worker.uncertain() + WORKERS.getLast().uncertain();
    farm.scheduler.goAway();
    try {
      long asked = System.nanoTime();
      for (int i = 0; i < 50; i++) {
        Granted granted = (Granted) two.leases.acquire(key("away-" + i), RUN);
        assertThat(granted.certain()).isFalse();
        granted.close();
      }
      assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(5));
      assertThat(worker.uncertain() + WORKERS.getLast().uncertain() - before).isEqualTo(50);
    } finally {
      farm.scheduler.comeBack();
    }
    // Once the rest is over, it asks again.
    TestFarm.await(
        "certain again",
        () -> {
          try {
            Granted granted = (Granted) two.leases.acquire(key(UUID.randomUUID().toString()), RUN);
            granted.close();
            return granted.certain();
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        });
  }

  @Test
  void whoWaitsWhileTheSchedulerIsAwayHearsTheEndWhenItIsBack() throws Exception {
    Build one = new Build();
    Granted lease = (Granted) one.leases.acquire(key("back"), RUN);
    HeldElsewhere held = (HeldElsewhere) new Build().leases.acquire(key("back"), RUN);
    ByteArrayOutputStream heard = new ByteArrayOutputStream();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Ending> ending =
          threads.submit(() -> held.follow((stderr, chunk) -> heard.writeBytes(chunk)));
      one.says(RUN, false, "a\n");
      farm.scheduler.goAway();
      one.says(RUN, false, "b\n");
      // Cannot be given back now; is given back later.
      lease.close();
      farm.scheduler.comeBack();
      Ending how = ending.get(60, TimeUnit.SECONDS);
      while (how == Ending.STILL_HELD) {
        how = held.follow((stderr, chunk) -> heard.writeBytes(chunk));
      }
      assertThat(how).isEqualTo(Ending.GONE);
      assertThat(heard.toString(StandardCharsets.UTF_8)).isEqualTo("a\nb\n");
    }
  }
}
