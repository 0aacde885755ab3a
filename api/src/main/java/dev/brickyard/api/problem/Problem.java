package dev.brickyard.api.problem;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A problem document (RFC 9457), with the farm's own members after the standard ones.
 *
 * @param type {@code urn:brickyard:problem:<code>}
 * @param title the same for every problem of this code
 * @param status the HTTP status
 * @param detail one plain sentence about this occurrence
 * @param code stable, lower case with hyphens
 * @param parameter the query parameter, header or path parameter to blame
 * @param file the Dockerfile to blame
 * @param line from 1
 * @param column from 1
 * @param excerpt Dockerfile lines with the place marked {@code >>>}
 * @param candidates what may have been meant
 * @param occurrence names this occurrence in the service's log
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(description = "A problem document as RFC 9457 defines it, with members of the farm's own.")
public record Problem(
    String type,
    String title,
    int status,
    String detail,
    String code,
    @Nullable String parameter,
    @Nullable String file,
    @Nullable Integer line,
    @Nullable Integer column,
    @Nullable String excerpt,
    @Nullable List<String> candidates,
    @Nullable String occurrence) {
  /** The media type of problem documents. */
  public static final String MEDIA_TYPE = "application/problem+json";

  public Problem {
    candidates = candidates == null ? null : List.copyOf(candidates);
  }

  /** A problem without any place to blame. */
  public static Problem of(int status, String code, String title, String detail) {
    return new Problem(
        "urn:brickyard:problem:" + code,
        title,
        status,
        detail,
        code,
        null,
        null,
        null,
        null,
        null,
        null,
        null);
  }

  /** The same problem, blaming a parameter. */
  public Problem blaming(String parameter) {
    return new Problem(
        type,
        title,
        status,
        detail,
        code,
        parameter,
        file,
        line,
        column,
        excerpt,
        candidates,
        occurrence);
  }

  /** The same problem, blaming a place in a file. */
  public Problem at(String file, int line, int column, String excerpt) {
    return new Problem(
        type,
        title,
        status,
        detail,
        code,
        parameter,
        file,
        line,
        column,
        excerpt,
        candidates,
        occurrence);
  }

  /** The same problem, with what may have been meant. */
  public Problem suggesting(List<String> candidates) {
    return new Problem(
        type,
        title,
        status,
        detail,
        code,
        parameter,
        file,
        line,
        column,
        excerpt,
        candidates,
        occurrence);
  }

  /** The same problem, findable in the log under this name. */
  public Problem loggedAs(String occurrence) {
    return new Problem(
        type,
        title,
        status,
        detail,
        code,
        parameter,
        file,
        line,
        column,
        excerpt,
        candidates,
        occurrence);
  }
}
