package dev.brickyard.engine.cache;

import dev.brickyard.engine.BuildObserver;
import dev.brickyard.engine.StepId;
import dev.brickyard.engine.StepOutcome;
import dev.brickyard.engine.StepPlan;
import dev.brickyard.engine.runtime.OutputSink;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The leases of a farm in memory, with builds that can be killed. */
public final class MemoryLeases {
  private static final long LOOK_AGAIN_MILLIS = 500;

  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  private record Said(StepId step, boolean stderr, byte[] chunk) {}

  private static final class Holding {
    final Build build;
    final StepId step;
    final int logFrom;
    boolean failed;
    boolean over;

    Holding(Build build, StepId step) {
      this.build = build;
      this.step = step;
      this.logFrom = build.log.size();
    }
  }

  private final Map<LeaseKey, Holding> holdings = new HashMap<>();
  private final Set<LeaseKey> everHeld = new HashSet<>();
  private int following;

  /** The leases of one build. */
  public final class Build implements StepLeases {
    private final String id;
    private final List<Said> log = new ArrayList<>();
    private boolean dead;

    private Build(String id) {
      this.id = id;
    }

    @Override
    public Lease acquire(LeaseKey key, StepId step) {
      synchronized (MemoryLeases.this) {
        Holding current = holdings.get(key);
        if (current != null) {
          return new Held(current);
        }
        boolean contested = !everHeld.add(key);
        Holding mine = new Holding(this, step);
        holdings.put(key, mine);
        return new Mine(key, mine, contested);
      }
    }

    /** A step of the build printed something. */
    public void said(StepId step, boolean stderr, byte[] chunk) {
      synchronized (MemoryLeases.this) {
        log.add(new Said(step, stderr, chunk));
        MemoryLeases.this.notifyAll();
      }
    }

    /** Takes every lease from the build, as when its worker was killed. */
    public void lose() {
      synchronized (MemoryLeases.this) {
        dead = true;
        holdings.values().stream().filter(h -> h.build == this).forEach(h -> h.over = true);
        holdings.values().removeIf(h -> h.over);
        MemoryLeases.this.notifyAll();
      }
    }

    /** Tells the observer, and those that follow a step of this build. */
    public BuildObserver overheard(BuildObserver observer) {
      return new BuildObserver() {
        @Override
        public void planned(List<StepPlan> steps) {
          observer.planned(steps);
        }

        @Override
        public void started(StepId step) {
          observer.started(step);
        }

        @Override
        public void log(StepId step, boolean stderr, byte[] chunk) {
          observer.log(step, stderr, chunk);
          said(step, stderr, chunk);
        }

        @Override
        public void progress(StepId step, String counter, long current, long total) {
          observer.progress(step, counter, current, total);
        }

        @Override
        public void finished(StepId step, StepOutcome outcome) {
          observer.finished(step, outcome);
        }

        @Override
        public void warning(StepId step, String sentence) {
          observer.warning(step, sentence);
        }
      };
    }
  }

  /** A build that takes part. */
  public Build build(String id) {
    return new Build(id);
  }

  /** How many leases are held now. */
  public synchronized int held() {
    return holdings.size();
  }

  /** How many wait for somebody else now. */
  public synchronized int following() {
    return following;
  }

  private final class Mine implements StepLeases.Granted {
    private final LeaseKey key;
    private final Holding holding;
    private final boolean contested;

    Mine(LeaseKey key, Holding holding, boolean contested) {
      this.key = key;
      this.holding = holding;
      this.contested = contested;
    }

    @Override
    public boolean certain() {
      return !holding.build.dead;
    }

    @Override
    public boolean contested() {
      return contested;
    }

    @Override
    public void failed() {
      end(true);
    }

    @Override
    public void close() {
      end(false);
    }

    private void end(boolean failed) {
      synchronized (MemoryLeases.this) {
        if (!holding.over) {
          holding.over = true;
          holding.failed = failed;
          holdings.remove(key, holding);
          MemoryLeases.this.notifyAll();
        }
      }
    }
  }

  private final class Held implements StepLeases.HeldElsewhere {
    private final Holding holding;
    private int next;

    Held(Holding holding) {
      this.holding = holding;
      this.next = holding.logFrom;
    }

    @Override
    public String holder() {
      return holding.build.id;
    }

    @Override
    public StepLeases.Ending follow(OutputSink out) throws InterruptedException {
      long until = System.nanoTime() + LOOK_AGAIN_MILLIS * 1_000_000;
      synchronized (MemoryLeases.this) {
        following++;
      }
      try {
        while (true) {
          List<Said> news = new ArrayList<>();
          StepLeases.Ending ending = news(news, until);
          // Not under the lock: who listens may be followed in turn.
          for (Said said : news) {
            out.write(said.stderr(), said.chunk());
          }
          if (ending != null) {
            return ending;
          }
        }
      } finally {
        synchronized (MemoryLeases.this) {
          following--;
        }
      }
    }

    /** What to hand on, and how it ended when that was all. */
    private StepLeases.Ending news(List<Said> news, long until) throws InterruptedException {
      synchronized (MemoryLeases.this) {
        while (true) {
          for (; next < holding.build.log.size(); next++) {
            Said said = holding.build.log.get(next);
            if (said.step().equals(holding.step)) {
              news.add(said);
            }
          }
          if (holding.over) {
            return holding.failed ? StepLeases.Ending.FAILED : StepLeases.Ending.GONE;
          }
          long left = until - System.nanoTime();
          if (left <= 0) {
            return StepLeases.Ending.STILL_HELD;
          }
          if (!news.isEmpty()) {
            return null;
          }
          MemoryLeases.this.wait(left / 1_000_000 + 1);
        }
      }
    }
  }
}
