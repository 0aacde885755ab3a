package dev.brickyard.api.problem;

import com.fasterxml.jackson.core.JsonProcessingException;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.ConstraintViolationException;
import jakarta.validation.Path;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.sql.SQLException;
import java.util.Locale;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Turns every exception that leaves a resource into a problem document. */
public class ProblemMappers {
  private static final Logger LOG = Logger.getLogger(ProblemMappers.class);

  /** Our own problems, as they are. */
  @ServerExceptionMapper
  public Response known(ProblemException e) {
    if (e.problem().status() >= 500) {
      LOG.warnf(e.getCause(), "%s", e.getMessage());
    }
    return response(e.problem());
  }

  /** What the framework refuses: unknown routes, methods, media types. */
  @ServerExceptionMapper
  public Response refused(WebApplicationException e, UriInfo uri) {
    int status = e.getResponse().getStatus();
    if (status >= 500) {
      return unexpected(e);
    }
    String path = "/" + Suggestions.printable(uri.getPath().replaceFirst("^/", ""));
    String detail =
        switch (status) {
          case 404 -> "there is nothing at " + path;
          case 405 -> path + " does not have this method";
          case 406 -> path + " cannot answer in any of the accepted media types";
          case 413 -> "the request's body is too large";
          case 415 -> path + " does not take a body of this media type";
          default ->
              "the request was refused: " + Suggestions.printable(String.valueOf(e.getMessage()));
        };
    String title = e.getResponse().getStatusInfo().getReasonPhrase();
    String code = title.toLowerCase(Locale.ROOT).replaceAll("[^a-z]+", "-");
    Response.ResponseBuilder answer =
        Response.status(status)
            .type(Problem.MEDIA_TYPE)
            .entity(Problem.of(status, code, title, detail));
    Object allow = e.getResponse().getHeaders().getFirst(HttpHeaders.ALLOW);
    return (allow == null ? answer : answer.header(HttpHeaders.ALLOW, allow)).build();
  }

  /** Parameters that break a declared bound. */
  @ServerExceptionMapper
  public Response invalid(ConstraintViolationException e) {
    ConstraintViolation<?> first = e.getConstraintViolations().iterator().next();
    String parameter = "";
    for (Path.Node node : first.getPropertyPath()) {
      parameter = String.valueOf(node.getName());
    }
    return response(
        Problems.invalidParameter(parameter, parameter + " " + first.getMessage()).problem());
  }

  /** JSON that is none. */
  @ServerExceptionMapper
  public Response unreadable(JsonProcessingException e) {
    return response(
        Problem.of(
            400,
            "unreadable-body",
            "The body cannot be read",
            "the body is not the JSON expected"));
  }

  /** A defect, or a part of the farm that failed in a way nobody foresaw. */
  @ServerExceptionMapper
  public Response unexpected(Throwable e) {
    if (isDatabaseAway(e)) {
      return known(Problems.unavailable("the database", e));
    }
    String occurrence = UUID.randomUUID().toString();
    LOG.errorf(e, "unexpected failure %s", occurrence);
    return response(
        Problem.of(
                500,
                "internal-error",
                "The farm failed",
                "something failed that should not; the api's log has it under " + occurrence)
            .loggedAs(occurrence));
  }

  /**
   * Whether PostgreSQL could not be reached, or has no connection left for us: classes 08
   * (connection exception), 53 (insufficient resources) and 57 (operator intervention); the pool's
   * own complaint has no state.
   */
  private static boolean isDatabaseAway(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql) {
        String state = sql.getSQLState();
        return state == null
            || state.startsWith("08")
            || state.startsWith("53")
            || state.startsWith("57");
      }
    }
    return false;
  }

  private static Response response(Problem problem) {
    Response.ResponseBuilder answer =
        Response.status(problem.status()).type(Problem.MEDIA_TYPE).entity(problem);
    return (problem.status() == 503 ? answer.header(HttpHeaders.RETRY_AFTER, 1) : answer).build();
  }
}
