package dev.brickyard.api.follow;

import dev.brickyard.api.build.BuildReader;
import dev.brickyard.api.build.BuildState;
import dev.brickyard.contracts.Json;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/**
 * Writes a build's log chunks to one client until the build has ended, and then an event {@code
 * end}. All chunks are in Kafka before the build's end is, so what the partition holds at that
 * moment is everything.
 */
final class LogStream {
  /** The data of the event {@code end}. */
  record End(UUID buildId, BuildState state) {}

  private final Follower follower;
  private final TopicTail events;
  private final BuildReader builds;
  private final UUID build;
  private final Duration keepAlive;
  private volatile boolean ended;

  LogStream(
      Follower follower, TopicTail events, BuildReader builds, UUID build, Duration keepAlive) {
    this.follower = follower;
    this.events = events;
    this.builds = builds;
    this.build = build;
    this.keepAlive = keepAlive;
  }

  /**
   * Returns when everything was sent or the client is gone.
   *
   * @return how many chunks were sent
   * @throws IOException when the client cannot be written to
   */
  long relay(SseOutput out) throws IOException, InterruptedException {
    long sent = 0;
    try (TopicTail.Watch _ = events.watchEnd(build, this::end)) {
      // After the watch began, so that the end is in the one or the other.
      ended |= state().isFinal();
      while (!ended && !out.isGone()) {
        sent += write(follower.take(out.untilKeepAlive(keepAlive)), out);
        if (out.untilKeepAlive(keepAlive).isZero()) {
          out.keepAlive();
          ended |= state().isFinal();
        }
      }
    }
    long end = follower.end();
    while (follower.next() < end && !out.isGone()) {
      sent += write(follower.takeUntil(end), out);
    }
    return sent;
  }

  /** Tells the client that there is no more. */
  void finish(SseOutput out) throws IOException {
    out.write(Relayed.frame("end", Json.write(new End(build, state()))));
    out.flush();
  }

  private BuildState state() {
    return builds.status(build).map(BuildReader.Status::state).orElse(BuildState.CANCELED);
  }

  private void end() {
    ended = true;
    follower.wake();
  }

  private static int write(List<Relayed> records, SseOutput out) throws IOException {
    for (Relayed record : records) {
      out.write(record.frame());
    }
    out.flush();
    return records.size();
  }
}
