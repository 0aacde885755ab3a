package dev.brickyard.worker.job;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** The jobs this worker holds now. */
public final class RunningJobs {
  private final Set<RunningJob> jobs = ConcurrentHashMap.newKeySet();

  void add(RunningJob job) {
    jobs.add(job);
  }

  void remove(RunningJob job) {
    jobs.remove(job);
  }

  public int count() {
    return jobs.size();
  }

  /** A snapshot. */
  public Collection<RunningJob> all() {
    return List.copyOf(jobs);
  }

  /** Somebody cancelled a job: it is stopped, if it is held here. */
  public void cancel(UUID buildId, UUID jobId) {
    jobs.forEach(job -> job.cancel(buildId, jobId));
  }
}
