package dev.brickyard.scheduler.claim;

import dev.brickyard.contracts.Json;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;

/**
 * What went wrong with a request (RFC 9457).
 *
 * @param code stable, lower case with hyphens
 */
public record Problem(String type, String title, int status, String code, String detail) {
  private static final String NO_PAGE = "about:blank";

  /** What was sent makes no sense. */
  public static Problem badRequest(String detail) {
    return new Problem(NO_PAGE, "Bad Request", 400, "unreadable", detail);
  }

  /** Who asks has not shown the token. */
  public static Problem unauthorized(String detail) {
    return new Problem(NO_PAGE, "Unauthorized", 401, "unauthorized", detail);
  }

  /** There is no such job. */
  public static Problem noSuchJob(String detail) {
    return new Problem(NO_PAGE, "Not Found", 404, "no-such-job", detail);
  }

  /** It cannot be, as things stand. */
  public static Problem conflict(String code, String detail) {
    return new Problem(NO_PAGE, "Conflict", 409, code, detail);
  }

  /** The problem as an answer. */
  public Response toResponse() {
    Response.ResponseBuilder answer =
        Response.status(status).type("application/problem+json").entity(Json.write(this));
    if (status == Response.Status.UNAUTHORIZED.getStatusCode()) {
      answer.header(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
    }
    return answer.build();
  }
}
