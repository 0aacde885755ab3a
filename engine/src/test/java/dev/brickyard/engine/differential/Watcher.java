package dev.brickyard.engine.differential;

import dev.brickyard.engine.BuildObserver;
import dev.brickyard.engine.StepId;
import dev.brickyard.engine.StepOutcome;
import dev.brickyard.engine.StepPlan;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Keeps what the commands of a build print. */
final class Watcher implements BuildObserver {
  private final ByteArrayOutputStream log = new ByteArrayOutputStream();

  synchronized String log() {
    return log.toString(StandardCharsets.UTF_8);
  }

  @Override
  public synchronized void log(StepId step, boolean stderr, byte[] chunk) {
    log.writeBytes(chunk);
  }

  @Override
  public void planned(List<StepPlan> steps) {}

  @Override
  public void started(StepId step) {}

  @Override
  public void progress(StepId step, String counter, long current, long total) {}

  @Override
  public void finished(StepId step, StepOutcome outcome) {}

  @Override
  public void warning(StepId step, String sentence) {}
}
