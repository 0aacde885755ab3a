package dev.brickyard.contracts;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;
import java.util.UUID;

/** What the scheduler tells every worker at once. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = ControlCommand.CancelJob.class, name = "CancelJob"),
  @JsonSubTypes.Type(value = ControlCommand.DrainWorker.class, name = "DrainWorker")
})
public sealed interface ControlCommand {
  int schemaVersion();

  Instant at();

  /** Whoever runs this job stops it, kills its processes, and reports it CANCELED. */
  record CancelJob(int schemaVersion, Instant at, UUID buildId, UUID jobId)
      implements ControlCommand {}

  /** The named worker takes no further job. */
  record DrainWorker(int schemaVersion, Instant at, String workerId) implements ControlCommand {}
}
