package dev.brickyard.scheduler.claim;

import dev.brickyard.contracts.BuildSpecification;
import dev.brickyard.contracts.ClaimGranted;
import dev.brickyard.contracts.GrantedSecrets;
import dev.brickyard.contracts.ImageManifest;
import dev.brickyard.contracts.JobKind;
import dev.brickyard.contracts.Json;
import dev.brickyard.contracts.PublishSpecification;
import dev.brickyard.scheduler.SchedulerConfiguration;
import dev.brickyard.scheduler.build.BuildOrder;
import dev.brickyard.scheduler.build.Builds;
import dev.brickyard.scheduler.build.JobLife;
import dev.brickyard.scheduler.project.Projects;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

/** Puts together what a worker needs for the attempt it was granted. */
@Singleton
class Grants {
  private final SchedulerConfiguration configuration;
  private final RegistryCredentials credentials;
  private final Projects projects;
  private final SubmittedSecrets secrets;

  Grants(
      SchedulerConfiguration configuration,
      RegistryCredentials credentials,
      Projects projects,
      SubmittedSecrets secrets) {
    this.configuration = configuration;
    this.credentials = credentials;
    this.projects = projects;
    this.secrets = secrets;
  }

  ClaimGranted of(Builds.Claim claim, UUID jobId) {
    JobLife job = claim.life().job(jobId);
    BuildOrder order = claim.order();
    return new ClaimGranted(
        Json.SCHEMA_VERSION,
        order.id(),
        jobId,
        job.attempt(),
        job.kind(),
        Math.toIntExact(Math.max(1, configuration.jobs().heartbeat().toSeconds())),
        job.kind() == JobKind.BUILD ? build(order, job) : null,
        job.kind() == JobKind.PUBLISH ? publish(order, claim.life().jobs()) : null,
        order.traceparent(),
        order.platforms().size() == 1);
  }

  private BuildSpecification build(BuildOrder order, JobLife job) {
    return new BuildSpecification(
        order.contextId(),
        order.project(),
        order.cacheScope(),
        order.dockerfile(),
        job.platform(),
        order.tags(),
        order.target(),
        order.buildArgs(),
        order.labels(),
        order.noCache(),
        order.options(),
        credentials.all(),
        projects.cacheMounts(order.project()),
        order.options().secrets() ? secrets.of(order.id()) : GrantedSecrets.NONE);
  }

  private PublishSpecification publish(BuildOrder order, List<JobLife> jobs) {
    List<ImageManifest> manifests =
        jobs.stream()
            .filter(job -> job.kind() == JobKind.BUILD)
            .map(job -> Objects.requireNonNull(job.image(), "published before it was built"))
            .toList();
    return new PublishSpecification(manifests, order.tags(), credentials.all());
  }
}
