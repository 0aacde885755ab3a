package dev.brickyard.worker.lease;

import dev.brickyard.contracts.LeaseStandings.State;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the leases that this worker's builds wait for. One question to the scheduler asks after
 * all that are due, however many wait: a worker asks some dozen times a second at most, and less
 * and less often the longer they wait.
 */
final class HeldLeases implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HeldLeases.class);

  /**
   * How often is asked.
   *
   * @param first before the first question about a lease; each further one is twice as long
   * @param longest no pause is longer
   * @param silence when the scheduler has not answered for so long, a lease counts as gone
   */
  record Pauses(Duration first, Duration longest, Duration silence) {
    static final Pauses DEFAULT =
        new Pauses(Duration.ofMillis(50), Duration.ofMillis(500), Duration.ofSeconds(15));
  }

  private final LeaseClient client;
  private final long first;
  private final long longest;
  private final long silence;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Set<Watch> watches = new HashSet<>();
  private boolean running;
  private boolean closed;

  HeldLeases(LeaseClient client, Pauses pauses) {
    this.client = client;
    this.first = pauses.first().toNanos();
    this.longest = pauses.longest().toNanos();
    this.silence = pauses.silence().toNanos();
  }

  /** One wait for one lease. */
  final class Watch implements AutoCloseable {
    private final UUID leaseId;
    private final Runnable ended;
    private volatile State state = State.HELD;
    private long pause;
    private long due;
    private long heard = System.nanoTime();

    private Watch(UUID leaseId, long pause, Runnable ended) {
      this.leaseId = leaseId;
      this.pause = pause;
      this.due = System.nanoTime() + pause;
      this.ended = ended;
    }

    /** How the lease stood when last heard of. */
    State state() {
      return state;
    }

    /** Something happened that may end the lease: asks soon, and often again. */
    void hurry() {
      lock.lock();
      try {
        pause = first;
        due = System.nanoTime();
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }

    private void heard(State now) {
      state = now;
      if (now != State.HELD) {
        watches.remove(this);
        ended.run();
      }
    }

    @Override
    public void close() {
      lock.lock();
      try {
        watches.remove(this);
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  /**
   * Begins to watch a lease.
   *
   * @param again whether it was watched for long already
   * @param ended called once, when the state is no longer {@code HELD}; must not block
   */
  Watch watch(UUID leaseId, boolean again, Runnable ended) {
    Watch watch = new Watch(leaseId, again ? longest : first, ended);
    lock.lock();
    try {
      watches.add(watch);
      changed.signalAll();
      if (!running && !closed) {
        running = true;
        Thread.ofVirtual().name("held-leases").start(this::run);
      }
    } finally {
      lock.unlock();
    }
    return watch;
  }

  private void run() {
    try {
      for (Set<UUID> due = nextDue(); !due.isEmpty(); due = nextDue()) {
        ask(due);
      }
    } catch (InterruptedException e) {
      LOG.debug("nobody interrupts this thread");
    }
  }

  /** Waits until something is due; empty when nobody waits any more. */
  private Set<UUID> nextDue() throws InterruptedException {
    lock.lock();
    try {
      while (!watches.isEmpty() && !closed) {
        long now = System.nanoTime();
        long next = watches.stream().mapToLong(watch -> watch.due - now).min().orElseThrow();
        if (next <= 0) {
          Set<UUID> due = new HashSet<>();
          // Those that are nearly due come along.
          for (Watch watch : watches) {
            if (watch.due - now <= watch.pause / 4) {
              due.add(watch.leaseId);
              watch.pause = Math.min(longest, watch.pause * 2);
              watch.due = now + watch.pause;
            }
          }
          return due;
        }
        boolean _ = changed.awaitNanos(next) <= 0;
      }
      running = false;
      return Set.of();
    } finally {
      lock.unlock();
    }
  }

  private void ask(Set<UUID> due) throws InterruptedException {
    Map<UUID, State> standings = Map.of();
    try {
      standings = client.standings(due);
    } catch (IOException e) {
      LOG.debug("the scheduler did not say how leases stand: {}", e.toString());
    }
    lock.lock();
    try {
      long now = System.nanoTime();
      for (Watch watch : Set.copyOf(watches)) {
        State state = standings.get(watch.leaseId);
        if (state != null) {
          watch.heard = now;
          watch.heard(state);
        } else if (now - watch.heard > silence) {
          LOG.warn("the scheduler does not answer: no longer waiting for lease {}", watch.leaseId);
          watch.heard(State.GONE);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
