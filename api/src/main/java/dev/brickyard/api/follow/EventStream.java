package dev.brickyard.api.follow;

import dev.brickyard.api.build.BuildReader;
import dev.brickyard.api.build.BuildState;
import dev.brickyard.api.build.PublishedBuildEntity;
import dev.brickyard.contracts.BuildEvent;
import dev.brickyard.contracts.ImageManifest;
import dev.brickyard.contracts.Json;
import dev.brickyard.contracts.Outcome;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Writes a build's events to one client until the build has ended. When the build's last event is
 * not to be had any more (it is older than Kafka keeps events), it is made of what the database
 * says, without an id.
 */
final class EventStream {
  private final Follower follower;
  private final BuildReader builds;
  private final UUID build;
  private final Duration keepAlive;
  private final Duration grace;
  private final Clock clock;

  EventStream(
      Follower follower,
      BuildReader builds,
      UUID build,
      Duration keepAlive,
      Duration grace,
      Clock clock) {
    this.follower = follower;
    this.builds = builds;
    this.build = build;
    this.keepAlive = keepAlive;
    this.grace = grace;
    this.clock = clock;
  }

  /**
   * Returns when the last event was sent or the client is gone.
   *
   * @throws IOException when the client cannot be written to
   */
  void relay(SseOutput out) throws IOException, InterruptedException {
    boolean looked = false;
    while (!out.isGone()) {
      List<Relayed> records = follower.take(out.untilKeepAlive(keepAlive));
      for (Relayed record : records) {
        out.write(record.frame());
        if (record.last()) {
          out.flush();
          return;
        }
      }
      out.flush();
      boolean silent = out.untilKeepAlive(keepAlive).isZero();
      if (silent) {
        out.keepAlive();
      }
      if (records.isEmpty() && follower.isLive() && (silent || !looked)) {
        looked = true;
        Optional<BuildEvent.BuildFinished> missed = missedEnd();
        if (missed.isPresent()) {
          out.write(Relayed.frame("BuildFinished", Json.write(missed.get())));
          out.flush();
          return;
        }
      }
    }
  }

  private Optional<BuildEvent.BuildFinished> missedEnd() {
    return builds
        .status(build)
        .filter(
            status ->
                status.endedAt().filter(at -> at.plus(grace).isBefore(clock.instant())).isPresent())
        .map(status -> finished(status.state(), status.planned(), status.endedAt().orElseThrow()));
  }

  private static BuildEvent.BuildFinished finished(
      BuildState state, @Nullable PublishedBuildEntity build, Instant at) {
    if (build == null) {
      throw new IllegalStateException("ended without having been planned");
    }
    return new BuildEvent.BuildFinished(
        Json.SCHEMA_VERSION,
        build.id,
        at,
        switch (state) {
          case SUCCEEDED -> Outcome.SUCCEEDED;
          case FAILED -> Outcome.FAILED;
          case CANCELED -> Outcome.CANCELED;
          case QUEUED, RUNNING, PUBLISHING ->
              throw new IllegalStateException("a build that is " + state + " has not ended");
        },
        build.imageDigest == null
            ? null
            : new ImageManifest(
                "",
                build.imageMediaType == null ? "" : build.imageMediaType,
                build.imageDigest,
                0,
                build.imageSize == null ? 0 : build.imageSize),
        build.failure);
  }
}
