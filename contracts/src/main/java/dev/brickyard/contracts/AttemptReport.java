package dev.brickyard.contracts;

import java.util.List;

/**
 * How an attempt ended, told to the scheduler at once: {@code POST
 * /internal/v1/jobs/{jobId}/attempts/{attempt}/result}. The same facts travel through {@link
 * Topics#EVENTS}, so nothing is lost when nobody answers; whichever comes second changes nothing.
 * Answers: 200 with {@link ClaimGranted}, the build's publish job, which the worker holds from now
 * on as it holds the job that it reports, by the same record of the queue; 204: there is nothing
 * more to do; 404 {@code no-such-job}; 5xx or no answer: ask again, the same answer is given.
 *
 * @param finished what is in Kafka already, as is all that the attempt logged
 * @param steps the attempt's {@link BuildEvent.StepsPlanned}, {@link BuildEvent.StepWarned} and
 *     {@link BuildEvent.StepFinished} in their order, since this may come before they do
 * @param goesOn whether the worker would do the publish job
 */
public record AttemptReport(
    int schemaVersion, BuildEvent.JobFinished finished, List<BuildEvent> steps, boolean goesOn) {
  public AttemptReport {
    steps = steps == null ? List.of() : List.copyOf(steps);
  }
}
