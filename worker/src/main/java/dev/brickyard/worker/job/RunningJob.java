package dev.brickyard.worker.job;

import dev.brickyard.worker.queue.Disposition;
import dev.brickyard.worker.queue.HeldJob;
import dev.brickyard.worker.queue.QueuedJob;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A job this worker holds, and the switch that stops it. Stopping interrupts only what {@link
 * #interruptibly} runs, so that reporting the end is never cut short.
 */
public final class RunningJob implements HeldJob {
  /** Work that heeds interruption. */
  @FunctionalInterface
  interface Work<T, E extends Exception> {
    T run() throws E, InterruptedException;
  }

  private final QueuedJob queued;
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile Disposition disposition = Disposition.RELEASE;
  private final Set<UUID> canceledBefore = new HashSet<>();
  private UUID current;
  private @Nullable StopReason stop;
  private @Nullable Thread working;

  RunningJob(QueuedJob queued) {
    this.queued = queued;
    this.current = queued.job().jobId();
  }

  public QueuedJob queued() {
    return queued;
  }

  /**
   * What runs from now on is another job of the same build, by the same record. Of the reasons to
   * stop only those remain that hold for it.
   */
  synchronized void goOnWith(UUID jobId) {
    current = jobId;
    if (stop != StopReason.SHUTDOWN) {
      stop = canceledBefore.contains(jobId) ? StopReason.CANCELED : null;
    }
  }

  /** Somebody cancelled a job of the build; it may be one that this goes on with only later. */
  public synchronized void cancel(UUID buildId, UUID jobId) {
    if (jobId.equals(current)) {
      stop(StopReason.CANCELED);
    } else if (buildId.equals(queued.job().buildId())) {
      canceledBefore.add(jobId);
    }
  }

  /** The job's attempt no longer counts, if it is still the one that runs. */
  synchronized void supersede(UUID jobId) {
    if (jobId.equals(current)) {
      stop(StopReason.SUPERSEDED);
    }
  }

  /** Stops the job, if it has not ended; only the first reason counts. */
  public synchronized void stop(StopReason reason) {
    if (stop != null) {
      return;
    }
    stop = reason;
    if (working != null) {
      working.interrupt();
    }
  }

  synchronized Optional<StopReason> stopReason() {
    return Optional.ofNullable(stop);
  }

  /** Runs work that {@link #stop} interrupts; it does not begin when the job is stopped already. */
  <T, E extends Exception> T interruptibly(Work<T, E> work) throws E, InterruptedException {
    synchronized (this) {
      if (stop != null) {
        throw new InterruptedException("stopped: " + stop);
      }
      working = Thread.currentThread();
    }
    try {
      return work.run();
    } finally {
      synchronized (this) {
        working = null;
        // An interruption that came too late must not hit what follows.
        boolean _ = stop != null && Thread.interrupted();
      }
    }
  }

  /** Whether nobody wants this worker to stop what it does for this record. */
  synchronized boolean mayGoOn() {
    return stop == null;
  }

  void end(Disposition disposition) {
    this.disposition = disposition;
    ended.countDown();
  }

  @Override
  public boolean await(Duration time) throws InterruptedException {
    return ended.await(time.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public Disposition disposition() {
    return disposition;
  }
}
