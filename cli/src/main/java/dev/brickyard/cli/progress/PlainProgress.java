package dev.brickyard.cli.progress;

import dev.brickyard.contracts.BuildEvent;
import dev.brickyard.contracts.CheckWarning;
import dev.brickyard.contracts.LogChunk;
import dev.brickyard.contracts.StepStatus;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Plain lines for logs and scripts, in BuildKit's form: {@code #3 [linux/amd64 2/5] RUN …}, {@code
 * #3 0.123 text}, {@code #3 DONE 1.2s}.
 */
public final class PlainProgress implements Progress {
  private final PrintStream out;
  private final BuildView view = new BuildView();
  private final Set<StepView> ended = new HashSet<>();
  private final Set<CheckWarning> told = new HashSet<>();
  private @Nullable StepView last;

  public PlainProgress(PrintStream out) {
    this.out = out;
  }

  @Override
  public void event(BuildEvent event) {
    view.apply(event);
    switch (event) {
      case BuildEvent.StepStarted started ->
          view.step(started.jobId(), started.stepId()).ifPresent(this::select);
      case BuildEvent.StepFinished finished ->
          view.step(finished.jobId(), finished.stepId()).ifPresent(this::showEnd);
      case BuildEvent.StepWarned warned -> {
        // Every platform finds the same in the Dockerfile.
        if (warned.check() == null || told.add(warned.check())) {
          view.step(warned.jobId(), warned.stepId())
              .ifPresent(step -> warn(step, "WARNING " + TerminalText.clean(warned.message())));
        }
      }
      case BuildEvent.JobRequeued requeued ->
          notice("queued again: " + TerminalText.clean(requeued.reason()));
      case BuildEvent.BuildPlanned _,
          BuildEvent.JobStarted _,
          BuildEvent.StepsPlanned _,
          BuildEvent.StepProgress _,
          BuildEvent.JobFinished _,
          BuildEvent.JobReleased _,
          BuildEvent.BuildFinished _ -> {}
    }
  }

  @Override
  public void log(LogChunk chunk) {
    List<String> lines = view.apply(chunk);
    if (!lines.isEmpty()) {
      view.step(chunk.jobId(), chunk.stepId()).ifPresent(step -> show(step, lines, chunk.at()));
    }
  }

  private void warn(StepView step, String text) {
    if (step.number() == 0) {
      // Found out before anything ran.
      notice(text);
    } else {
      select(step);
      print(step, text);
    }
  }

  private void show(StepView step, List<String> lines, Instant at) {
    select(step);
    Duration since = Duration.between(step.startedAt(), at);
    for (String line : lines) {
      print(step, String.format(Locale.ROOT, "%.3f %s", since.toMillis() / 1000.0, line));
    }
  }

  private void showEnd(StepView step) {
    if (!step.hasEnded() || !ended.add(step)) {
      return;
    }
    List<String> rest = step.rest();
    select(step);
    if (!rest.isEmpty()) {
      show(step, rest, step.startedAt().plus(step.elapsed(step.startedAt())));
    }
    String elapsed = Figures.seconds(step.elapsed(step.startedAt()));
    print(
        step,
        switch (step.status()) {
          case CACHED -> "CACHED";
          case FAILED -> "ERROR " + elapsed;
          case CANCELED -> "CANCELED";
          case DONE, PENDING, RUNNING ->
              "DONE " + elapsed + (step.missed().isEmpty() ? "" : " (" + step.missed() + ")");
        });
    last = step.status() == StepStatus.FAILED ? step : null;
  }

  /** Tells which step the next lines are of, when it is another than before. */
  private void select(StepView step) {
    if (step == last) {
      return;
    }
    out.println();
    print(step, step.label());
    last = step;
  }

  private void print(StepView step, String text) {
    out.println("#" + step.number() + " " + text);
  }

  @Override
  public void notice(String message) {
    out.println("# " + message);
  }

  @Override
  public void tick() {
    out.flush();
  }

  @Override
  public void finish() {
    out.flush();
  }

  @Override
  public BuildView view() {
    return view;
  }
}
