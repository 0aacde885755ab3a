package dev.brickyard.api.build;

import dev.brickyard.api.problem.Problem;
import dev.brickyard.api.problem.Problems;
import dev.brickyard.api.problem.Suggestions;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Reading builds. */
@Path("/v1/builds")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Builds")
public class BuildResource {
  private static final List<String> PARAMETERS = List.of("state", "project", "limit", "before");
  private static final int MAX_LIMIT = 500;
  private static final int DEFAULT_LIMIT = 50;

  private final BuildReader builds;

  BuildResource(BuildReader builds) {
    this.builds = builds;
  }

  /** Builds, newest first. */
  @GET
  @Operation(
      summary = "List builds, newest first",
      description =
          "Jobs come without their steps. Ask for the next page with `before` set to `next`.")
  @APIResponse(
      responseCode = "200",
      description = "A page of builds",
      content = @Content(schema = @Schema(implementation = Build.Page.class)))
  @APIResponse(
      responseCode = "400",
      description = "A parameter is wrong",
      content =
          @Content(
              mediaType = Problem.MEDIA_TYPE,
              schema = @Schema(implementation = Problem.class)))
  public Build.Page list(
      @Parameter(
              description = "Only builds in this state",
              schema = @Schema(implementation = BuildState.class))
          @QueryParam("state")
          @Nullable String state,
      @Parameter(description = "Only builds of this project") @QueryParam("project")
          @Nullable String project,
      @Parameter(
              description = "How many at most, 1 to 500",
              schema = @Schema(type = SchemaType.INTEGER, defaultValue = "50"))
          @QueryParam("limit")
          @Nullable String limit,
      @Parameter(description = "Only builds accepted before the one with this id")
          @QueryParam("before")
          @Nullable String before,
      UriInfo uri) {
    for (String name : uri.getQueryParameters().keySet()) {
      if (!PARAMETERS.contains(name)) {
        throw Problems.unknownParameter(name, PARAMETERS);
      }
    }
    return builds.page(
        new BuildReader.Query(
            state == null ? null : state(state),
            project,
            before == null ? null : BuildId.parse("before", before),
            limit == null ? DEFAULT_LIMIT : limit(limit)));
  }

  /** One build. */
  @GET
  @Path("/{id}")
  @Operation(summary = "Look at a build: its state, jobs, steps, image or failure")
  @APIResponse(
      responseCode = "200",
      description = "The build",
      content = @Content(schema = @Schema(implementation = Build.class)))
  @APIResponse(
      responseCode = "404",
      description = "There is no such build",
      content =
          @Content(
              mediaType = Problem.MEDIA_TYPE,
              schema = @Schema(implementation = Problem.class)))
  public Build get(@PathParam("id") String id) {
    return builds.find(BuildId.parse("id", id)).orElseThrow(() -> Problems.noSuchBuild(id));
  }

  private static BuildState state(String text) {
    try {
      return BuildState.valueOf(text.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw Problems.invalidParameter(
          "state",
          "\""
              + Suggestions.printable(text)
              + "\" is no state of a build; there are "
              + Arrays.stream(BuildState.values())
                  .map(Enum::name)
                  .collect(Collectors.joining(", ")));
    }
  }

  private static int limit(String text) {
    try {
      int limit = Integer.parseInt(text);
      if (limit >= 1 && limit <= MAX_LIMIT) {
        return limit;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw Problems.invalidParameter("limit", "limit must be a number from 1 to " + MAX_LIMIT);
  }
}
