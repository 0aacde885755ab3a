package dev.brickyard.api.submission;

import dev.brickyard.api.problem.Problem;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.UriInfo;
import java.io.InputStream;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Checking a Dockerfile without building it. */
@Path("/v1/checks")
@RunOnVirtualThread
@Tag(name = "Checks")
public class CheckResource {
  private final Submissions submissions;

  CheckResource(Submissions submissions) {
    this.submissions = submissions;
  }

  /** Runs the build checks. */
  @POST
  @Consumes(MediaType.WILDCARD)
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Check a Dockerfile",
      description =
          "Takes what `POST /v1/builds` takes, parameters and body; no tag is needed, and of the"
              + " context only the Dockerfile and `.dockerignore`. Nothing is built or kept. No"
              + " registry is asked, so that what depends on base images is left out. Without a"
              + " target every stage is looked into.")
  @Parameter(
      name = "file",
      in = ParameterIn.QUERY,
      description = "Path of the Dockerfile in the context",
      schema = @Schema(type = SchemaType.STRING, defaultValue = "Dockerfile"))
  @Parameter(
      name = "target",
      in = ParameterIn.QUERY,
      description = "Look only into this stage and those it needs",
      schema = @Schema(type = SchemaType.STRING))
  @Parameter(
      name = "platform",
      in = ParameterIn.QUERY,
      description = "os/arch[/variant], linux/amd64 if absent; of several the first counts",
      schema = @Schema(type = SchemaType.ARRAY, implementation = String.class))
  @Parameter(
      name = "build-arg",
      in = ParameterIn.QUERY,
      description =
          "KEY=VALUE for an ARG; repeatable. BUILDKIT_DOCKERFILE_CHECK replaces the file's `check`"
              + " directive",
      schema = @Schema(type = SchemaType.ARRAY, implementation = String.class))
  @RequestBody(
      required = true,
      description = "The build context",
      content =
          @Content(
              mediaType = "application/x-tar",
              schema = @Schema(type = SchemaType.STRING, format = "binary")))
  @APIResponse(
      responseCode = "200",
      description = "What was found; the list is empty when nothing was",
      content = @Content(schema = @Schema(implementation = CheckAnswer.class)))
  @APIResponse(
      responseCode = "400",
      description = "A parameter is wrong, or the body is empty",
      content =
          @Content(
              mediaType = Problem.MEDIA_TYPE,
              schema = @Schema(implementation = Problem.class)))
  @APIResponse(
      responseCode = "422",
      description = "The context is no good archive, or its Dockerfile has an error",
      content =
          @Content(
              mediaType = Problem.MEDIA_TYPE,
              schema = @Schema(implementation = Problem.class)))
  public CheckAnswer check(
      UriInfo uri,
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.CONTENT_LENGTH) @Nullable Long length,
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.CONTENT_TYPE) @Nullable String type,
      InputStream body) {
    SubmissionOptions options = OptionsReader.readForCheck(uri.getQueryParameters());
    submissions.checkLength(length == null ? 0 : length);
    return CheckAnswer.of(submissions.check(options, type, body));
  }
}
