package dev.brickyard.api.output;

import dev.brickyard.api.build.BuildId;
import dev.brickyard.api.build.BuildReader;
import dev.brickyard.api.build.BuildState;
import dev.brickyard.api.problem.Problem;
import dev.brickyard.api.problem.ProblemException;
import dev.brickyard.api.problem.Problems;
import dev.brickyard.storage.object.ObjectNotFoundException;
import dev.brickyard.storage.output.OutputStore;
import dev.brickyard.storage.output.StoredOutput;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The files that builds leave to be downloaded. */
@Path("/v1/builds/{id}/outputs")
@RunOnVirtualThread
@Tag(name = "Outputs")
public class OutputResource {
  private static final String TAR = "application/x-tar";

  private final BuildReader builds;
  private final OutputStore outputs;
  private final Clock clock;

  OutputResource(BuildReader builds, OutputStore outputs, Clock clock) {
    this.builds = builds;
    this.outputs = outputs;
    this.clock = clock;
  }

  /** What there is to download. */
  @GET
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "List a build's files",
      description =
          "Files asked for with `output=type=oci|docker|tar` when the build was submitted. There"
              + " are none before it has succeeded, and none once they have expired.")
  @APIResponse(
      responseCode = "200",
      description = "The files, by name",
      content = @Content(schema = @Schema(implementation = Output.Listing.class)))
  @APIResponse(
      responseCode = "404",
      description = "There is no such build",
      content =
          @Content(
              mediaType = Problem.MEDIA_TYPE,
              schema = @Schema(implementation = Problem.class)))
  public Output.Listing list(@PathParam("id") String id) {
    BuildReader.Status build = status(id);
    if (build.state() != BuildState.SUCCEEDED) {
      return new Output.Listing(List.of());
    }
    try {
      return new Output.Listing(
          outputs.list(build.id()).stream()
              .filter(output -> !hasExpired(output))
              .sorted(Comparator.comparing(StoredOutput::name))
              .map(Output::of)
              .toList());
    } catch (IOException e) {
      throw Problems.unavailable("the object store", e);
    }
  }

  /** A file's content, or a part of it. */
  @GET
  @Path("/{name}")
  @Operation(
      summary = "Download a build's file",
      description =
          "The whole file, or with `Range` a part of it: a download that broke can go on.")
  @Parameter(
      name = "Range",
      in = ParameterIn.HEADER,
      description = "bytes=FIRST-LAST",
      schema = @Schema(type = SchemaType.STRING))
  @APIResponse(
      responseCode = "200",
      description = "The file",
      content =
          @Content(mediaType = TAR, schema = @Schema(type = SchemaType.STRING, format = "binary")))
  @APIResponse(
      responseCode = "206",
      description = "The part asked for",
      content =
          @Content(mediaType = TAR, schema = @Schema(type = SchemaType.STRING, format = "binary")))
  @APIResponse(
      responseCode = "404",
      description = "There is no such build, or no such file yet",
      content =
          @Content(
              mediaType = Problem.MEDIA_TYPE,
              schema = @Schema(implementation = Problem.class)))
  @APIResponse(
      responseCode = "410",
      description = "The file has expired",
      content =
          @Content(
              mediaType = Problem.MEDIA_TYPE,
              schema = @Schema(implementation = Problem.class)))
  @APIResponse(
      responseCode = "416",
      description = "The file ends before the part asked for",
      content =
          @Content(
              mediaType = Problem.MEDIA_TYPE,
              schema = @Schema(implementation = Problem.class)))
  public Response download(
      @PathParam("id") String id,
      @PathParam("name") String name,
      @Parameter(hidden = true) @HeaderParam("Range") @Nullable String range,
      @Parameter(hidden = true) @HeaderParam("If-Range") @Nullable String ifRange) {
    BuildReader.Status build = status(id);
    StoredOutput output = find(build, name);
    String tag = "\"" + output.digest() + "\"";
    boolean whole = ifRange != null && !ifRange.trim().equals(tag);
    Optional<ByteRange> part;
    try {
      part = ByteRange.parse(whole ? null : range, output.size());
    } catch (ByteRange.UnsatisfiableException e) {
      throw new ProblemException(
          Problem.of(
              416,
              "range-not-satisfiable",
              "The file ends before",
              "\"" + name + "\" has " + output.size() + " bytes"));
    }
    ByteRange sent = part.orElse(new ByteRange(0, output.size() - 1));
    InputStream content = open(build.id(), output, sent);
    StreamingOutput body =
        out -> {
          try (content) {
            content.transferTo(out);
          }
        };
    Response.ResponseBuilder response =
        Response.status(part.isPresent() ? 206 : 200)
            .entity(body)
            .type(TAR)
            .header(HttpHeaders.CONTENT_LENGTH, sent.length())
            .header("Accept-Ranges", "bytes")
            .header(HttpHeaders.ETAG, tag)
            .header(
                HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"" + output.name() + "\"");
    part.ifPresent(
        asked ->
            response.header(
                "Content-Range",
                "bytes " + asked.first() + "-" + asked.last() + "/" + output.size()));
    return response.build();
  }

  private StoredOutput find(BuildReader.Status build, String name) {
    if (build.state() != BuildState.SUCCEEDED) {
      throw noSuchOutput(
          build.state().isFinal()
              ? "build " + build.id() + " did not succeed, and left no files"
              : "build " + build.id() + " has not ended yet");
    }
    try {
      StoredOutput output =
          outputs
              .find(build.id(), name)
              .orElseThrow(
                  () ->
                      noSuchOutput(
                          "build "
                              + build.id()
                              + " has no file of that name; if it had one, it has expired"));
      if (hasExpired(output)) {
        throw expired(output);
      }
      return output;
    } catch (IOException e) {
      throw Problems.unavailable("the object store", e);
    }
  }

  private InputStream open(UUID build, StoredOutput output, ByteRange range) {
    try {
      return outputs.open(build, output.name(), range.first(), range.length());
    } catch (ObjectNotFoundException e) {
      throw expired(output);
    } catch (IOException e) {
      throw Problems.unavailable("the object store", e);
    }
  }

  private boolean hasExpired(StoredOutput output) {
    return !clock.instant().isBefore(output.expiresAt());
  }

  private static ProblemException noSuchOutput(String detail) {
    return new ProblemException(Problem.of(404, "no-such-output", "There is no such file", detail));
  }

  private static ProblemException expired(StoredOutput output) {
    return new ProblemException(
        Problem.of(
            410,
            "output-expired",
            "The file has expired",
            "\"" + output.name() + "\" was kept until " + output.expiresAt()));
  }

  private BuildReader.Status status(String text) {
    UUID id = BuildId.parse("id", text);
    return builds.status(id).orElseThrow(() -> Problems.noSuchBuild(id));
  }
}
