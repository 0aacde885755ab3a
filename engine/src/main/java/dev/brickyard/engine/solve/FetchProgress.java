package dev.brickyard.engine.solve;

import dev.brickyard.engine.StepCause;
import dev.brickyard.engine.StepId;
import dev.brickyard.engine.StepOutcome;
import org.jspecify.annotations.Nullable;

/**
 * Tells how fetching goes on. It may begin before the steps of the build are announced: what
 * happened until then is told afterwards.
 */
final class FetchProgress {
  private static final long STEP_BYTES = 1 << 20;

  private @Nullable Progress progress;
  private @Nullable StepId step;
  private boolean running;
  private @Nullable StepOutcome outcome;
  private long bytes;

  /** From now on the build's observer is told, and at once what it missed. */
  synchronized void tell(Progress progress, StepId step) {
    this.progress = progress;
    this.step = step;
    if (running) {
      progress.started(step);
    } else if (outcome != null) {
      progress.started(step);
      end(progress, step, outcome);
    }
  }

  synchronized void started() {
    running = true;
    if (progress != null && step != null) {
      progress.started(step);
    }
  }

  /** So many bytes have arrived. */
  synchronized void received(long now) {
    if (now - bytes >= STEP_BYTES || now < bytes) {
      bytes = now;
      if (progress != null && step != null) {
        progress.counted(step, "bytes-pulled", now, -1);
      }
    }
  }

  /**
   * It ended.
   *
   * @param how {@code CACHED} when the farm had it
   */
  synchronized void ended(StepOutcome how) {
    running = false;
    outcome = how;
    if (progress != null && step != null) {
      end(progress, step, how);
    }
  }

  private static void end(Progress progress, StepId step, StepOutcome how) {
    if (how == StepOutcome.CACHED) {
      progress.found(
          step,
          StepCause.of(StepCause.Kind.SAME_CONTENT, "same content: it has not changed there"));
    } else {
      progress.finished(step, how);
    }
  }
}
