package dev.brickyard.cli.client;

import dev.brickyard.contracts.BuildEvent;
import dev.brickyard.contracts.Json;
import dev.brickyard.contracts.LogChunk;
import dev.brickyard.contracts.UnreadableMessageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Follows a build's events and log until both are complete, over as many connections as it takes:
 * when the farm goes away, it goes on after the last event it saw, and gives up only when the farm
 * stays away longer than its patience.
 */
public final class BuildFollower implements AutoCloseable {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
  private static final long LOG_GRACE_SECONDS = 2;

  private final FarmClient client;
  private final UUID build;
  private final Duration patience;
  private final BlockingQueue<Update> updates = new LinkedBlockingQueue<>();
  private final CountDownLatch finished = new CountDownLatch(1);
  private final Thread events;
  private final Thread log;

  /**
   * Starts to follow, from the build's beginning.
   *
   * @param patience how long the farm may be away
   */
  public BuildFollower(FarmClient client, UUID build, Duration patience) {
    this.client = client;
    this.build = build;
    this.patience = patience;
    this.events = Thread.ofVirtual().name("events").start(() -> guarded(this::followEvents));
    this.log = Thread.ofVirtual().name("log").start(() -> guarded(this::followLog));
  }

  /** What came next, in the order of each stream; waits up to a timeout. */
  public Optional<Update> next(Duration timeout) throws InterruptedException {
    return Optional.ofNullable(updates.poll(timeout.toMillis(), TimeUnit.MILLISECONDS));
  }

  @Override
  public void close() {
    events.interrupt();
    log.interrupt();
  }

  /** Work that may be interrupted, or lose the farm. */
  private interface Work {
    void run() throws FarmException, InterruptedException;
  }

  /** One connection's worth of reading; true when there is no more to come. */
  private interface Reading {
    boolean read(Position position) throws IOException, InterruptedException;
  }

  /** Where a stream stands, over all its connections. */
  private static final class Position {
    private String lastEventId = "";
    private long lastContact = System.nanoTime();
    private int failures;

    void reached(SseReader.Event event) {
      lastEventId = event.id();
      reached();
    }

    void reached() {
      lastContact = System.nanoTime();
      failures = 0;
    }
  }

  private void guarded(Work work) {
    try {
      work.run();
    } catch (FarmException e) {
      updates.add(new Update.Lost(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void followEvents() throws FarmException, InterruptedException {
    keepReading(this::readEvents);
    finished.countDown();
  }

  private void followLog() throws FarmException, InterruptedException {
    keepReading(
        position -> {
          try {
            return readLog(position);
          } catch (IOException e) {
            updates.add(new Update.LogBroken());
            throw e;
          }
        });
    updates.add(new Update.LogComplete());
  }

  private void keepReading(Reading reading) throws FarmException, InterruptedException {
    Position position = new Position();
    while (true) {
      try {
        if (reading.read(position)) {
          return;
        }
      } catch (FarmException e) {
        if (!e.farmIsAway()) {
          throw e;
        }
        giveUpOrTell(position, e);
      } catch (IOException e) {
        giveUpOrTell(position, FarmException.unreachable(sentence(e), e));
      }
      position.failures++;
      Thread.sleep(pause(position.failures));
    }
  }

  private String sentence(IOException e) {
    return "the connection to %s broke: %s".formatted(client.server(), e.getMessage());
  }

  private void giveUpOrTell(Position position, FarmException e) throws FarmException {
    if (System.nanoTime() - position.lastContact > patience.toNanos()) {
      throw e;
    }
    if (position.failures == 1) {
      // The first break is often a mere time-out of a silent stream: nothing to tell people.
      updates.add(new Update.Reconnecting(String.valueOf(e.getMessage())));
    }
  }

  private static Duration pause(int failures) {
    Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(failures - 1, 10));
    return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
  }

  private boolean readEvents(Position position) throws IOException, InterruptedException {
    try (SseReader reader =
        new SseReader(client.events("/v1/builds/" + build + "/events", position.lastEventId))) {
      position.reached();
      for (Optional<SseReader.Event> next = reader.next(); next.isPresent(); next = reader.next()) {
        Optional<BuildEvent> event = parse(next.get(), BuildEvent.class);
        if (event.isPresent()) {
          updates.add(new Update.Happened(event.get()));
          if (event.get() instanceof BuildEvent.BuildFinished) {
            return true;
          }
        }
        position.reached(next.get());
      }
    }
    BuildStatus status = client.build(build);
    if (status.state().isFinal()) {
      updates.add(new Update.Ended(status));
      return true;
    }
    return false;
  }

  private boolean readLog(Position position) throws IOException, InterruptedException {
    try (SseReader reader =
        new SseReader(
            client.events("/v1/builds/" + build + "/logs?follow", position.lastEventId))) {
      position.reached();
      updates.add(new Update.LogOpened());
      for (Optional<SseReader.Event> next = reader.next(); next.isPresent(); next = reader.next()) {
        if (next.get().name().equals("log")) {
          parse(next.get(), LogChunk.class)
              .ifPresent(chunk -> updates.add(new Update.Logged(chunk)));
        }
        position.reached(next.get());
      }
    }
    // A stream that ends while the build goes on was cut by a farm that restarts.
    return finished.await(LOG_GRACE_SECONDS, TimeUnit.SECONDS);
  }

  /** The record in an event; empty when this client is too old to know it. */
  private static <T> Optional<T> parse(SseReader.Event event, Class<T> type) {
    try {
      return Optional.of(Json.read(event.data().getBytes(StandardCharsets.UTF_8), type));
    } catch (UnreadableMessageException e) {
      return Optional.empty();
    }
  }
}
