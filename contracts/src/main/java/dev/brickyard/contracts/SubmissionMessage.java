package dev.brickyard.contracts;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What the api tells the scheduler. A hint to look now: the truth stands in the api's tables. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = SubmissionMessage.Accepted.class, name = "Accepted"),
  @JsonSubTypes.Type(value = SubmissionMessage.CancelRequested.class, name = "CancelRequested")
})
public sealed interface SubmissionMessage {
  int schemaVersion();

  UUID buildId();

  /** A build was accepted and waits to be planned. */
  record Accepted(int schemaVersion, UUID buildId, Instant at, @Nullable String traceparent)
      implements SubmissionMessage {}

  /** Somebody wants a build stopped. */
  record CancelRequested(int schemaVersion, UUID buildId, Instant at)
      implements SubmissionMessage {}
}
