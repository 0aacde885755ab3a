package dev.brickyard.worker.wiring;

import dev.brickyard.engine.BuildEngine;
import dev.brickyard.engine.Entitlement;
import dev.brickyard.engine.cache.CacheFaults;
import dev.brickyard.engine.image.Platform;
import dev.brickyard.engine.linux.Binfmt;
import dev.brickyard.engine.registry.Mirror;
import dev.brickyard.engine.registry.RegistryClient;
import dev.brickyard.engine.registry.RegistrySettings;
import dev.brickyard.engine.runtime.Limits;
import dev.brickyard.engine.runtime.OwnControlGroup;
import dev.brickyard.engine.runtime.ProgramRuntime;
import dev.brickyard.engine.runtime.RuntimeFailure;
import dev.brickyard.engine.snapshot.DiskBudget;
import dev.brickyard.engine.snapshot.DiskMark;
import dev.brickyard.engine.snapshot.LayerStoreSettings;
import dev.brickyard.engine.solve.EngineSettings;
import dev.brickyard.engine.solve.FarmBuildEngine;
import dev.brickyard.engine.source.EgressPolicy;
import dev.brickyard.engine.source.SourceSettings;
import dev.brickyard.storage.blob.S3BlobStore;
import dev.brickyard.storage.explanation.S3BuildAnatomyStore;
import dev.brickyard.storage.image.S3LayerImageStore;
import dev.brickyard.storage.index.S3LayerIndexStore;
import dev.brickyard.storage.mount.S3CacheMountStore;
import dev.brickyard.storage.object.ObjectStore;
import dev.brickyard.storage.object.RefreshingObjectStore;
import dev.brickyard.storage.object.RetryPolicy;
import dev.brickyard.storage.object.RetryingObjectStore;
import dev.brickyard.storage.object.S3ObjectStore;
import dev.brickyard.storage.object.S3Settings;
import dev.brickyard.storage.step.S3StepRecordStore;
import dev.brickyard.worker.Worker;
import dev.brickyard.worker.WorkerSettings;
import dev.brickyard.worker.claim.SchedulerClient;
import dev.brickyard.worker.config.WorkerConfiguration;
import dev.brickyard.worker.disk.DataDirectory;
import dev.brickyard.worker.kafka.KafkaClients;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker with all its parts, made of its configuration and taken apart in the reverse order: the
 * engine outlives the jobs, the data directory's lock outlives the engine's mounts.
 */
public final class WorkerParts {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerParts.class);

  private final WorkerConfiguration configuration;
  private final DataDirectory data;
  private final S3ObjectStore s3;
  private final SchedulerClient scheduler;
  private final RegistryClient registry;
  private final ProgramRuntime runtime;
  private final BuildEngine engine;
  private final Worker worker;

  /**
   * Makes the parts; starts nothing, but cleans up what a killed predecessor left.
   *
   * @param kafka how the brokers are reached and convinced
   * @throws IOException with a sentence for people, when this machine or configuration does not do
   */
  public WorkerParts(
      WorkerConfiguration configuration,
      Map<String, Object> kafka,
      @Nullable String version,
      CacheFaults faults)
      throws IOException, InterruptedException {
    this.configuration = configuration;
    WorkerConfiguration.WorkerGroup group = configuration.worker();
    List<Platform> platforms = platforms(group);
    for (Platform platform : platforms) {
      Binfmt.ensureRegistered(platform);
    }
    this.data = DataDirectory.open(group.dataDir());
    String id = group.id().isPresent() ? group.id().get() : data.workerId(new SecureRandom());
    this.s3 = new S3ObjectStore(s3Settings(configuration.s3()));
    Clock clock = Clock.systemUTC();
    ObjectStore objects =
        new RefreshingObjectStore(
            new RetryingObjectStore(s3, RetryPolicy.PATIENT), group.refreshAfter(), clock);
    this.registry = new RegistryClient(registrySettings(group.registry()));
    this.runtime = runtime(data, group.runtime());
    this.engine =
        engine(
            group,
            data,
            objects,
            registry,
            runtime,
            sources(configuration, String.valueOf(kafka.get("bootstrap.servers"))),
            id,
            clock,
            faults);
    this.scheduler =
        new SchedulerClient(configuration.scheduler().url(), configuration.internalToken());
    this.worker =
        new Worker(
            new WorkerSettings(
                id,
                platforms,
                group.slots(),
                data.spool(),
                group.heartbeat(),
                version,
                entitlements(group)),
            new KafkaClients(kafka, id),
            scheduler,
            engine,
            objects,
            clock);
  }

  private static List<Platform> platforms(WorkerConfiguration.WorkerGroup group) {
    return group
        .platforms()
        .map(names -> names.stream().map(Platform::parse).distinct().toList())
        .orElseGet(() -> List.of(Platform.current()));
  }

  private static Set<Entitlement> entitlements(WorkerConfiguration.WorkerGroup group)
      throws IOException {
    Set<Entitlement> allowed = EnumSet.noneOf(Entitlement.class);
    try {
      group.entitlements().orElse(Set.of()).forEach(name -> allowed.add(Entitlement.of(name)));
    } catch (IllegalArgumentException e) {
      throw new IOException("brickyard.worker.entitlements: " + e.getMessage(), e);
    }
    return allowed;
  }

  private static S3Settings s3Settings(WorkerConfiguration.S3 s3) {
    return new S3Settings(s3.endpoint(), s3.accessKey(), s3.secretKey(), s3.bucket(), s3.region());
  }

  private static RegistrySettings registrySettings(WorkerConfiguration.Registry configured) {
    Map<String, List<Mirror>> mirrors = new HashMap<>();
    configured
        .mirrors()
        .forEach(
            (registry, addresses) ->
                mirrors.put(
                    registry,
                    addresses.stream().map(address -> new Mirror(address, false)).toList()));
    return RegistrySettings.DEFAULT
        .withMirrors(mirrors)
        .withInsecure(configured.insecure().orElse(Set.of()));
  }

  private static SourceSettings sources(WorkerConfiguration configuration, String bootstrapServers)
      throws IOException {
    WorkerConfiguration.Sources configured = configuration.worker().sources();
    List<InetSocketAddress> services = new ArrayList<>();
    services.add(service(configuration.scheduler().url()));
    services.add(service(configuration.s3().endpoint()));
    for (String server : bootstrapServers.split(",", -1)) {
      services.add(service(URI.create("kafka://" + server.strip())));
    }
    try {
      return new SourceSettings(
          new EgressPolicy(
              configured.denied().stream()
                  .map(String::strip)
                  .map(EgressPolicy.Network::parse)
                  .toList(),
              services),
          configured.maxSize().asLongValue(),
          configured.stall());
    } catch (IllegalArgumentException e) {
      throw new IOException("brickyard.worker.sources: " + e.getMessage(), e);
    }
  }

  private static InetSocketAddress service(URI address) {
    int usual = "https".equals(address.getScheme()) ? 443 : 80;
    int port = address.getPort() < 0 ? usual : address.getPort();
    // Its name is looked up when it matters, since addresses change.
    return InetSocketAddress.createUnresolved(String.valueOf(address.getHost()), port);
  }

  private static ProgramRuntime runtime(DataDirectory data, Optional<String> program)
      throws IOException, InterruptedException {
    // In a container, steps need room beside the worker.
    OwnControlGroup.prepare();
    try {
      ProgramRuntime runtime =
          program.isPresent()
              ? ProgramRuntime.with(program.get(), data.runtime())
              : new ProgramRuntime(data.runtime());
      runtime.requireProgram();
      runtime.recover();
      return runtime;
    } catch (IllegalArgumentException e) {
      throw new IOException("brickyard.worker.runtime: " + e.getMessage(), e);
    } catch (RuntimeFailure e) {
      throw new IOException("the container runtime cannot be used: " + e.getMessage(), e);
    }
  }

  private static BuildEngine engine(
      WorkerConfiguration.WorkerGroup group,
      DataDirectory data,
      ObjectStore objects,
      RegistryClient registry,
      ProgramRuntime runtime,
      SourceSettings sources,
      String id,
      Clock clock,
      CacheFaults faults)
      throws IOException {
    return new FarmBuildEngine(
        new EngineSettings(
            data.engine(),
            S3BlobStore.verified(objects, faults),
            new S3StepRecordStore(objects, faults),
            new S3LayerIndexStore(objects, faults),
            new S3CacheMountStore(objects, faults, clock),
            new S3BuildAnatomyStore(objects, faults),
            registry,
            runtime,
            new Limits(
                group
                    .limits()
                    .memory()
                    .map(size -> OptionalLong.of(size.asLongValue()))
                    .orElse(OptionalLong.empty()),
                group.limits().pids().map(OptionalLong::of).orElse(OptionalLong.empty()),
                OptionalLong.empty()),
            group.parallelism().orElse(Math.max(2, Runtime.getRuntime().availableProcessors())),
            id,
            sources,
            new LayerStoreSettings(
                new S3LayerImageStore(objects, faults),
                new DiskBudget(
                    DiskMark.parse(group.disk().highWater()),
                    DiskMark.parse(group.disk().lowWater()),
                    group.disk().reserve().asLongValue()),
                LayerStoreSettings.IMAGE_FROM_BYTES),
            clock));
  }

  public Worker worker() {
    return worker;
  }

  /** The store without retries, for asking whether it is there. */
  public ObjectStore objectStore() {
    return s3;
  }

  public SchedulerClient scheduler() {
    return scheduler;
  }

  /** Stops the worker gracefully, then everything else. */
  public void close() {
    try {
      worker.stop(configuration.worker().shutdownGrace());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      LOG.warn("interrupted while stopping");
    }
    engine.close();
    registry.close();
    scheduler.close();
    s3.close();
    // The directory is unlocked even when the runtime cannot clean up after itself.
    try (DataDirectory _ = data) {
      runtime.close();
    } catch (IOException e) {
      LOG.warn("the worker's directory was not left tidy: {}", e.toString());
    }
  }
}
