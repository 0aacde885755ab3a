package dev.brickyard.api.follow;

import dev.brickyard.api.ApiConfiguration;
import dev.brickyard.api.build.BuildId;
import dev.brickyard.api.build.BuildReader;
import dev.brickyard.api.problem.Problem;
import dev.brickyard.api.problem.ProblemException;
import dev.brickyard.api.problem.Problems;
import dev.brickyard.contracts.BuildEvent;
import dev.brickyard.contracts.LogChunk;
import dev.brickyard.storage.log.LogStore;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import jakarta.ws.rs.core.UriInfo;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.common.KafkaException;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.ParameterIn;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Watching builds: events, and logs as text or as they happen. */
@Path("/v1/builds/{id}")
@RunOnVirtualThread
@Tag(name = "Following")
public class FollowResource {
  private static final Logger LOG = Logger.getLogger(FollowResource.class);
  private static final String EVENT_STREAM = "text/event-stream";
  private static final String TEXT = MediaType.TEXT_PLAIN + ";charset=utf-8";

  private final BuildReader builds;
  private final TopicReaders readers;
  private final LogStore stored;
  private final ApiConfiguration.Follow settings;
  private final Clock clock;
  private final CurrentVertxRequest request;

  FollowResource(
      BuildReader builds,
      TopicReaders readers,
      LogStore stored,
      ApiConfiguration configuration,
      Clock clock,
      CurrentVertxRequest request) {
    this.builds = builds;
    this.readers = readers;
    this.stored = stored;
    this.settings = configuration.follow();
    this.clock = clock;
    this.request = request;
  }

  /** What happens in a build, until its end. */
  @GET
  @Path("/events")
  @Operation(
      summary = "Follow a build",
      description =
          "Server-sent events from the build's beginning to its end; `event` is the type of what"
              + " happened, `data` is JSON. After a broken connection send the last `id` as"
              + " `Last-Event-ID` and nothing is missed or repeated. The stream ends after"
              + " `BuildFinished`. Comments keep the connection alive.")
  @Parameter(
      name = "Last-Event-ID",
      in = ParameterIn.HEADER,
      description = "Go on after this event",
      schema = @Schema(type = SchemaType.INTEGER, format = "int64"))
  @APIResponse(
      responseCode = "200",
      description = "The events",
      content =
          @Content(mediaType = EVENT_STREAM, schema = @Schema(implementation = BuildEvent.class)))
  @APIResponse(
      responseCode = "404",
      description = "There is no such build",
      content =
          @Content(
              mediaType = Problem.MEDIA_TYPE,
              schema = @Schema(implementation = Problem.class)))
  public Response events(
      @PathParam("id") String id,
      @Parameter(hidden = true) @HeaderParam("Last-Event-ID") @Nullable String lastEventId) {
    BuildReader.Status build = status(id);
    long from = start(readers.events(), build, lastSeen(lastEventId));
    return stream(
        (out, follower) -> {
          new EventStream(
                  follower, builds, build.id(), settings.keepAlive(), settings.grace(), clock)
              .relay(out);
        },
        readers.followEvents(build.id(), from));
  }

  /** A build's log: all there is as text, or as it happens. */
  @GET
  @Path("/logs")
  @Operation(
      summary = "Read or follow a build's log",
      description =
          "Without `follow`, everything printed so far as plain text in the order of time, each"
              + " line after `[platform step]`; never clipped. With `follow`, server-sent events"
              + " `log` whose `data` is a chunk in JSON (`bytes` in base64), resumable with"
              + " `Last-Event-ID`, and `end` when there is no more.")
  @Parameter(
      name = "follow",
      in = ParameterIn.QUERY,
      description = "Stream the log as it happens",
      schema = @Schema(type = SchemaType.BOOLEAN, defaultValue = "false"))
  @Parameter(
      name = "Last-Event-ID",
      in = ParameterIn.HEADER,
      description = "Go on after this chunk",
      schema = @Schema(type = SchemaType.INTEGER, format = "int64"))
  @APIResponse(
      responseCode = "200",
      description = "The log",
      content = {
        @Content(mediaType = MediaType.TEXT_PLAIN, schema = @Schema(type = SchemaType.STRING)),
        @Content(mediaType = EVENT_STREAM, schema = @Schema(implementation = LogChunk.class))
      })
  @APIResponse(
      responseCode = "404",
      description = "There is no such build",
      content =
          @Content(
              mediaType = Problem.MEDIA_TYPE,
              schema = @Schema(implementation = Problem.class)))
  @APIResponse(
      responseCode = "410",
      description = "The build has ended, and its log is kept no longer",
      content =
          @Content(
              mediaType = Problem.MEDIA_TYPE,
              schema = @Schema(implementation = Problem.class)))
  public Response logs(
      @PathParam("id") String id,
      UriInfo uri,
      @Parameter(hidden = true) @HeaderParam("Last-Event-ID") @Nullable String lastEventId) {
    BuildReader.Status build = status(id);
    if (!isFollow(uri.getQueryParameters().get("follow"))) {
      if (isGone(build)) {
        throw logGone(build);
      }
      return Response.ok((StreamingOutput) out -> text(build, out), TEXT).build();
    }
    long lastSeen = lastSeen(lastEventId);
    long from = start(readers.logs(), build, lastSeen);
    return stream(
        (out, follower) -> {
          LogStream stream =
              new LogStream(follower, readers.events(), builds, build.id(), settings.keepAlive());
          long sent = stream.relay(out);
          if (sent == 0 && lastSeen < 0) {
            new StoredChunks(stored).write(build.id(), out);
          }
          stream.finish(out);
        },
        readers.followLogs(build.id(), from));
  }

  @FunctionalInterface
  private interface Relay {
    void run(SseOutput out, Follower follower) throws IOException, InterruptedException;
  }

  private Response stream(Relay relay, Follower follower) {
    var exchange = request.getCurrent();
    StreamingOutput body =
        raw -> {
          SseOutput out = new SseOutput(raw);
          exchange.addEndHandler(
              ended -> {
                out.gone();
                follower.wake();
              });
          try (follower) {
            out.open();
            relay.run(out, follower);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("stopped").initCause(e);
          } catch (KafkaException | TailNotReadyException e) {
            // The headers are gone: a broken connection makes the client come back.
            LOG.warnf("a follower was sent away: %s", e.getMessage());
          } catch (IOException e) {
            LOG.debugf("a follower left: %s", e.getMessage());
          }
        };
    return Response.ok(body, EVENT_STREAM)
        .header(HttpHeaders.CACHE_CONTROL, "no-cache")
        .header("X-Accel-Buffering", "no")
        .build();
  }

  private boolean isGone(BuildReader.Status build) {
    try {
      return new LogText(stored, builds, readers).isGone(build);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Problems.unavailable("the log", e);
    } catch (IOException e) {
      throw Problems.unavailable("the object store", e);
    } catch (KafkaException | TailNotReadyException e) {
      throw Problems.unavailable("Kafka", e);
    }
  }

  private static ProblemException logGone(BuildReader.Status build) {
    return new ProblemException(
        Problem.of(
            410,
            "log-gone",
            "The log is gone",
            "the log of build "
                + build.id()
                + " is kept no longer: neither the object store nor Kafka has it"));
  }

  private void text(BuildReader.Status build, OutputStream out) throws IOException {
    try {
      new LogText(stored, builds, readers).write(build, out);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (IOException) new InterruptedIOException("stopped").initCause(e);
    }
  }

  private BuildReader.Status status(String text) {
    UUID id = BuildId.parse("id", text);
    return builds.status(id).orElseThrow(() -> Problems.noSuchBuild(id));
  }

  private long start(TopicTail tail, BuildReader.Status build, long lastSeen) {
    try {
      return readers.start(tail, build.id(), build.acceptedAt(), lastSeen);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Problems.unavailable("Kafka", e);
    } catch (KafkaException | TailNotReadyException e) {
      throw Problems.unavailable("Kafka", e);
    }
  }

  /** A bare {@code ?follow} counts as true. */
  private static boolean isFollow(@Nullable List<String> values) {
    if (values == null) {
      return false;
    }
    return switch (values.isEmpty() ? "" : values.getFirst()) {
      case "", "true", "1" -> true;
      case "false", "0" -> false;
      default -> throw Problems.invalidParameter("follow", "follow is true or false");
    };
  }

  private static long lastSeen(@Nullable String lastEventId) {
    if (lastEventId == null || lastEventId.isBlank()) {
      return -1;
    }
    try {
      long offset = Long.parseLong(lastEventId.trim());
      if (offset >= 0) {
        return offset;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw Problems.invalidParameter(
        "Last-Event-ID", "Last-Event-ID must be the id of an event of this stream");
  }
}
