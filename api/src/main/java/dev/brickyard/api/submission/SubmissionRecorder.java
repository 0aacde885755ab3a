package dev.brickyard.api.submission;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Writes the table of submissions. */
@ApplicationScoped
public class SubmissionRecorder {
  /**
   * Writes one down; from its commit on, it will be built.
   *
   * @param secrets sealed; null when it came with none
   */
  @Transactional
  SubmissionEntity record(
      UUID id,
      UUID contextId,
      SubmissionOptions options,
      Instant acceptedAt,
      @Nullable String traceparent,
      byte @Nullable [] secrets) {
    SubmissionEntity submission = new SubmissionEntity();
    submission.id = id;
    submission.contextId = contextId;
    submission.project = options.project();
    submission.cacheScope = options.cacheScope().orElse(null);
    submission.dockerfile = options.dockerfile().value();
    submission.platforms = options.platforms().stream().map(Object::toString).toList();
    submission.tags = options.tags().stream().map(Object::toString).toList();
    submission.target = options.target().orElse(null);
    submission.buildArgs = options.buildArgs();
    submission.labels = options.labels();
    submission.noCache = options.noCache();
    submission.options = secrets == null ? options.more() : options.more().withSecrets();
    submission.acceptedAt = acceptedAt;
    submission.traceparent = traceparent;
    submission.persist();
    if (secrets != null) {
      SubmissionSecretEntity sealed = new SubmissionSecretEntity();
      sealed.buildId = id;
      sealed.sealed = secrets;
      sealed.createdAt = acceptedAt;
      sealed.persist();
    }
    return submission;
  }

  /** Notes that somebody wants it stopped; the first time counts. */
  @Transactional
  public void recordCancel(UUID id, Instant at) {
    SubmissionEntity.update("canceledAt = ?1 where id = ?2 and canceledAt is null", at, id);
  }
}
