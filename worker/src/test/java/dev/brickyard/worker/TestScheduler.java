package dev.brickyard.worker;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.brickyard.contracts.AttemptReport;
import dev.brickyard.contracts.BuildSpecification;
import dev.brickyard.contracts.ClaimGranted;
import dev.brickyard.contracts.ClaimRequest;
import dev.brickyard.contracts.JobKind;
import dev.brickyard.contracts.Json;
import dev.brickyard.contracts.Outcome;
import dev.brickyard.contracts.PublishSpecification;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Speaks the scheduler's side of the claim protocol, from memory. Can go away and come back. */
final class TestScheduler implements AutoCloseable {
  static final String TOKEN = "internal-secret";
  private static final Pattern CLAIM = Pattern.compile("/internal/v1/jobs/([^/]+)/claims");
  private static final Pattern BEAT =
      Pattern.compile("/internal/v1/jobs/([^/]+)/attempts/(\\d+)/heartbeat");

  private static final Pattern RESULT =
      Pattern.compile("/internal/v1/jobs/([^/]+)/attempts/(\\d+)/result");

  private static final class Job {
    @Nullable UUID next;
    final UUID buildId;
    final @Nullable BuildSpecification build;
    final @Nullable PublishSpecification publish;
    int attempt;
    int deliveryOfAttempt;
    boolean ended;
    int beats;

    Job(UUID buildId, @Nullable BuildSpecification build, @Nullable PublishSpecification publish) {
      this.buildId = buildId;
      this.build = build;
      this.publish = publish;
    }
  }

  private final Map<UUID, Job> jobs = new ConcurrentHashMap<>();
  private final List<ClaimRequest> claims = new CopyOnWriteArrayList<>();
  private final List<AttemptReport> reports = new CopyOnWriteArrayList<>();
  private final AtomicInteger answersToLose = new AtomicInteger();
  private final TestLeases leases = new TestLeases();
  private int port;
  private @Nullable HttpServer server;

  TestScheduler() {
    comeBack();
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + port);
  }

  void add(UUID buildId, UUID jobId, BuildSpecification build) {
    jobs.put(jobId, new Job(buildId, build, null));
    leases.add(buildId, jobId);
  }

  void add(UUID buildId, UUID jobId, PublishSpecification publish) {
    jobs.put(jobId, new Job(buildId, null, publish));
  }

  /** Whoever reports the first job's success, and would go on, holds the second. */
  void goesOnWith(UUID jobId, UUID next) {
    Job job = jobs.get(jobId);
    synchronized (job) {
      job.next = next;
    }
  }

  /** What was reported, also in vain. */
  List<AttemptReport> reports() {
    return reports;
  }

  /** That many of the next reports are not answered well, once dealt with. */
  void loseAnswers(int count) {
    answersToLose.set(count);
  }

  TestLeases leases() {
    return leases;
  }

  /** From now on claims and heartbeats of the job are refused. */
  void end(UUID jobId) {
    Job job = jobs.get(jobId);
    synchronized (job) {
      job.ended = true;
      leases.lose(jobId);
    }
  }

  List<ClaimRequest> claims() {
    return claims;
  }

  int beats(UUID jobId) {
    Job job = jobs.get(jobId);
    synchronized (job) {
      return job.beats;
    }
  }

  void goAway() {
    HttpServer running = server;
    if (running != null) {
      running.stop(0);
      server = null;
    }
  }

  void comeBack() {
    if (server != null) {
      return;
    }
    try {
      HttpServer starting =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
      starting.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
      starting.createContext("/", this::handle);
      starting.start();
      port = starting.getAddress().getPort();
      server = starting;
    } catch (IOException e) {
      throw new IllegalStateException("no port for the scheduler", e);
    }
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (!("Bearer " + TOKEN).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
        answer(exchange, 401, new byte[0]);
        return;
      }
      Matcher claim = CLAIM.matcher(exchange.getRequestURI().getPath());
      Matcher result = RESULT.matcher(exchange.getRequestURI().getPath());
      Matcher beat = BEAT.matcher(exchange.getRequestURI().getPath());
      if (exchange.getRequestURI().getPath().startsWith(TestLeases.PATH)) {
        leases.handle(exchange);
      } else if (claim.matches()) {
        claim(exchange, UUID.fromString(claim.group(1)));
      } else if (result.matches()) {
        result(exchange, UUID.fromString(result.group(1)));
      } else if (beat.matches()) {
        beat(exchange, UUID.fromString(beat.group(1)), Integer.parseInt(beat.group(2)));
      } else {
        answer(exchange, 404, new byte[0]);
      }
    }
  }

  private void claim(HttpExchange exchange, UUID jobId) throws IOException {
    ClaimRequest request = Json.read(exchange.getRequestBody().readAllBytes(), ClaimRequest.class);
    claims.add(request);
    Job job = jobs.get(jobId);
    if (job == null) {
      answer(exchange, 404, new byte[0]);
      return;
    }
    synchronized (job) {
      if (job.ended || request.deliveryCount() <= job.deliveryOfAttempt) {
        answer(exchange, 409, new byte[0]);
        return;
      }
      job.attempt++;
      job.deliveryOfAttempt = request.deliveryCount();
      answer(exchange, 200, Json.write(granted(job, jobId)));
    }
  }

  private static ClaimGranted granted(Job job, UUID jobId) {
    return new ClaimGranted(
        Json.SCHEMA_VERSION,
        job.buildId,
        jobId,
        job.attempt,
        job.build != null ? JobKind.BUILD : JobKind.PUBLISH,
        1,
        job.build,
        job.publish,
        null,
        true);
  }

  private void result(HttpExchange exchange, UUID jobId) throws IOException {
    AttemptReport report = Json.read(exchange.getRequestBody().readAllBytes(), AttemptReport.class);
    reports.add(report);
    Job job = jobs.get(jobId);
    if (job == null) {
      answer(exchange, 404, new byte[0]);
      return;
    }
    UUID next;
    synchronized (job) {
      job.ended = true;
      next = report.finished().outcome() == Outcome.SUCCEEDED ? job.next : null;
    }
    if (answersToLose.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
      answer(exchange, 503, new byte[0]);
    } else if (next == null || !report.goesOn()) {
      answer(exchange, 204, new byte[0]);
    } else {
      Job following = jobs.get(next);
      synchronized (following) {
        following.attempt = 1;
        answer(exchange, 200, Json.write(granted(following, next)));
      }
    }
  }

  private void beat(HttpExchange exchange, UUID jobId, int attempt) throws IOException {
    Job job = jobs.get(jobId);
    if (job == null) {
      answer(exchange, 404, new byte[0]);
      return;
    }
    synchronized (job) {
      boolean counts = !job.ended && job.attempt == attempt;
      job.beats++;
      answer(exchange, counts ? 204 : 409, new byte[0]);
    }
  }

  static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    if (body.length > 0) {
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    goAway();
  }
}
