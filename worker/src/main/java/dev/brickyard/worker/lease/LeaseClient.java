package dev.brickyard.worker.lease;

import dev.brickyard.contracts.Json;
import dev.brickyard.contracts.LeaseAnswer;
import dev.brickyard.contracts.LeaseRequest;
import dev.brickyard.contracts.LeaseStandings;
import dev.brickyard.worker.claim.SchedulerClient;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The scheduler's calls about leases, each tried once and not for long. */
final class LeaseClient {
  /** A step can wait this long for an answer that it can do without. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private static final String LEASES = "/internal/v1/leases";
  private static final byte[] NOTHING = {};

  private final SchedulerClient scheduler;

  LeaseClient(SchedulerClient scheduler) {
    this.scheduler = scheduler;
  }

  /**
   * Asks for a lease.
   *
   * @return empty when the attempt no longer holds its job
   * @throws IOException when the scheduler did not answer; it may have granted the lease
   */
  Optional<LeaseAnswer> acquire(LeaseRequest request) throws IOException, InterruptedException {
    SchedulerClient.Reply reply = scheduler.call("POST", LEASES, Json.write(request), PATIENCE);
    return switch (reply.status()) {
      case 200 -> Optional.of(Json.read(reply.body(), LeaseAnswer.class));
      case 409 -> Optional.empty();
      default -> throw reply.unexpected();
    };
  }

  /** How leases stand; all that were asked for are in the answer. */
  Map<UUID, LeaseStandings.State> standings(Collection<UUID> leaseIds)
      throws IOException, InterruptedException {
    Map<UUID, LeaseStandings.State> standings = new HashMap<>();
    List<UUID> ids = List.copyOf(leaseIds);
    for (int from = 0; from < ids.size(); from += LeaseStandings.MOST) {
      List<UUID> some = ids.subList(from, Math.min(ids.size(), from + LeaseStandings.MOST));
      SchedulerClient.Reply reply =
          scheduler.call(
              "POST",
              LEASES + "/standings",
              Json.write(new LeaseStandings.Question(Json.SCHEMA_VERSION, some)),
              PATIENCE);
      if (reply.status() != 200) {
        throw reply.unexpected();
      }
      for (LeaseStandings.Standing standing :
          Json.read(reply.body(), LeaseStandings.class).standings()) {
        standings.put(standing.leaseId(), standing.state());
      }
    }
    return standings;
  }

  /** Gives a lease back. */
  void release(UUID leaseId, boolean failed) throws IOException, InterruptedException {
    SchedulerClient.Reply reply =
        scheduler.call(
            "DELETE", LEASES + "/" + leaseId + (failed ? "?failed=true" : ""), NOTHING, PATIENCE);
    if (reply.status() != 204) {
      throw reply.unexpected();
    }
  }
}
