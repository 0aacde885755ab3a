package dev.brickyard.worker.job;

import dev.brickyard.contracts.BuildOptions;
import dev.brickyard.contracts.BuildSpecification;
import dev.brickyard.contracts.ClaimGranted;
import dev.brickyard.contracts.ImageManifest;
import dev.brickyard.contracts.ProjectSettings;
import dev.brickyard.contracts.PublishSpecification;
import dev.brickyard.contracts.RegistryCredential;
import dev.brickyard.engine.BuildEngine;
import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.BuildObserver;
import dev.brickyard.engine.BuildRequest;
import dev.brickyard.engine.BuildResult;
import dev.brickyard.engine.Entitlement;
import dev.brickyard.engine.PublishRequest;
import dev.brickyard.engine.StepId;
import dev.brickyard.engine.StepOutcome;
import dev.brickyard.engine.StepPlan;
import dev.brickyard.engine.cache.BuildCache;
import dev.brickyard.engine.cache.CacheMountPolicy;
import dev.brickyard.engine.cache.CacheScope;
import dev.brickyard.engine.cache.StepLeases;
import dev.brickyard.engine.context.BuildContext;
import dev.brickyard.engine.context.ReceivedContext;
import dev.brickyard.engine.image.Descriptor;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.image.Platform;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.engine.registry.RegistryCredentials;
import dev.brickyard.storage.context.ContextStore;
import dev.brickyard.storage.object.ObjectNotFoundException;
import dev.brickyard.worker.lease.FarmLeases;
import dev.brickyard.worker.progress.Attempt;
import dev.brickyard.worker.progress.LogMark;
import dev.brickyard.worker.use.UseReporter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a claimed job asks the engine to do. */
public final class JobWork {
  private static final StepId PUBLISH = new StepId("publish");
  private static final int DOCKERFILE_LIMIT_BYTES = 4 << 20;

  private final BuildEngine engine;
  private final ContextStore contexts;
  private final FarmLeases leases;
  private final UseReporter uses;
  private final RunOptions runOptions;

  /**
   * @param allowed what this worker's administrator allows RUN
   */
  public JobWork(
      BuildEngine engine,
      ContextStore contexts,
      FarmLeases leases,
      UseReporter uses,
      Set<Entitlement> allowed) {
    this.engine = engine;
    this.contexts = contexts;
    this.leases = leases;
    this.uses = uses;
    this.runOptions = new RunOptions(allowed);
  }

  /**
   * Does the job and returns what was pushed.
   *
   * @param marks marks the place that the attempt's log has reached
   */
  ImageManifest run(ClaimGranted claim, BuildObserver observer, Supplier<LogMark> marks)
      throws BuildFailure, InterruptedException {
    try {
      BuildSpecification build = claim.build();
      if (build != null) {
        Attempt attempt = new Attempt(claim.buildId(), claim.jobId(), claim.attempt());
        return build(claim, build, observer, leases.of(attempt, marks));
      }
      PublishSpecification publish = claim.publish();
      if (publish != null) {
        return publish(publish, observer);
      }
    } catch (IllegalArgumentException e) {
      // Names, references and platforms were checked at the door; an older api may know less.
      throw BuildFailure.user(
          "request-invalid", "The build's request is invalid: " + e.getMessage());
    }
    throw BuildFailure.farm(
        "claim-empty", "The scheduler granted a job without saying what.", null);
  }

  private ImageManifest build(
      ClaimGranted claim,
      BuildSpecification specification,
      BuildObserver observer,
      StepLeases shared)
      throws BuildFailure, InterruptedException {
    CacheScope scope = scope(specification);
    BuildContext context = contexts.open(specification.contextId());
    BuildRequest request =
        new BuildRequest(
            specification.dockerfile(),
            dockerfile(context, specification.dockerfile()),
            context,
            Platform.parse(specification.platform()),
            specification.buildArgs(),
            specification.labels(),
            Optional.ofNullable(specification.target()),
            specification.noCache(),
            BuildCache.of(scope)
                .withLeases(shared)
                .telling(uses.of(claim, scope.readable()))
                .withMounts(mounts(specification.cacheMounts())),
            references(specification.tags()),
            credentials(specification.credentials()),
            sourceDateEpoch(specification.buildArgs()),
            runOptions.addTo(
                options(specification.options()),
                specification.options().run(),
                specification.secrets()));
    BuildResult result = engine.build(request, observer);
    Descriptor manifest = result.manifest();
    return new ImageManifest(
        specification.platform(),
        manifest.mediaType(),
        manifest.digest().toString(),
        manifest.size(),
        result.size());
  }

  private static dev.brickyard.engine.BuildOptions options(BuildOptions asked) {
    return dev.brickyard.engine.BuildOptions.NONE.withNoCacheStages(
        Set.copyOf(asked.noCacheStages()));
  }

  private static CacheMountPolicy mounts(ProjectSettings.@Nullable CacheMounts decided) {
    Boolean saved = decided == null ? null : decided.saved();
    Long maxBytes = decided == null ? null : decided.maxBytes();
    return new CacheMountPolicy(
        saved == null ? CacheMountPolicy.DEFAULT.saved() : saved,
        maxBytes == null ? CacheMountPolicy.DEFAULT.maxBytes() : maxBytes);
  }

  private static CacheScope scope(BuildSpecification specification) {
    CacheScope project = new CacheScope(specification.project());
    String branch = specification.cacheScope();
    return branch == null ? project : project.within(branch);
  }

  private ImageManifest publish(PublishSpecification specification, BuildObserver observer)
      throws BuildFailure, InterruptedException {
    List<Descriptor> manifests =
        specification.manifests().stream().map(JobWork::descriptor).toList();
    observer.planned(
        List.of(
            new StepPlan(
                PUBLISH, "[publish] " + String.join(" ", specification.tags()), 0, List.of())));
    observer.started(PUBLISH);
    StepOutcome outcome = StepOutcome.CANCELED;
    try {
      Descriptor published =
          engine.publish(
              new PublishRequest(
                  manifests,
                  references(specification.tags()),
                  credentials(specification.credentials())));
      outcome = StepOutcome.DONE;
      return new ImageManifest(
          specification.manifests().stream()
              .map(ImageManifest::platform)
              .collect(Collectors.joining(",")),
          published.mediaType(),
          published.digest().toString(),
          published.size(),
          specification.manifests().stream().mapToLong(ImageManifest::imageSize).sum());
    } catch (BuildFailure | RuntimeException e) {
      outcome = StepOutcome.FAILED;
      throw e;
    } finally {
      observer.finished(PUBLISH, outcome);
    }
  }

  private static Descriptor descriptor(ImageManifest manifest) {
    return Descriptor.of(manifest.mediaType(), Digest.parse(manifest.digest()), manifest.size())
        .forPlatform(Platform.parse(manifest.platform()));
  }

  private static String dockerfile(BuildContext context, String name) throws BuildFailure {
    try {
      // The index alone decides where links lead, as it did when the context was received.
      Optional<LayerEntry> file =
          new ReceivedContext(context.index(), Map.of(), 0, 0)
              .resolveFile(ImagePath.normalize(name));
      if (file.isEmpty()) {
        throw BuildFailure.user(
            "dockerfile-missing", "The build context has no file \"" + name + "\".");
      }
      if (file.get().size() > DOCKERFILE_LIMIT_BYTES) {
        throw BuildFailure.limit(
            "dockerfile-too-large",
            "\"" + name + "\" is larger than " + (DOCKERFILE_LIMIT_BYTES >> 20) + " MiB.");
      }
      try (InputStream in = context.open(file.get())) {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
      }
    } catch (ObjectNotFoundException e) {
      throw BuildFailure.farm(
          "context-lost",
          "The build's context is no longer in the object store: somebody, or a lifecycle rule of"
              + " the bucket, removed it. Submit the build again.",
          e);
    } catch (IOException e) {
      throw BuildFailure.farm(
          "context-unavailable", "The build context cannot be read: " + e.getMessage() + ".", e);
    }
  }

  private static List<ImageReference> references(List<String> tags) {
    return tags.stream().map(ImageReference::parse).toList();
  }

  private static RegistryCredentials credentials(List<RegistryCredential> given) {
    Map<String, RegistryCredentials.Credential> byRegistry = new HashMap<>();
    for (RegistryCredential credential : given) {
      byRegistry.put(
          credential.registry(),
          new RegistryCredentials.Credential(credential.username(), credential.password()));
    }
    return registry -> Optional.ofNullable(byRegistry.get(registry));
  }

  /** As BuildKit takes it: the build argument of that name, in seconds since the epoch. */
  private static Optional<Instant> sourceDateEpoch(Map<String, String> buildArgs)
      throws BuildFailure {
    String seconds = buildArgs.get("SOURCE_DATE_EPOCH");
    if (seconds == null || seconds.isBlank()) {
      return Optional.empty();
    }
    try {
      return Optional.of(Instant.ofEpochSecond(Long.parseLong(seconds.trim())));
    } catch (NumberFormatException | java.time.DateTimeException e) {
      throw BuildFailure.user(
          "source-date-epoch-invalid",
          "SOURCE_DATE_EPOCH must be seconds since 1970, not \"" + seconds + "\".");
    }
  }
}
