package dev.brickyard.contracts;

import java.util.List;
import java.util.UUID;

/**
 * How leases stand that others hold: {@code POST /internal/v1/leases/standings} with {@link
 * Question}, at most {@value #MOST} ids, answered with one standing for each.
 */
public record LeaseStandings(int schemaVersion, List<Standing> standings) {
  /** As many leases can be asked for at once. */
  public static final int MOST = 1000;

  /** Which leases are asked for. */
  public record Question(int schemaVersion, List<UUID> leaseIds) {
    public Question {
      leaseIds = List.copyOf(leaseIds);
    }
  }

  /** How one stands. */
  public record Standing(UUID leaseId, State state) {}

  /** Whether a lease is held. */
  public enum State {
    HELD,
    /** Given back, or its holder's attempt no longer lives, or unknown. */
    GONE,
    /** Given back by one whose work failed. */
    FAILED
  }

  public LeaseStandings {
    standings = List.copyOf(standings);
  }
}
