package dev.brickyard.scheduler.event;

import dev.brickyard.contracts.AttemptReport;
import dev.brickyard.contracts.BuildEvent;
import dev.brickyard.contracts.Json;
import dev.brickyard.contracts.PlannedStep;
import dev.brickyard.contracts.StepCause;
import dev.brickyard.contracts.StepStatus;
import dev.brickyard.contracts.UnreadableMessageException;
import dev.brickyard.scheduler.build.Builds;
import dev.brickyard.scheduler.build.StepUpdate;
import dev.brickyard.scheduler.build.StepUpdates;
import dev.brickyard.scheduler.build.Steps;
import dev.brickyard.scheduler.stream.TopicReader;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Takes what workers say about their attempts. What is said about steps is folded together and
 * written at the end of a batch, or before the end of the attempt that it belongs to.
 */
@Singleton
public class WorkerEvents implements TopicReader.Handler {
  private static final Logger LOG = Logger.getLogger(WorkerEvents.class);

  private final Builds builds;
  private final Steps steps;

  WorkerEvents(Builds builds, Steps steps) {
    this.builds = builds;
    this.steps = steps;
  }

  @Override
  public void handle(List<ConsumerRecord<String, byte[]>> records) {
    StepUpdates updates = new StepUpdates();
    for (ConsumerRecord<String, byte[]> record : records) {
      BuildEvent event = read(record);
      if (event != null) {
        take(event, updates);
      }
    }
    steps.write(updates.drain());
  }

  private void take(BuildEvent event, StepUpdates updates) {
    switch (event) {
      case BuildEvent.StepsPlanned e -> planned(e, updates);
      case BuildEvent.StepStarted e ->
          updates.add(step(e, e.stepId(), StepStatus.RUNNING, e.at(), null, null, null));
      case BuildEvent.StepProgress e ->
          updates.add(
              step(
                  e,
                  e.stepId(),
                  StepStatus.RUNNING,
                  null,
                  null,
                  Map.of(e.counter(), e.current()),
                  null));
      case BuildEvent.StepFinished e -> finished(e, updates);
      case BuildEvent.JobFinished e -> {
        steps.write(updates.drain());
        builds.finish(e);
      }
      case BuildEvent.JobReleased e -> {
        steps.write(updates.drain());
        builds.release(e);
      }
      // The claim said so before.
      case BuildEvent.JobStarted e -> {}
      // Whether the step has begun is told apart.
      case BuildEvent.StepWarned e -> warned(e, updates);
      // Our own.
      case BuildEvent.BuildPlanned e -> {}
      case BuildEvent.JobRequeued e -> {}
      case BuildEvent.BuildFinished e -> {}
    }
  }

  /** What a worker reports of an attempt's steps, folded together; nothing else counts. */
  public static List<StepUpdate> aboutSteps(AttemptReport report) {
    StepUpdates updates = new StepUpdates();
    for (BuildEvent event : report.steps()) {
      if (event instanceof BuildEvent.OfAttempt of
          && of.jobId().equals(report.finished().jobId())
          && of.attempt() == report.finished().attempt()) {
        if (event instanceof BuildEvent.StepsPlanned planned) {
          planned(planned, updates);
        } else if (event instanceof BuildEvent.StepFinished finished) {
          finished(finished, updates);
        } else if (event instanceof BuildEvent.StepWarned warned) {
          warned(warned, updates);
        }
      }
    }
    return updates.drain();
  }

  private static void warned(BuildEvent.StepWarned event, StepUpdates updates) {
    updates.add(
        new StepUpdate(
            event.jobId(),
            event.attempt(),
            event.stepId(),
            null,
            StepStatus.PENDING,
            null,
            null,
            null,
            null,
            List.of(event.message()),
            event.check() == null ? List.of() : List.of(event.check())));
  }

  private static void finished(BuildEvent.StepFinished event, StepUpdates updates) {
    updates.add(
        step(
            event,
            event.stepId(),
            event.status(),
            event.startedAt(),
            event.at(),
            event.counters(),
            event.cause()));
  }

  private static void planned(BuildEvent.StepsPlanned event, StepUpdates updates) {
    int ordinal = 0;
    for (PlannedStep step : event.steps()) {
      updates.add(
          new StepUpdate(
              event.jobId(),
              event.attempt(),
              step.id(),
              new StepUpdate.Plan(ordinal++, step.name(), step.line(), step.inputs()),
              StepStatus.PENDING,
              null,
              null,
              null,
              null,
              List.of(),
              List.of()));
    }
  }

  private static StepUpdate step(
      BuildEvent.OfAttempt event,
      String stepId,
      StepStatus status,
      @Nullable Instant startedAt,
      @Nullable Instant finishedAt,
      @Nullable Map<String, Long> counters,
      @Nullable StepCause cause) {
    return new StepUpdate(
        event.jobId(),
        event.attempt(),
        stepId,
        null,
        status,
        startedAt,
        finishedAt,
        counters,
        cause,
        List.of(),
        List.of());
  }

  private static @Nullable BuildEvent read(ConsumerRecord<String, byte[]> record) {
    try {
      return Json.read(record.value(), BuildEvent.class);
    } catch (UnreadableMessageException e) {
      // An event of a newer release, perhaps; nothing of ours hangs on it.
      LOG.warnf("event %d-%d: %s", record.partition(), record.offset(), e.getMessage());
      return null;
    }
  }
}
