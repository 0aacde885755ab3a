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

  /** Stops a job, if it is held here. */
  public void stop(UUID jobId, StopReason reason) {
    jobs.stream()
        .filter(job -> job.queued().job().jobId().equals(jobId))
        .forEach(job -> job.stop(reason));
  }
}
