package dev.brickyard.worker.lease;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.brickyard.contracts.Json;
import dev.brickyard.contracts.LeaseStandings;
import dev.brickyard.contracts.LeaseStandings.State;
import dev.brickyard.worker.claim.SchedulerClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HeldLeasesTest {
  private static final Duration SOON = Duration.ofMillis(5);
  private static final Duration NEVER = Duration.ofHours(1);

  private final Map<UUID, State> states = new ConcurrentHashMap<>();
  private final LinkedBlockingQueue<List<UUID>> questions = new LinkedBlockingQueue<>();
  private HttpServer server;
  private SchedulerClient client;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/internal/v1/leases/standings",
        exchange -> {
          try (exchange) {
            List<UUID> ids =
                Json.read(exchange.getRequestBody().readAllBytes(), LeaseStandings.Question.class)
                    .leaseIds();
            byte[] answer =
                Json.write(
                    new LeaseStandings(
                        1,
                        ids.stream()
                            .map(
                                id ->
                                    new LeaseStandings.Standing(
                                        id, states.getOrDefault(id, State.HELD)))
                            .toList()));
            questions.add(ids);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
          }
        });
    server.start();
    client =
        new SchedulerClient(
            URI.create("http://127.0.0.1:" + server.getAddress().getPort()), "token");
  }

  @AfterEach
  void stop() {
    server.stop(0);
    client.close();
  }

  private HeldLeases held(Duration first, Duration longest, Duration silence) {
    return new HeldLeases(new LeaseClient(client), new HeldLeases.Pauses(first, longest, silence));
  }

  private List<UUID> question() throws InterruptedException {
    List<UUID> question = questions.poll(30, TimeUnit.SECONDS);
    assertThat(question).as("a question").isNotNull();
    return question;
  }

  private static void awaitEnd(CountDownLatch ended) throws InterruptedException {
    assertThat(ended.await(30, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void asksUntilTheLeaseIsGoneAndThenNoMore() throws Exception {
    try (HeldLeases held = held(SOON, SOON, NEVER)) {
      UUID lease = UUID.randomUUID();
      CountDownLatch ended = new CountDownLatch(1);
      HeldLeases.Watch watch = held.watch(lease, false, ended::countDown);
      for (int i = 0; i < 3; i++) {
        assertThat(question()).containsExactly(lease);
      }
      assertThat(watch.state()).isEqualTo(State.HELD);
      states.put(lease, State.FAILED);
      awaitEnd(ended);
      assertThat(watch.state()).isEqualTo(State.FAILED);
      questions.clear();
      assertThat(questions.poll(100, TimeUnit.MILLISECONDS)).isNull();
    }
  }

  @Test
  void aHurriedOneIsAskedForAtOnce() throws Exception {
    try (HeldLeases held = held(NEVER, NEVER, NEVER)) {
      UUID lease = UUID.randomUUID();
      CountDownLatch ended = new CountDownLatch(1);
      HeldLeases.Watch watch = held.watch(lease, true, ended::countDown);
      states.put(lease, State.GONE);
      watch.hurry();
      assertThat(question()).containsExactly(lease);
      awaitEnd(ended);
    }
  }

  @Test
  void manyAreOneQuestion() throws Exception {
    try (HeldLeases held = held(Duration.ofMillis(300), NEVER, NEVER)) {
      List<UUID> leases = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        leases.add(UUID.randomUUID());
        held.watch(leases.getLast(), false, () -> {});
      }
      List<UUID> asked = new ArrayList<>();
      int count = 0;
      while (asked.size() < leases.size()) {
        asked.addAll(question());
        count++;
      }
      assertThat(asked).containsExactlyInAnyOrderElementsOf(leases);
      assertThat(count).isLessThan(10);
    }
  }

  @Test
  void whatIsNoLongerWatchedIsNotAskedFor() throws Exception {
    try (HeldLeases held = held(SOON, SOON, NEVER)) {
      UUID one = UUID.randomUUID();
      UUID two = UUID.randomUUID();
      HeldLeases.Watch closed = held.watch(one, false, () -> {});
      question();
      closed.close();
      held.watch(two, false, () -> {});
      List<UUID> asked = question();
      while (!asked.contains(two)) {
        asked = question();
      }
      assertThat(question()).containsExactly(two);
    }
  }

  @Test
  void aSchedulerThatStaysSilentEndsTheWait() throws Exception {
    try (HeldLeases held = held(SOON, SOON, Duration.ofMillis(200))) {
      CountDownLatch ended = new CountDownLatch(1);
      HeldLeases.Watch watch = held.watch(UUID.randomUUID(), false, ended::countDown);
      question();
      assertThat(watch.state()).isEqualTo(State.HELD);
      server.stop(0);
      awaitEnd(ended);
      assertThat(watch.state()).isEqualTo(State.GONE);
    }
  }
}
