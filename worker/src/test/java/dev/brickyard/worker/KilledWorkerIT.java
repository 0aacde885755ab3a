package dev.brickyard.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.contracts.BuildEvent;
import dev.brickyard.contracts.Outcome;
import dev.brickyard.contracts.Topics;
import dev.brickyard.engine.image.Platform;
import dev.brickyard.worker.TestFarm.Submitted;
import dev.brickyard.worker.kafka.KafkaClients;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the queue does for workers that vanish, and workers for a queue that does. */
class KilledWorkerIT {
  private static TestFarm farm;
  @TempDir Path folder;

  @BeforeAll
  static void startFarm() throws Exception {
    farm = new TestFarm();
  }

  @AfterAll
  static void stopFarm() {
    farm.close();
  }

  @Test
  void recordOfAWorkerThatFellSilentIsDeliveredAgain() throws Exception {
    Platform platform = farm.platform();
    Submitted job = farm.submit(platform, Map.of("Dockerfile", "FROM scratch\n"), "r.test/a:1");
    // A member that takes the record and never says anything again, as one killed with SIGKILL.
    try (ShareConsumer<byte[], byte[]> dead =
        new KafkaClients(Map.of("bootstrap.servers", farm.kafka.bootstrapServers()), "dead")
            .jobs(0)) {
      dead.subscribe(List.of(Topics.jobs(platform.toString())));
      ConsumerRecords<byte[], byte[]> taken = ConsumerRecords.empty();
      long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
      while (taken.isEmpty()) {
        assertThat(System.nanoTime()).isLessThan(deadline);
        taken = dead.poll(Duration.ofMillis(200));
      }

      Worker worker =
          farm.worker(
              "w",
              1,
              folder,
              new ScriptedEngine((request, observer) -> ScriptedEngine.result("image")),
              platform);
      worker.start();
      try {
        List<BuildEvent> events = farm.eventsUntilFinished(job);
        assertThat(((BuildEvent.JobFinished) events.getLast()).outcome())
            .isEqualTo(Outcome.SUCCEEDED);
        assertThat(farm.scheduler.claims().getLast().deliveryCount()).isEqualTo(2);
      } finally {
        worker.stop(Duration.ZERO);
      }
    }
  }

  @Test
  void endOfAJobIsToldOnceKafkaIsBack() throws Exception {
    Platform platform = farm.platform();
    CountDownLatch building = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    Worker worker =
        farm.worker(
            "w",
            1,
            folder,
            new ScriptedEngine(
                (request, observer) -> {
                  building.countDown();
                  release.await();
                  return ScriptedEngine.result("image");
                }),
            platform);
    worker.start();
    try {
      Submitted job = farm.submit(platform, Map.of("Dockerfile", "FROM scratch\n"), "r.test/a:1");
      assertThat(building.await(30, TimeUnit.SECONDS)).isTrue();
      farm.kafka.kill();
      release.countDown();
      farm.kafka.restart();

      List<BuildEvent> events = farm.eventsUntilFinished(job);
      assertThat(((BuildEvent.JobFinished) events.getLast()).outcome())
          .isEqualTo(Outcome.SUCCEEDED);
    } finally {
      worker.stop(Duration.ZERO);
    }
  }
}
