package dev.brickyard.worker.job;

import dev.brickyard.contracts.BuildOptions;
import dev.brickyard.contracts.BuildOutput;
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
import dev.brickyard.engine.export.Attestation;
import dev.brickyard.engine.image.Descriptor;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.image.Platform;
import dev.brickyard.engine.registry.RegistryCredentials;
import dev.brickyard.storage.context.ContextStore;
import dev.brickyard.storage.output.OutputStore;
import dev.brickyard.worker.lease.FarmLeases;
import dev.brickyard.worker.progress.Attempt;
import dev.brickyard.worker.progress.LogMark;
import dev.brickyard.worker.use.UseReporter;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a claimed job asks the engine to do. */
public final class JobWork {
  private static final Logger LOG = LoggerFactory.getLogger(JobWork.class);
  private static final StepId PUBLISH = new StepId("publish");

  private final BuildEngine engine;
  private final ContextStore contexts;
  private final FarmLeases leases;
  private final UseReporter uses;
  private final JobOutputs outputs;
  private final RunOptions runOptions;

  /**
   * @param allowed what this worker's administrator allows RUN
   */
  public JobWork(
      BuildEngine engine,
      ContextStore contexts,
      OutputStore outputs,
      FarmLeases leases,
      UseReporter uses,
      Set<Entitlement> allowed) {
    this.engine = engine;
    this.contexts = contexts;
    this.outputs = new JobOutputs(outputs);
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
        return publish(claim, publish, observer);
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
    BuildCache cache =
        BuildCache.of(scope)
            .withLeases(shared)
            .telling(uses.of(claim, scope.readable()))
            .withMounts(mounts(specification.cacheMounts()));
    JobContext context =
        JobContext.of(specification, contexts.open(specification.contextId()), engine, cache);
    BuildRequest request =
        new BuildRequest(
            context.dockerfileName(),
            context.dockerfile(),
            context.files(),
            Platform.parse(specification.platform()),
            specification.buildArgs(),
            specification.labels(),
            Optional.ofNullable(specification.target()),
            specification.noCache(),
            context.telling(cache),
            references(specification.tags()),
            credentials(specification.credentials()),
            sourceDateEpoch(specification.buildArgs()),
            outputs.with(
                runOptions.addTo(
                    options(specification.options()).withContexts(context.named()),
                    specification.options().run(),
                    specification.secrets()),
                claim,
                specification.options(),
                Platform.parse(specification.platform())));
    BuildResult result = engine.build(request, observer);
    Descriptor manifest = result.manifest();
    return new ImageManifest(
        specification.platform(),
        manifest.mediaType(),
        manifest.digest().toString(),
        manifest.size(),
        result.size(),
        result
            .attestation()
            .map(said -> new ImageManifest.Attestation(said.digest().toString(), said.size()))
            .orElse(null));
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

  private ImageManifest publish(
      ClaimGranted claim, PublishSpecification specification, BuildObserver observer)
      throws BuildFailure, InterruptedException {
    BuildOptions options = specification.options();
    List<Descriptor> manifests = new ArrayList<>();
    specification.manifests().forEach(manifest -> manifests.add(descriptor(manifest, options)));
    specification.manifests().forEach(manifest -> attestation(manifest).ifPresent(manifests::add));
    List<String> platforms =
        specification.manifests().stream().map(ImageManifest::platform).toList();
    observer.planned(
        List.of(
            new StepPlan(
                PUBLISH, "[publish] " + String.join(" ", results(specification)), 0, List.of())));
    observer.started(PUBLISH);
    StepOutcome outcome = StepOutcome.CANCELED;
    try {
      Optional<Descriptor> joint =
          platforms.size() > 1 ? outputs.join(claim, options, platforms) : Optional.empty();
      Descriptor published =
          engine.publish(
              new PublishRequest(
                  manifests,
                  references(specification.tags()),
                  credentials(specification.credentials()),
                  JobOutputs.ociTypes(options),
                  JobOutputs.indexAnnotations(options)));
      if (specification.tags().isEmpty() && joint.isPresent()) {
        published = joint.get();
      }
      if (platforms.size() > 1) {
        forgetParts(claim.buildId());
      }
      outcome = StepOutcome.DONE;
      return new ImageManifest(
          String.join(",", platforms),
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

  /** What there is to publish, for people: tags, or files to download. */
  private static List<String> results(PublishSpecification specification) {
    List<String> results = new ArrayList<>(specification.tags());
    specification.options().outputs().stream()
        .map(BuildOutput::name)
        .filter(name -> !name.isEmpty())
        .forEach(results::add);
    return results;
  }

  private void forgetParts(UUID build) {
    try {
      outputs.forgetParts(build);
    } catch (IOException e) {
      LOG.info("parts of outputs of build {} are left to be collected: {}", build, e.getMessage());
    }
  }

  private static Descriptor descriptor(ImageManifest manifest, BuildOptions options) {
    Platform platform = Platform.parse(manifest.platform());
    return Descriptor.of(manifest.mediaType(), Digest.parse(manifest.digest()), manifest.size())
        .forPlatform(platform)
        .withAnnotations(JobOutputs.descriptorAnnotations(options, platform));
  }

  private static Optional<Descriptor> attestation(ImageManifest manifest) {
    ImageManifest.Attestation said = manifest.attestation();
    return said == null
        ? Optional.empty()
        : Optional.of(
            Attestation.entry(
                Digest.parse(said.digest()), said.size(), Digest.parse(manifest.digest())));
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
