package dev.brickyard.api.cache;

import dev.brickyard.api.build.BuildId;
import dev.brickyard.api.problem.Problem;
import dev.brickyard.api.problem.ProblemException;
import dev.brickyard.api.problem.Problems;
import dev.brickyard.api.problem.Suggestions;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** How much the cache holds, and collecting its garbage. */
@Path("/v1/cache")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Cache")
public class CacheResource {
  private static final int MAX_LIMIT = 200;
  private static final int DEFAULT_LIMIT = 20;
  private static final Duration LONGEST = Duration.ofDays(365);

  private final CollectionReader collections;

  CacheResource(CollectionReader collections) {
    this.collections = collections;
  }

  /** What the bucket holds. */
  @GET
  @Operation(summary = "How much the cache holds, as the last collection of garbage left it")
  @APIResponse(
      responseCode = "200",
      description = "Objects and bytes, all together and by kind",
      content = @Content(schema = @Schema(implementation = CacheTotals.class)))
  public CacheTotals totals() {
    return collections.totals();
  }

  /** Collections, newest first. */
  @GET
  @Path("/collections")
  @Operation(summary = "List collections of garbage, newest first")
  @APIResponse(
      responseCode = "200",
      description = "The newest",
      content = @Content(schema = @Schema(implementation = Collection.Page.class)))
  public Collection.Page list(
      @Parameter(
              description = "How many at most, 1 to 200",
              schema = @Schema(type = SchemaType.INTEGER, defaultValue = "20"))
          @QueryParam("limit")
          @Nullable String limit,
      UriInfo uri) {
    refuseOthers(uri, List.of("limit"));
    return new Collection.Page(collections.newest(limit == null ? DEFAULT_LIMIT : limit(limit)));
  }

  /** One of them. */
  @GET
  @Path("/collections/{id}")
  @Operation(summary = "Look at a collection of garbage: what was found, removed, and why not more")
  @APIResponse(
      responseCode = "200",
      description = "The collection",
      content = @Content(schema = @Schema(implementation = Collection.class)))
  @APIResponse(
      responseCode = "404",
      description = "There is no such collection",
      content =
          @Content(
              mediaType = Problem.MEDIA_TYPE,
              schema = @Schema(implementation = Problem.class)))
  public Collection get(@PathParam("id") String id) {
    return collections
        .find(BuildId.parse("id", id))
        .orElseThrow(
            () ->
                new ProblemException(
                    Problem.of(
                        404,
                        "no-such-collection",
                        "There is no such collection",
                        "there is no collection " + Suggestions.printable(id))));
  }

  /** Asks for one now. */
  @POST
  @Path("/collections")
  @Operation(
      summary = "Collect garbage now",
      description =
          "The scheduler begins within seconds, after the one that may be running. A dry run says"
              + " what would be removed.")
  @APIResponse(
      responseCode = "202",
      description = "Asked for",
      headers = @Header(name = "Location", description = "The collection's address"),
      content = @Content(schema = @Schema(implementation = Collection.class)))
  @APIResponse(
      responseCode = "400",
      description = "A parameter is wrong",
      content =
          @Content(
              mediaType = Problem.MEDIA_TYPE,
              schema = @Schema(implementation = Problem.class)))
  public Response collect(
      @Parameter(
              description = "Remove nothing",
              schema = @Schema(type = SchemaType.BOOLEAN, defaultValue = "false"))
          @QueryParam("dry-run")
          @Nullable String dryRun,
      @Parameter(
              description =
                  "Instead of the farm's grace period, as ISO 8601 has it; while builds run, what"
                      + " they may need stays all the same",
              schema = @Schema(type = SchemaType.STRING))
          @QueryParam("grace")
          @Nullable String grace,
      UriInfo uri) {
    refuseOthers(uri, List.of("dry-run", "grace"));
    Collection asked =
        collections.request(
            dryRun != null && truth(dryRun), Optional.ofNullable(grace).map(CacheResource::period));
    return Response.accepted(asked)
        .location(uri.getBaseUriBuilder().path("v1/cache/collections/{id}").build(asked.id()))
        .build();
  }

  private static void refuseOthers(UriInfo uri, List<String> known) {
    for (String name : uri.getQueryParameters().keySet()) {
      if (!known.contains(name)) {
        throw Problems.unknownParameter(name, known);
      }
    }
  }

  private static boolean truth(String text) {
    return switch (text) {
      case "", "true" -> true;
      case "false" -> false;
      default -> throw Problems.invalidParameter("dry-run", "dry-run must be true or false");
    };
  }

  private static Duration period(String text) {
    try {
      Duration period = Duration.parse(text);
      if (!period.isNegative() && period.compareTo(LONGEST) <= 0) {
        return period;
      }
    } catch (DateTimeException e) {
      // Told below.
    }
    throw Problems.invalidParameter(
        "grace", "grace must be a period as ISO 8601 has it, from PT0S to P365D, such as PT6H");
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
