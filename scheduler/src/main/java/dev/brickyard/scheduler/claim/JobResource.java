package dev.brickyard.scheduler.claim;

import dev.brickyard.contracts.AttemptReport;
import dev.brickyard.contracts.BuildEvent;
import dev.brickyard.contracts.ClaimRequest;
import dev.brickyard.contracts.Json;
import dev.brickyard.contracts.UnreadableMessageException;
import dev.brickyard.scheduler.attempt.Heartbeats;
import dev.brickyard.scheduler.build.Builds;
import dev.brickyard.scheduler.build.ClaimDecision;
import dev.brickyard.scheduler.build.Ticket;
import dev.brickyard.scheduler.event.WorkerEvents;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.UUID;

/** What workers ask about jobs, as {@link ClaimRequest} documents it. */
@Path("/internal/v1/jobs/{job}")
@Blocking
public class JobResource {
  private final Builds builds;
  private final Heartbeats heartbeats;
  private final Grants grants;

  JobResource(Builds builds, Heartbeats heartbeats, Grants grants) {
    this.builds = builds;
    this.heartbeats = heartbeats;
    this.grants = grants;
  }

  /** A worker got a record of the queue and wants the job. */
  @POST
  @Path("claims")
  @Consumes(MediaType.APPLICATION_JSON)
  public Response claim(@PathParam("job") UUID job, byte[] body) {
    ClaimRequest request;
    try {
      request = Json.read(body, ClaimRequest.class);
    } catch (UnreadableMessageException e) {
      return Problem.badRequest("The claim cannot be read.").toResponse();
    }
    if (request.workerId() == null || request.queue() == null || request.deliveryCount() < 1) {
      return Problem.badRequest("A claim names its worker, queue and delivery.").toResponse();
    }
    Ticket ticket =
        new Ticket(request.workerId(), request.queue(), request.offset(), request.deliveryCount());
    return builds
        .claim(job, ticket)
        .map(claim -> answer(job, claim))
        .orElseGet(() -> Problem.noSuchJob("There is no job " + job + ".").toResponse());
  }

  private Response answer(UUID job, Builds.Claim claim) {
    return switch (claim.decision()) {
      case ClaimDecision.Granted granted -> granted(job, claim);
      case ClaimDecision.Repeated repeated -> granted(job, claim);
      case ClaimDecision.Refused refused ->
          switch (refused.reason()) {
            case ALREADY_CLAIMED ->
                Problem.conflict("already-claimed", "Another attempt holds the job.").toResponse();
            case JOB_ENDED -> Problem.conflict("job-ended", "The job has ended.").toResponse();
            case NOT_QUEUED ->
                Problem.conflict("not-queued", "The job is not in the queue yet.").toResponse();
          };
    };
  }

  private Response granted(UUID job, Builds.Claim claim) {
    return Response.ok(Json.write(grants.of(claim, job)), MediaType.APPLICATION_JSON_TYPE).build();
  }

  /** The worker says how its attempt ended, as {@link AttemptReport} documents it. */
  @POST
  @Path("attempts/{attempt}/result")
  @Consumes(MediaType.APPLICATION_JSON)
  public Response result(
      @PathParam("job") UUID job, @PathParam("attempt") int attempt, byte[] body) {
    AttemptReport report;
    try {
      report = Json.read(body, AttemptReport.class);
    } catch (UnreadableMessageException e) {
      return Problem.badRequest("The result cannot be read.").toResponse();
    }
    BuildEvent.JobFinished finished = report.finished();
    if (finished == null || !job.equals(finished.jobId()) || attempt != finished.attempt()) {
      return Problem.badRequest("The result is another attempt's.").toResponse();
    }
    try {
      return builds
          .report(finished, WorkerEvents.aboutSteps(report), report.goesOn())
          .map(claim -> granted(claim.life().jobs().getLast().id(), claim))
          .orElseGet(() -> Response.noContent().build());
    } catch (IllegalArgumentException e) {
      return Problem.noSuchJob("The build has no job " + job + ".").toResponse();
    }
  }

  /** The worker still holds the attempt; 409 when it does not. */
  @POST
  @Path("attempts/{attempt}/heartbeat")
  public Response heartbeat(@PathParam("job") UUID job, @PathParam("attempt") int attempt) {
    return heartbeats.beat(job, attempt)
        ? Response.noContent().build()
        : Problem.conflict("attempt-superseded", "The attempt is no longer yours.").toResponse();
  }
}
