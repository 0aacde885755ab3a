package dev.brickyard.api.submission;

import dev.brickyard.api.ApiConfiguration;
import dev.brickyard.api.problem.Problem;
import dev.brickyard.api.problem.ProblemException;
import dev.brickyard.api.problem.Problems;
import dev.brickyard.contracts.BuildSecret;
import dev.brickyard.contracts.Ids;
import dev.brickyard.contracts.Json;
import dev.brickyard.contracts.SubmissionMessage;
import dev.brickyard.engine.context.ContextException;
import dev.brickyard.engine.context.ContextLimits;
import dev.brickyard.engine.context.ReceivedContext;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.storage.context.ArrivedContext;
import dev.brickyard.storage.context.ContextStore;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.apache.commons.fileupload.MultipartStream.MalformedStreamException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Takes builds in. Either all of it happens (context stored, submission written) or the client gets
 * a problem and nothing is left behind, but for a crash: then an unnamed context may stay.
 */
@ApplicationScoped
public class Submissions {
  private static final Logger LOG = Logger.getLogger(Submissions.class);

  private final ContextStore contexts;
  private final SubmissionRecorder recorder;
  private final Announcer announcer;
  private final Doorman doorman;
  private final SecretVault vault;
  private final Ids ids;
  private final Clock clock;
  private final long maxBody;
  private final ContextLimits limits;

  Submissions(
      ContextStore contexts,
      SubmissionRecorder recorder,
      Announcer announcer,
      Doorman doorman,
      SecretVault vault,
      Ids ids,
      Clock clock,
      ApiConfiguration configuration) {
    this.contexts = contexts;
    this.recorder = recorder;
    this.announcer = announcer;
    this.doorman = doorman;
    this.vault = vault;
    this.ids = ids;
    this.clock = clock;
    this.maxBody = configuration.context().maxSize().asLongValue();
    this.limits = limits(configuration.context());
  }

  private static ContextLimits limits(ApiConfiguration.Context context) {
    ContextLimits usual = ContextLimits.DEFAULT;
    return new ContextLimits(
        context.maxUnpackedSize().asLongValue(),
        context.maxEntries(),
        usual.pathBytes(),
        usual.indexBytes(),
        usual.ratio(),
        usual.ratioFreeBytes(),
        Math.toIntExact(context.maxDockerfileSize().asLongValue()));
  }

  /** Refuses a body that is too large by its announced length, before any of it is read. */
  void checkLength(long announced) {
    if (announced > maxBody) {
      throw RequestBody.tooLarge(maxBody);
    }
  }

  /**
   * Reads the body to its end, checks it, and accepts the build.
   *
   * @param contentType a form's body has secrets before the context
   * @return what was accepted
   * @throws ProblemException saying why not
   */
  SubmissionEntity accept(
      SubmissionOptions options,
      @Nullable String contentType,
      InputStream body,
      @Nullable String traceparent) {
    UUID contextId = ids.next();
    Arrival arrival = receive(contextId, options, contentType, body);
    ArrivedContext arrived = arrival.context();
    ReceivedContext context = arrived.context();
    boolean accepted = false;
    try {
      checkDockerfile(contextId, arrived, options);
      UUID id = ids.next();
      Instant now = clock.instant();
      // Not within the transaction: a store that is slow must not keep the database's connections.
      arrived.await();
      SubmissionEntity submission =
          recorder.record(
              id, contextId, options, now, traceparent, vault.seal(id, arrival.secrets()));
      accepted = true;
      announcer.announce(new SubmissionMessage.Accepted(Json.SCHEMA_VERSION, id, now, traceparent));
      LOG.infof(
          "accepted build %s: %d files and links, %d bytes",
          id, context.index().entries().size(), context.contentBytes());
      return submission;
    } catch (IOException e) {
      throw Problems.unavailable("the object store", e);
    } finally {
      if (!accepted) {
        arrived.settle();
        forget(contextId);
      }
    }
  }

  /** A body that was read. */
  private record Arrival(ArrivedContext context, List<BuildSecret> secrets) {}

  private Arrival receive(
      UUID contextId, SubmissionOptions options, @Nullable String contentType, InputStream body) {
    try (Doorman.Place _ = doorman.enter()) {
      return read(contextId, options, contentType, body);
    }
  }

  private Arrival read(
      UUID contextId, SubmissionOptions options, @Nullable String contentType, InputStream body) {
    RequestBody source = new RequestBody(body, maxBody);
    try {
      if (contentType != null && MultipartBody.is(contentType)) {
        return readForm(contextId, options, contentType, source);
      }
      return new Arrival(arrive(contextId, options, source), List.of());
    } catch (RequestBody.TooLargeException e) {
      throw RequestBody.tooLarge(maxBody);
    } catch (ContextException e) {
      throw new ProblemException(
          Problem.of(
              e.isLimit() ? 413 : 422,
              e.code(),
              e.isLimit() ? "The build context is too large" : "The build context cannot be taken",
              e.sentence()));
    } catch (IOException e) {
      if (source.hasFailed()) {
        throw new ProblemException(
            Problem.of(
                400,
                "body-interrupted",
                "The body ended early",
                "the connection broke after " + source.bytesRead() + " bytes of the body"),
            e);
      }
      throw Problems.unavailable("the object store", e);
    }
  }

  private Arrival readForm(
      UUID contextId, SubmissionOptions options, String contentType, InputStream source)
      throws ContextException, IOException {
    MultipartBody form = MultipartBody.open(contentType, source);
    if (!form.secrets().isEmpty()) {
      vault.requireKey();
    }
    ArrivedContext arrived;
    try {
      arrived = arrive(contextId, options, form.context());
    } catch (MalformedStreamException e) {
      throw MultipartBody.malformed(e);
    }
    boolean ended = false;
    try {
      form.end();
      ended = true;
      return new Arrival(arrived, form.secrets());
    } finally {
      if (!ended) {
        arrived.settle();
        forget(contextId);
      }
    }
  }

  private ArrivedContext arrive(UUID contextId, SubmissionOptions options, InputStream body)
      throws ContextException, IOException {
    return contexts.arrive(contextId, notEmpty(body), limits, Set.of(options.dockerfile()));
  }

  private static InputStream notEmpty(InputStream body) throws IOException {
    PushbackInputStream peeked = new PushbackInputStream(body, 1);
    int first = peeked.read();
    if (first < 0) {
      throw new ProblemException(
          Problem.of(
              400,
              "empty-body",
              "The body is empty",
              "send the build context as the body: a tar, plain or packed with gzip or zstd"));
    }
    peeked.unread(first);
    return peeked;
  }

  private void checkDockerfile(UUID contextId, ArrivedContext arrived, SubmissionOptions options)
      throws IOException {
    ReceivedContext context = arrived.context();
    ImagePath file = options.dockerfile();
    DockerfileCheck.checkIgnoreFiles(file, context);
    byte[] content = context.captured().get(file);
    if (content == null) {
      LayerEntry entry =
          context.resolveFile(file).orElseThrow(() -> DockerfileCheck.missing(file, context));
      if (entry.size() > limits.captureBytes()) {
        throw new ProblemException(
            Problem.of(
                    422,
                    "dockerfile-too-large",
                    "The Dockerfile is too large",
                    file + " is larger than the " + limits.captureBytes() + " bytes allowed")
                .blaming("file"));
      }
      arrived.await();
      content = read(contextId, entry);
    }
    DockerfileCheck.check(file, content, options);
  }

  /** A Dockerfile behind a link was not known to be one while it passed. */
  private byte[] read(UUID contextId, LayerEntry entry) {
    try (InputStream in = contexts.open(contextId).open(entry)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw Problems.unavailable("the object store", e);
    }
  }

  private void forget(UUID contextId) {
    try {
      contexts.delete(contextId);
    } catch (IOException e) {
      LOG.warnf("the context %s of a refused build stays: %s", contextId, e.getMessage());
    }
  }
}
