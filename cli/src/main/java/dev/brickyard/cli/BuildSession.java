package dev.brickyard.cli;

import dev.brickyard.cli.client.BuildFollower;
import dev.brickyard.cli.client.BuildStatus;
import dev.brickyard.cli.client.FarmException;
import dev.brickyard.cli.client.Update;
import dev.brickyard.cli.progress.Progress;
import dev.brickyard.contracts.BuildEvent;
import dev.brickyard.contracts.Failure;
import dev.brickyard.contracts.LogChunk;
import dev.brickyard.contracts.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Shows a build until it ends. Events and output come over two connections; each is held back for a
 * moment so that they are shown in the order they happened.
 */
final class BuildSession {
  private static final Duration TICK = Duration.ofMillis(100);
  private static final Duration HOLD = Duration.ofMillis(120);

  /** How long the rest of the output may take once the build has ended. */
  private static final Duration LOG_PATIENCE = Duration.ofSeconds(5);

  /**
   * How a build ended.
   *
   * @param digest of the image; null unless it succeeded
   */
  record Ending(Outcome outcome, @Nullable String digest, @Nullable Failure failure) {}

  /** An update that waits for its turn. */
  private record Held(Update update, Instant at, long number, long arrived) {}

  private final BuildFollower follower;
  private final Progress progress;
  private final PriorityQueue<Held> held =
      new PriorityQueue<>(Comparator.comparing(Held::at).thenComparingLong(Held::number));
  private long count;
  private final List<LogChunk> early = new ArrayList<>();
  private boolean logComplete;
  private boolean logBroken;
  private long logOpenedAt = System.nanoTime();
  private @Nullable Ending ending;
  private long endedAt;

  BuildSession(BuildFollower follower, Progress progress) {
    this.follower = follower;
    this.progress = progress;
  }

  /**
   * Shows everything and waits for the end.
   *
   * @throws FarmException when the farm was away for too long, or refuses to tell
   */
  Ending run() throws FarmException, InterruptedException {
    long ticked = System.nanoTime();
    while (ending == null || !restHasArrived()) {
      Optional<Update> update = follower.next(TICK);
      if (update.isPresent()) {
        take(update.get());
      }
      release(HOLD);
      if (System.nanoTime() - ticked >= TICK.toNanos()) {
        progress.tick();
        ticked = System.nanoTime();
      }
    }
    release(Duration.ZERO);
    progress.finish();
    return ending;
  }

  private boolean restHasArrived() {
    return logComplete || System.nanoTime() - endedAt > LOG_PATIENCE.toNanos();
  }

  private void take(Update update) throws FarmException {
    switch (update) {
      case Update.Happened happened -> {
        hold(update, happened.event().at());
        if (happened.event() instanceof BuildEvent.BuildFinished end) {
          end(
              new Ending(
                  end.outcome(), end.image() == null ? null : end.image().digest(), end.failure()));
        }
      }
      case Update.Logged logged -> hold(update, logged.chunk().at());
      case Update.Ended ended -> end(endingOf(ended.status()));
      case Update.LogComplete _ -> logComplete = true;
      case Update.LogBroken _ -> logBroken = true;
      case Update.LogOpened _ -> {
        logBroken = false;
        logOpenedAt = System.nanoTime();
      }
      case Update.Reconnecting reconnecting ->
          progress.notice(reconnecting.reason() + " (trying again)");
      case Update.Lost lost -> {
        if (ending == null) {
          throw lost.cause();
        }
        logComplete = true;
      }
    }
  }

  private static Ending endingOf(BuildStatus status) {
    return new Ending(
        switch (status.state()) {
          case SUCCEEDED -> Outcome.SUCCEEDED;
          case CANCELED -> Outcome.CANCELED;
          case FAILED, QUEUED, RUNNING, PUBLISHING -> Outcome.FAILED;
        },
        status.image() == null ? null : status.image().digest(),
        status.failure());
  }

  private void end(Ending how) {
    ending = how;
    endedAt = System.nanoTime();
  }

  private void hold(Update update, Instant at) {
    held.add(new Held(update, at, count++, System.nanoTime()));
  }

  /** Shows what has waited long enough, and with it whatever happened before that. */
  private void release(Duration hold) {
    long now = System.nanoTime();
    boolean logLags = logBroken || now - logOpenedAt < hold.toNanos();
    if (logLags && !hold.isZero() && !logComplete) {
      // Output that is late would be shown after the end of its step.
      return;
    }
    Optional<Held> newest =
        held.stream()
            .filter(item -> now - item.arrived() >= hold.toNanos())
            .max(Comparator.comparing(Held::at).thenComparingLong(Held::number));
    if (newest.isEmpty()) {
      return;
    }
    Held next;
    do {
      next = held.remove();
      show(next.update());
    } while (next.number() != newest.get().number());
  }

  private void show(Update update) {
    if (update instanceof Update.Happened(BuildEvent event)) {
      progress.event(event);
      early.removeIf(this::showOrDrop);
    } else if (update instanceof Update.Logged(LogChunk chunk) && !showOrDrop(chunk)) {
      early.add(chunk);
    }
  }

  /** Shows output of a step that has begun; false when its step is not known yet. */
  private boolean showOrDrop(LogChunk chunk) {
    return switch (progress.view().placeOf(chunk)) {
      case CURRENT -> {
        progress.log(chunk);
        yield true;
      }
      case OVER -> true;
      case AHEAD -> false;
    };
  }
}
