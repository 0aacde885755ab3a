package dev.brickyard.scheduler.lease;

import dev.brickyard.contracts.Json;
import dev.brickyard.contracts.LeaseRequest;
import dev.brickyard.contracts.LeaseStandings;
import dev.brickyard.contracts.UnreadableMessageException;
import dev.brickyard.scheduler.claim.Problem;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.UUID;

/** What workers ask about leases, as {@link LeaseRequest} and {@link LeaseStandings} say. */
@Path("/internal/v1/leases")
@Blocking
public class LeaseResource {
  /** A scope's name and a digest fit in it three times. */
  private static final int LONGEST_KEY = 1000;

  private final Leases leases;

  LeaseResource(Leases leases) {
    this.leases = leases;
  }

  /** An attempt wants a lease. */
  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  public Response acquire(byte[] body) {
    LeaseRequest request;
    try {
      request = Json.read(body, LeaseRequest.class);
    } catch (UnreadableMessageException e) {
      return Problem.badRequest("The lease's request cannot be read.").toResponse();
    }
    if (request.leaseId() == null
        || request.key() == null
        || request.key().isEmpty()
        || request.key().length() > LONGEST_KEY
        || request.jobId() == null
        || request.stepId() == null) {
      return Problem.badRequest("A lease's request names its lease, key, job and step.")
          .toResponse();
    }
    return leases
        .acquire(request)
        .map(answer -> json(answer))
        .orElseGet(
            () ->
                Problem.conflict("attempt-superseded", "The attempt is no longer yours.")
                    .toResponse());
  }

  /** A worker asks after leases that it waits for. */
  @POST
  @Path("standings")
  @Consumes(MediaType.APPLICATION_JSON)
  public Response standings(byte[] body) {
    LeaseStandings.Question question;
    try {
      question = Json.read(body, LeaseStandings.Question.class);
    } catch (UnreadableMessageException e) {
      return Problem.badRequest("The question cannot be read.").toResponse();
    }
    if (question.leaseIds().size() > LeaseStandings.MOST) {
      return Problem.badRequest("A question names 1000 leases at most.").toResponse();
    }
    return json(new LeaseStandings(Json.SCHEMA_VERSION, leases.standings(question.leaseIds())));
  }

  /** A holder gives a lease back. */
  @DELETE
  @Path("{lease}")
  public Response release(
      @PathParam("lease") UUID lease, @QueryParam("failed") @DefaultValue("false") boolean failed) {
    leases.release(lease, failed);
    return Response.noContent().build();
  }

  private static Response json(Object answer) {
    return Response.ok(Json.write(answer), MediaType.APPLICATION_JSON_TYPE).build();
  }
}
