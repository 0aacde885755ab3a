package dev.brickyard.api.cache;

import dev.brickyard.api.problem.Problems;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** What the cache did for a project. */
@Path("/v1/projects/{project}/cache")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "projects")
public class ProjectCacheResource {
  private static final Duration USUAL = Duration.ofDays(30);
  private static final Pattern AGO = Pattern.compile("([0-9]{1,6})([smhdw])");

  private final ProjectCacheReader reader;
  private final Clock clock;

  ProjectCacheResource(ProjectCacheReader reader, Clock clock) {
    this.reader = reader;
    this.clock = clock;
  }

  /** Totals over a period. */
  @GET
  @RunOnVirtualThread
  @Operation(
      summary = "What the cache did for a project",
      description = "Hit rate, bytes and time, of all builds whose jobs ended in the period.")
  public ProjectCache totals(
      @PathParam("project") String project,
      @Parameter(
              description =
                  "From when on: an instant such as 2026-11-01T00:00:00Z, or how long ago, such as"
                      + " 7d (s, m, h, d or w); 30d when absent.")
          @QueryParam("since")
          @Nullable String since) {
    return reader.totals(project, instant(since));
  }

  private Instant instant(@Nullable String since) {
    Instant now = clock.instant();
    if (since == null || since.isBlank()) {
      return now.minus(USUAL);
    }
    Matcher ago = AGO.matcher(since.trim());
    try {
      if (!ago.matches()) {
        return Instant.parse(since.trim());
      }
      long seconds =
          switch (ago.group(2)) {
            case "s" -> 1;
            case "m" -> 60;
            case "h" -> 3600;
            case "d" -> 86_400;
            default -> 604_800;
          };
      return now.minusSeconds(seconds * Long.parseLong(ago.group(1)));
    } catch (DateTimeParseException e) {
      throw Problems.invalidParameter(
          "since",
          "since is an instant such as 2026-11-01T00:00:00Z, or how long ago, such as 7d or 12h");
    } catch (DateTimeException e) {
      throw Problems.invalidParameter("since", "since is longer ago than time can be told");
    }
  }
}
