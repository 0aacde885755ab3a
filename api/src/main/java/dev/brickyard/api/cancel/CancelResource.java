package dev.brickyard.api.cancel;

import dev.brickyard.api.build.Build;
import dev.brickyard.api.build.BuildId;
import dev.brickyard.api.build.BuildReader;
import dev.brickyard.api.problem.Problem;
import dev.brickyard.api.problem.ProblemException;
import dev.brickyard.api.problem.Problems;
import dev.brickyard.api.submission.Announcer;
import dev.brickyard.api.submission.SubmissionRecorder;
import dev.brickyard.contracts.Json;
import dev.brickyard.contracts.SubmissionMessage;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Clock;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Stopping builds. */
@Path("/v1/builds/{id}/cancel")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Builds")
public class CancelResource {
  private final BuildReader builds;
  private final SubmissionRecorder recorder;
  private final Announcer announcer;
  private final Clock clock;

  CancelResource(
      BuildReader builds, SubmissionRecorder recorder, Announcer announcer, Clock clock) {
    this.builds = builds;
    this.recorder = recorder;
    this.announcer = announcer;
    this.clock = clock;
  }

  /** Asks for the build's end; asking again changes nothing. */
  @POST
  @Operation(
      summary = "Cancel a build",
      description =
          "The build's end is asked for; follow its events to see it come. Asking again changes"
              + " nothing.")
  @APIResponse(
      responseCode = "202",
      description = "Asked for",
      content = @Content(schema = @Schema(implementation = Build.class)))
  @APIResponse(
      responseCode = "404",
      description = "There is no such build",
      content =
          @Content(
              mediaType = Problem.MEDIA_TYPE,
              schema = @Schema(implementation = Problem.class)))
  @APIResponse(
      responseCode = "409",
      description = "The build has already ended",
      content =
          @Content(
              mediaType = Problem.MEDIA_TYPE,
              schema = @Schema(implementation = Problem.class)))
  public Response cancel(@PathParam("id") String text) {
    UUID id = BuildId.parse("id", text);
    BuildReader.Status status = builds.status(id).orElseThrow(() -> Problems.noSuchBuild(id));
    if (status.state().isFinal()) {
      throw new ProblemException(
          Problem.of(
              409,
              "build-ended",
              "The build has already ended",
              "build " + id + " has already " + ended(status)));
    }
    Instant now = clock.instant();
    recorder.recordCancel(id, now);
    announcer.announce(new SubmissionMessage.CancelRequested(Json.SCHEMA_VERSION, id, now));
    return Response.accepted(builds.find(id).orElseThrow(() -> Problems.noSuchBuild(id))).build();
  }

  private static String ended(BuildReader.Status status) {
    return switch (status.state()) {
      case CANCELED -> "been canceled";
      case QUEUED, RUNNING, PUBLISHING, SUCCEEDED, FAILED ->
          status.state().name().toLowerCase(Locale.ROOT);
    };
  }
}
