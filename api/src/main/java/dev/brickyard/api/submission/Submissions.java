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
import dev.brickyard.engine.context.DockerIgnore;
import dev.brickyard.engine.context.ReceivedContext;
import dev.brickyard.engine.dockerfile.Dockerfile;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.engine.lint.LintReport;
import dev.brickyard.storage.context.ArrivedContext;
import dev.brickyard.storage.context.ContextStore;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
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
      SubmissionOptions asked,
      @Nullable String contentType,
      InputStream body,
      @Nullable String traceparent) {
    UUID contextId = ids.next();
    Arrival arrival = receive(contextId, asked, contentType, body);
    SubmissionOptions options = arrival.options();
    ArrivedContext arrived = arrival.context();
    ReceivedContext context = arrived.context();
    boolean accepted = false;
    try {
      var _ = dockerfile(contextId, arrived, options);
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

  /**
   * Reads the body to its end and runs the build checks. Nothing is queued, and nothing kept.
   *
   * @param contentType as for a build
   * @throws ProblemException when there is no Dockerfile, or none that can be understood
   */
  LintReport check(SubmissionOptions asked, @Nullable String contentType, InputStream body) {
    UUID contextId = ids.next();
    Arrival arrival = receive(contextId, asked, contentType, body);
    SubmissionOptions options = arrival.options();
    ArrivedContext arrived = arrival.context();
    try {
      Dockerfile dockerfile =
          dockerfile(contextId, arrived, options)
              .orElseThrow(() -> DockerfileCheck.missing(options.dockerfile(), arrived.context()));
      Optional<LayerEntry> ignore =
          DockerfileCheck.ignoreFile(options.dockerfile(), arrived.context());
      Optional<String> patterns = Optional.empty();
      if (ignore.isPresent()) {
        byte[] content = arrived.context().captured().get(ignore.get().path());
        if (content == null) {
          arrived.await();
          content = read(contextId, ignore.get());
        }
        patterns = Optional.of(new String(content, StandardCharsets.UTF_8));
      }
      return DockerfileCheck.lint(dockerfile, options, patterns);
    } catch (IOException e) {
      throw Problems.unavailable("the object store", e);
    } finally {
      arrived.settle();
      forget(contextId);
    }
  }

  /**
   * A body that was read.
   *
   * @param options what was asked for, in view of what was sent
   */
  private record Arrival(
      ArrivedContext context, SubmissionOptions options, List<BuildSecret> secrets) {}

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
      return arrive(contextId, options, source, List.of());
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
    Arrival arrival;
    try {
      arrival = arrive(contextId, options, form.context(), form.secrets());
    } catch (MalformedStreamException e) {
      throw MultipartBody.malformed(e);
    }
    boolean ended = false;
    try {
      form.end();
      ended = true;
      return arrival;
    } finally {
      if (!ended) {
        arrival.context().settle();
        forget(contextId);
      }
    }
  }

  private Arrival arrive(
      UUID contextId, SubmissionOptions options, InputStream body, List<BuildSecret> secrets)
      throws ContextException, IOException {
    SentBody sent = SentBody.of(body, options, limits.captureBytes());
    ImagePath file = options.dockerfile();
    Set<ImagePath> capture = Set.of(file, DockerIgnore.fileFor(file.value()), DockerIgnore.FILE);
    return new Arrival(
        contexts.arrive(contextId, sent.archive(), limits, capture),
        sent.isDockerfile() ? options.withDockerfileBeside() : options,
        secrets);
  }

  /**
   * The Dockerfile, understood; refused where that is not possible. Empty when it was not sent, but
   * is where the context is: the worker will see.
   */
  private Optional<Dockerfile> dockerfile(
      UUID contextId, ArrivedContext arrived, SubmissionOptions options) throws IOException {
    ReceivedContext context = arrived.context();
    ImagePath file = options.dockerfile();
    DockerfileCheck.checkIgnoreFiles(file, context);
    byte[] content = context.captured().get(file);
    if (options.more().remoteContext() != null && context.resolveFile(file).isEmpty()) {
      return Optional.empty();
    }
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
    return Optional.of(DockerfileCheck.check(file, content, options));
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
