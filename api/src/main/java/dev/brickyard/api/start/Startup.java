package dev.brickyard.api.start;

import dev.brickyard.api.ApiConfiguration;
import dev.brickyard.api.follow.TopicReaders;
import dev.brickyard.storage.object.ObjectKey;
import dev.brickyard.storage.object.S3ObjectStore;
import dev.brickyard.storage.object.StoreRefusedException;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * Waits at the start for what this service needs, and gives up with a clear sentence. PostgreSQL
 * and the scheduler's views were waited for before, by Flyway and {@link SchedulerViewsAwaited}.
 */
@ApplicationScoped
public class Startup {
  private static final Logger LOG = Logger.getLogger(Startup.class);
  private static final Duration LOOK = Duration.ofMillis(100);
  private static final Duration TELL = Duration.ofSeconds(5);
  private static final ObjectKey PROBE = new ObjectKey("probes/api");

  private final TopicReaders readers;
  private final S3ObjectStore objects;
  private final Duration patience;
  private volatile boolean done;

  Startup(TopicReaders readers, S3ObjectStore objects, ApiConfiguration configuration) {
    this.readers = readers;
    this.objects = objects;
    this.patience = configuration.start().patience();
  }

  /** True once everything was there. */
  boolean isDone() {
    return done;
  }

  void onStart(@Observes StartupEvent event) throws InterruptedException {
    readers.start();
    long begun = System.nanoTime();
    long told = begun;
    boolean stored = false;
    while (true) {
      List<String> missing = new ArrayList<>();
      if (!stored) {
        try {
          // Writing makes the bucket, and shows that we may.
          objects.put(PROBE, "ok".getBytes(StandardCharsets.UTF_8));
          stored = true;
        } catch (StoreRefusedException e) {
          throw new IllegalStateException("the object store refuses us: " + e.getMessage(), e);
        } catch (IOException e) {
          missing.add("the object store (" + e.getMessage() + ")");
        }
      }
      if (!readers.areStanding()) {
        missing.add("Kafka's topics");
      }
      if (missing.isEmpty()) {
        done = true;
        LOG.info("ready to take builds");
        return;
      }
      long now = System.nanoTime();
      if (now - begun > patience.toNanos()) {
        throw new IllegalStateException(
            "gave up after "
                + patience.toSeconds()
                + " s without "
                + String.join(" and ", missing));
      }
      if (now - told > TELL.toNanos()) {
        LOG.infof("waiting for %s", String.join(" and ", missing));
        told = now;
      }
      Thread.sleep(LOOK);
    }
  }
}
