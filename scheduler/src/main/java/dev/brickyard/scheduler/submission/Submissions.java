package dev.brickyard.scheduler.submission;

import dev.brickyard.contracts.Json;
import dev.brickyard.contracts.SubmissionMessage;
import dev.brickyard.contracts.UnreadableMessageException;
import dev.brickyard.scheduler.build.BuildOrder;
import dev.brickyard.scheduler.build.Builds;
import dev.brickyard.scheduler.stream.TopicReader;
import io.quarkus.narayana.jta.QuarkusTransaction;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;

/**
 * Plans what the api accepted and cancels what it was asked to. A message is only a hint to look at
 * the api's view now; the sweep finds what no message told of.
 */
@Singleton
public class Submissions implements TopicReader.Handler {
  private static final Logger LOG = Logger.getLogger(Submissions.class);

  private final AcceptedBuilds accepted;
  private final Builds builds;

  Submissions(AcceptedBuilds accepted, Builds builds) {
    this.accepted = accepted;
    this.builds = builds;
  }

  @Override
  public void handle(List<ConsumerRecord<String, byte[]>> records) {
    for (ConsumerRecord<String, byte[]> record : records) {
      try {
        lookAt(Json.read(record.value(), SubmissionMessage.class).buildId());
      } catch (UnreadableMessageException e) {
        LOG.warnf("submission %d-%d: %s", record.partition(), record.offset(), e.getMessage());
      }
    }
  }

  /** Deals with all that was accepted or canceled and not dealt with. */
  public void sweep() {
    accepted.unplanned().forEach(this::lookAtLeniently);
    accepted.canceledButRunning().forEach(this::lookAtLeniently);
  }

  /** One that cannot be planned must not keep the others waiting. */
  private void lookAtLeniently(UUID id) {
    try {
      lookAt(id);
    } catch (IllegalArgumentException e) {
      LOG.errorf("build %s cannot be planned: %s", id, e.getMessage());
    }
  }

  private void lookAt(UUID id) {
    // One transaction for looking and planning: a build waits for this.
    QuarkusTransaction.requiringNew().run(() -> lookAtNow(id));
  }

  private void lookAtNow(UUID id) {
    Optional<BuildOrder> order = accepted.find(id);
    if (order.isEmpty()) {
      return;
    }
    if (builds.plan(order.get())) {
      LOG.infof("build %s planned for %s", id, order.get().platforms());
    } else if (order.get().canceled()) {
      builds.cancel(id);
    }
  }
}
