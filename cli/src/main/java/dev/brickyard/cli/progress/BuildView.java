package dev.brickyard.cli.progress;

import dev.brickyard.contracts.BuildEvent;
import dev.brickyard.contracts.CheckWarning;
import dev.brickyard.contracts.ImageManifest;
import dev.brickyard.contracts.JobKind;
import dev.brickyard.contracts.LogChunk;
import dev.brickyard.contracts.PlannedStep;
import dev.brickyard.contracts.StepStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a build from its events so far. Events of attempts that are over are ignored, so
 * a job that is done again starts afresh. Not thread-safe.
 */
public final class BuildView {
  /** One platform of the build, or its publishing. */
  static final class Job {
    private final String title;
    private final Map<String, StepView> steps = new LinkedHashMap<>();
    private int attempt;
    private @Nullable ImageManifest image;

    private Job(String title) {
      this.title = title;
    }

    /** The platform, or what else the job does. */
    String title() {
      return title;
    }

    Collection<StepView> steps() {
      return steps.values();
    }

    /** What the job pushed, once it has. */
    Optional<ImageManifest> image() {
      return Optional.ofNullable(image);
    }
  }

  private final Map<UUID, Job> jobs = new LinkedHashMap<>();
  private final List<StepView> seen = new ArrayList<>();
  private final Set<CheckWarning> checks = new LinkedHashSet<>();
  private BuildEvent.@Nullable BuildFinished finished;

  /** Takes an event in. */
  void apply(BuildEvent event) {
    if (event instanceof BuildEvent.OfAttempt of && !isCurrent(of)) {
      return;
    }
    switch (event) {
      case BuildEvent.BuildPlanned planned ->
          planned.jobs().forEach(job -> jobs.putIfAbsent(job.jobId(), new Job(title(job))));
      case BuildEvent.JobStarted started ->
          jobs.computeIfAbsent(started.jobId(), _ -> new Job(started.platform()));
      case BuildEvent.StepsPlanned planned -> plan(planned);
      case BuildEvent.StepStarted started ->
          step(started.jobId(), started.stepId()).ifPresent(step -> start(step, started.at()));
      case BuildEvent.StepProgress progress ->
          step(progress.jobId(), progress.stepId())
              .ifPresent(s -> s.progress(progress.counter(), progress.current(), progress.total()));
      case BuildEvent.StepFinished end ->
          step(end.jobId(), end.stepId())
              .ifPresent(
                  step -> {
                    start(step, end.startedAt());
                    step.finish(end.status(), end.startedAt(), end.at());
                    step.explain(end);
                  });
      case BuildEvent.JobFinished end -> {
        Job job = jobs.get(end.jobId());
        if (job != null) {
          job.image = end.image();
        }
      }
      case BuildEvent.BuildFinished end -> finished = end;
      case BuildEvent.StepWarned warned -> {
        if (warned.check() != null) {
          checks.add(warned.check());
        }
      }
      case BuildEvent.JobReleased _, BuildEvent.JobRequeued _ -> {}
    }
  }

  private static String title(BuildEvent.PlannedJob job) {
    return job.kind() == JobKind.PUBLISH ? "publish" : job.platform();
  }

  private boolean isCurrent(BuildEvent.OfAttempt event) {
    Job job = jobs.get(event.jobId());
    if (job == null) {
      return true;
    }
    if (event.attempt() > job.attempt) {
      job.attempt = event.attempt();
      restart(job);
    }
    return event.attempt() == job.attempt;
  }

  /** What the lost attempt had begun goes on nowhere. */
  private static void restart(Job job) {
    for (StepView step : job.steps.values()) {
      if (step.status() == StepStatus.RUNNING) {
        step.finish(StepStatus.CANCELED, step.startedAt(), step.startedAt());
      }
    }
    job.steps.clear();
  }

  private void plan(BuildEvent.StepsPlanned planned) {
    Job job = jobs.computeIfAbsent(planned.jobId(), _ -> new Job(""));
    job.attempt = planned.attempt();
    job.steps.clear();
    for (PlannedStep step : planned.steps()) {
      job.steps.put(step.id(), new StepView(label(job.title, step.name())));
    }
  }

  /** {@code [build 3/5] RUN make} becomes {@code [linux/arm64 build 3/5] RUN make}. */
  static String label(String title, String name) {
    String clean = TerminalText.clean(name);
    if (title.isEmpty()) {
      return clean;
    }
    return clean.startsWith("[")
        ? "[" + title + " " + clean.substring(1)
        : "[" + title + "] " + clean;
  }

  private void start(StepView step, Instant at) {
    if (step.number() == 0) {
      step.start(seen.size() + 1, at);
      seen.add(step);
    }
  }

  /** How output relates to what is known of its step. */
  public enum Place {
    /** Its step has begun. */
    CURRENT,
    /** Its step is of an attempt that was given up. */
    OVER,
    /** The event that began its step has not arrived yet. */
    AHEAD
  }

  /** Whether output can be taken in now. */
  public Place placeOf(LogChunk chunk) {
    Job job = jobs.get(chunk.jobId());
    if (job != null && chunk.attempt() < job.attempt) {
      return Place.OVER;
    }
    boolean begun =
        job != null
            && chunk.attempt() == job.attempt
            && step(chunk.jobId(), chunk.stepId()).filter(step -> step.number() > 0).isPresent();
    return begun ? Place.CURRENT : Place.AHEAD;
  }

  /** Takes output in; returns the whole lines it completed. */
  List<String> apply(LogChunk chunk) {
    return step(chunk.jobId(), chunk.stepId()).map(step -> step.log(chunk)).orElse(List.of());
  }

  Optional<StepView> step(UUID job, String step) {
    Job found = jobs.get(job);
    return found == null ? Optional.empty() : Optional.ofNullable(found.steps.get(step));
  }

  /** Every step that has begun, in that order; those of lost attempts too. */
  List<StepView> started() {
    return List.copyOf(seen);
  }

  Collection<Job> jobs() {
    return jobs.values();
  }

  /** How many steps are known, and how many of them have ended. */
  int known() {
    return jobs.values().stream().mapToInt(job -> job.steps.size()).sum();
  }

  int ended() {
    return (int)
        jobs.values().stream()
            .flatMap(job -> job.steps.values().stream())
            .filter(StepView::hasEnded)
            .count();
  }

  /** What build checks found, in the order of its lines; once, however many platforms found it. */
  public List<CheckWarning> checks() {
    return checks.stream().sorted(Comparator.comparingInt(CheckWarning::line)).toList();
  }

  /** The last event, once it was seen. */
  public Optional<BuildEvent.BuildFinished> finished() {
    return Optional.ofNullable(finished);
  }
}
