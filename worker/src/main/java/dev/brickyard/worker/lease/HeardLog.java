package dev.brickyard.worker.lease;

import dev.brickyard.contracts.LeaseAnswer.Holder;
import dev.brickyard.contracts.LogChunk;
import dev.brickyard.engine.runtime.OutputSink;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * What one waiting step hears of the step it waits for: filled by the reader, emptied by the thread
 * that waits. Bounded: when it is full the reader passes over it, and goes back for it once it is
 * empty again. So a slow listener holds up nobody and misses nothing.
 */
final class HeardLog {
  private static final int BOUND_BYTES = 4 << 20;

  private final Holder holder;
  private final Deque<LogChunk> chunks = new ArrayDeque<>();
  private int bytes;

  /** The offset of the first record not yet looked at; -1 while nobody knows where to begin. */
  private long next = -1;

  /** Whether the reader stands where this log needs it. */
  private boolean placed;

  private boolean full;
  private boolean endWanted;
  private long end = -1;
  private boolean woken;
  private boolean stopped;

  private volatile Runnable atStepEnd = () -> {};

  HeardLog(Holder holder) {
    this.holder = holder;
  }

  Holder holder() {
    return holder;
  }

  // The reader's side.

  synchronized boolean wantsPlace() {
    return !placed && !full;
  }

  /** Where reading has to begin; -1 for by time. */
  synchronized long next() {
    return next;
  }

  /** The reader will come by everything from this offset on. */
  synchronized void placed(long from) {
    next = from;
    placed = true;
    notifyAll();
  }

  /** The reader has lost its place. */
  synchronized void unplaced() {
    placed = false;
  }

  /** Takes a record of the holder's build, unless it was taken before. */
  synchronized void offer(long offset, LogChunk chunk) {
    if (!placed || full || offset < next) {
      return;
    }
    if (isTheSteps(chunk)) {
      if (!chunks.isEmpty() && bytes + chunk.bytes().length > BOUND_BYTES) {
        full = true;
        placed = false;
        return;
      }
      chunks.add(chunk);
      bytes += chunk.bytes().length;
      notifyAll();
    }
    next = offset + 1;
  }

  /** What was printed before the lease is not about the work under it. */
  private boolean isTheSteps(LogChunk chunk) {
    return chunk.jobId().equals(holder.jobId())
        && chunk.attempt() == holder.attempt()
        && chunk.stepId().equals(holder.stepId())
        && chunk.sequence() >= holder.logFrom();
  }

  /** All records before this offset have been offered. */
  synchronized void readTo(long position) {
    if (placed && !full && position > next) {
      next = position;
    }
    if (end >= 0 && next >= end) {
      notifyAll();
    }
  }

  synchronized boolean wantsEnd() {
    return endWanted && end < 0;
  }

  /** The partition ends there. */
  synchronized void end(long offset) {
    end = offset;
    notifyAll();
  }

  /** The step has ended, or its job. */
  void stepEnded() {
    atStepEnd.run();
  }

  /** Nothing more will be read. */
  synchronized void stop() {
    stopped = true;
    notifyAll();
  }

  // The side of the one who waits.

  /** Runs this when the holder's step has ended; must not block. */
  void whenStepEnds(Runnable action) {
    atStepEnd = action;
  }

  /** Ends a wait, now or the next one. */
  synchronized void wake() {
    woken = true;
    notifyAll();
  }

  /** Hands on what has come; waits for something, or for being woken, for this long at most. */
  void handOn(OutputSink out, Duration patience) throws InterruptedException {
    List<LogChunk> news;
    synchronized (this) {
      long deadline = System.nanoTime() + patience.toNanos();
      while (chunks.isEmpty() && !woken) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          break;
        }
        // Rounded up: waiting for 0 ms would be waiting for ever.
        wait(left / 1_000_000 + 1);
      }
      woken = false;
      news = take();
    }
    news.forEach(chunk -> write(chunk, out));
  }

  /**
   * Hands on everything that was durable when this was called.
   *
   * @param patience when nothing has come for so long, the rest is left out
   */
  void handOnRest(OutputSink out, Duration patience) throws InterruptedException {
    synchronized (this) {
      endWanted = true;
      end = -1;
    }
    boolean more = true;
    while (more) {
      List<LogChunk> news;
      synchronized (this) {
        more = awaitMore(patience.toNanos());
        news = take();
      }
      news.forEach(chunk -> write(chunk, out));
    }
    synchronized (this) {
      endWanted = false;
    }
  }

  /** Waits for something to hand on; false when what there is now is the last. */
  private boolean awaitMore(long patience) throws InterruptedException {
    long seen = next;
    long deadline = System.nanoTime() + patience;
    while (!stopped && !full && (end < 0 || next < end)) {
      if (!chunks.isEmpty()) {
        return true;
      }
      if (next != seen) {
        // Others' records went by.
        seen = next;
        deadline = System.nanoTime() + patience;
      }
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        return false;
      }
      wait(left / 1_000_000 + 1);
    }
    return full;
  }

  private List<LogChunk> take() {
    List<LogChunk> taken = new ArrayList<>(chunks);
    chunks.clear();
    bytes = 0;
    full = false;
    return taken;
  }

  private static void write(LogChunk chunk, OutputSink out) {
    out.write(chunk.stream() == LogChunk.Stream.STDERR, chunk.bytes());
  }
}
