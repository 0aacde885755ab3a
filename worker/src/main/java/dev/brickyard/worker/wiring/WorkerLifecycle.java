package dev.brickyard.worker.wiring;

import dev.brickyard.worker.cache.CountedFaults;
import dev.brickyard.worker.config.WorkerConfiguration;
import dev.brickyard.worker.kafka.KafkaClients;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/** Starts the worker with the service and stops it gracefully on SIGTERM. */
@ApplicationScoped
public class WorkerLifecycle {
  private final WorkerConfiguration configuration;
  private final Map<String, Object> kafka;
  private final Optional<String> version;
  private final MeterRegistry metrics;
  private volatile @Nullable WorkerParts parts;

  WorkerLifecycle(
      WorkerConfiguration configuration,
      Config config,
      @ConfigProperty(name = "quarkus.application.version") Optional<String> version,
      MeterRegistry metrics) {
    this.configuration = configuration;
    this.kafka = KafkaClients.connection(name -> config.getOptionalValue(name, String.class));
    this.version = version;
    this.metrics = metrics;
  }

  void start(@Observes StartupEvent event) throws IOException, InterruptedException {
    WorkerParts made =
        new WorkerParts(configuration, kafka, version.orElse(null), new CountedFaults(metrics));
    parts = made;
    Gauge.builder("brickyard.worker.slots", () -> made.worker().capacity())
        .description("Jobs this worker runs at once")
        .register(metrics);
    Gauge.builder("brickyard.worker.busy", () -> made.worker().busy())
        .description("Jobs this worker runs now")
        .register(metrics);
    FunctionCounter.builder(
            "brickyard.worker.lease.waits", made.worker().leases(), leases -> leases.waits())
        .description("Steps that waited for another build's")
        .register(metrics);
    FunctionCounter.builder(
            "brickyard.worker.lease.uncertain", made.worker().leases(), l -> l.uncertain())
        .description("Steps that went on without the scheduler's word")
        .register(metrics);
    made.worker().start();
  }

  void stop(@Observes ShutdownEvent event) {
    WorkerParts running = parts;
    if (running != null) {
      running.close();
    }
  }

  /** Empty until the service has started. */
  public Optional<WorkerParts> parts() {
    return Optional.ofNullable(parts);
  }
}
