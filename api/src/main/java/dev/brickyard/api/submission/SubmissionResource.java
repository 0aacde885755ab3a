package dev.brickyard.api.submission;

import dev.brickyard.api.build.Build;
import dev.brickyard.api.build.BuildReader;
import dev.brickyard.api.problem.Problem;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.io.InputStream;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.headers.Header;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/**
 * Submitting builds. Who may submit into which project is decided here once there are accounts;
 * today every caller may use every project.
 */
@Path("/v1/builds")
@RunOnVirtualThread
@Tag(name = "Builds")
public class SubmissionResource {
  /** W3C Trace Context, version 00. */
  private static final Pattern TRACEPARENT =
      Pattern.compile("00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");

  private final Submissions submissions;

  SubmissionResource(Submissions submissions) {
    this.submissions = submissions;
  }

  /** Accepts a build. */
  @POST
  @Consumes(MediaType.WILDCARD)
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Build a context",
      description =
          "The body is the build context as a tar, plain or packed with gzip or zstd; its"
              + " compression is told by its first bytes, the media type does not matter. With curl:"
              + " `tar -c . | curl -T - -X POST \"http://localhost:8080/v1/builds?tag=NAME\"`."
              + " Secrets for RUN come in a form before it: parts named secret.ID and ssh.ID, and"
              + " last one named context. `curl -F secret.token=@token.txt -F ssh.default=@key -F"
              + " context=@context.tar \"http://localhost:8080/v1/builds?tag=NAME\"`.")
  @Parameter(
      name = "tag",
      in = ParameterIn.QUERY,
      required = true,
      description = "Name of the image, with registry and tag; repeatable",
      schema = @Schema(type = SchemaType.ARRAY, implementation = String.class))
  @Parameter(
      name = "platform",
      in = ParameterIn.QUERY,
      description = "os/arch[/variant], linux/amd64 if absent; repeatable, or a list with commas",
      schema = @Schema(type = SchemaType.ARRAY, implementation = String.class))
  @Parameter(
      name = "file",
      in = ParameterIn.QUERY,
      description = "Path of the Dockerfile in the context",
      schema = @Schema(type = SchemaType.STRING, defaultValue = "Dockerfile"))
  @Parameter(
      name = "target",
      in = ParameterIn.QUERY,
      description = "Stage to build, by name or number; the last one if absent",
      schema = @Schema(type = SchemaType.STRING))
  @Parameter(
      name = "build-arg",
      in = ParameterIn.QUERY,
      description = "KEY=VALUE for an ARG; repeatable",
      schema = @Schema(type = SchemaType.ARRAY, implementation = String.class))
  @Parameter(
      name = "label",
      in = ParameterIn.QUERY,
      description = "KEY=VALUE for the image's configuration; repeatable",
      schema = @Schema(type = SchemaType.ARRAY, implementation = String.class))
  @Parameter(
      name = "no-cache",
      in = ParameterIn.QUERY,
      description = "Run every step, whatever the cache has",
      schema = @Schema(type = SchemaType.BOOLEAN, defaultValue = "false"))
  @Parameter(
      name = "no-cache-filter",
      in = ParameterIn.QUERY,
      description =
          "Stages, by name or number, to run whatever the cache has; repeatable, or a list with"
              + " commas",
      schema = @Schema(type = SchemaType.ARRAY, implementation = String.class))
  @Parameter(
      name = "network",
      in = ParameterIn.QUERY,
      description =
          "Network of RUN where its line does not say: default, none, or host where that is allowed",
      schema = @Schema(type = SchemaType.STRING, defaultValue = "default"))
  @Parameter(
      name = "add-host",
      in = ParameterIn.QUERY,
      description =
          "NAME=ADDRESS for the /etc/hosts of RUN, or NAME=host-gateway; repeatable, or a list with"
              + " commas",
      schema = @Schema(type = SchemaType.ARRAY, implementation = String.class))
  @Parameter(
      name = "shm-size",
      in = ParameterIn.QUERY,
      description = "Size of /dev/shm for RUN, in bytes or with a unit",
      schema = @Schema(type = SchemaType.STRING, defaultValue = "64m"))
  @Parameter(
      name = "ulimit",
      in = ParameterIn.QUERY,
      description = "TYPE=SOFT[:HARD] for RUN; repeatable",
      schema = @Schema(type = SchemaType.ARRAY, implementation = String.class))
  @Parameter(
      name = "project",
      in = ParameterIn.QUERY,
      description = "Names the part of the cache the build shares",
      schema = @Schema(type = SchemaType.STRING, defaultValue = "default"))
  @Parameter(
      name = "cache-scope",
      in = ParameterIn.QUERY,
      description =
          "A branch or fork: the build reads the project's cache and writes one of its own",
      schema = @Schema(type = SchemaType.STRING))
  @RequestBody(
      required = true,
      description = "The build context, or a form with secrets before it",
      content = {
        @Content(
            mediaType = "application/x-tar",
            schema = @Schema(type = SchemaType.STRING, format = "binary")),
        @Content(mediaType = "multipart/form-data", schema = @Schema(type = SchemaType.OBJECT))
      })
  @APIResponse(
      responseCode = "201",
      description = "Accepted",
      headers = @Header(name = "Location", description = "The build's address"),
      content = @Content(schema = @Schema(implementation = Build.class)))
  @APIResponse(
      responseCode = "400",
      description = "A parameter is wrong, or the body is empty",
      content =
          @Content(
              mediaType = Problem.MEDIA_TYPE,
              schema = @Schema(implementation = Problem.class)))
  @APIResponse(
      responseCode = "413",
      description = "The context exceeds a limit",
      content =
          @Content(
              mediaType = Problem.MEDIA_TYPE,
              schema = @Schema(implementation = Problem.class)))
  @APIResponse(
      responseCode = "422",
      description =
          "The context is no good archive, or its Dockerfile has an error: nothing is"
              + " queued. For a Dockerfile: file, line, column and excerpt",
      content =
          @Content(
              mediaType = Problem.MEDIA_TYPE,
              schema = @Schema(implementation = Problem.class)))
  @APIResponse(
      responseCode = "501",
      description = "The build came with secrets, and this farm takes none",
      content =
          @Content(
              mediaType = Problem.MEDIA_TYPE,
              schema = @Schema(implementation = Problem.class)))
  @APIResponse(
      responseCode = "503",
      description = "The object store is away, or too many contexts arrive at once: try again",
      content =
          @Content(
              mediaType = Problem.MEDIA_TYPE,
              schema = @Schema(implementation = Problem.class)))
  public Response submit(
      UriInfo uri,
      @Parameter(hidden = true) @HeaderParam("traceparent") @Nullable String traceparent,
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.CONTENT_LENGTH) @Nullable Long length,
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.CONTENT_TYPE) @Nullable String type,
      InputStream body) {
    SubmissionOptions options = OptionsReader.read(uri.getQueryParameters());
    submissions.checkLength(length == null ? 0 : length);
    SubmissionEntity accepted =
        submissions.accept(
            options,
            type,
            body,
            traceparent != null && TRACEPARENT.matcher(traceparent).matches() ? traceparent : null);
    return Response.created(uri.getBaseUriBuilder().path("v1/builds/{id}").build(accepted.id))
        .entity(BuildReader.justAccepted(accepted))
        .build();
  }
}
