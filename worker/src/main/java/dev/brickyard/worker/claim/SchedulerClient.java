package dev.brickyard.worker.claim;

import dev.brickyard.contracts.AttemptReport;
import dev.brickyard.contracts.BuildEvent;
import dev.brickyard.contracts.ClaimGranted;
import dev.brickyard.contracts.ClaimRequest;
import dev.brickyard.contracts.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/** The scheduler's internal calls, each tried once. Safe for use by many threads. */
public final class SchedulerClient implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final URI scheduler;
  private final String token;
  private final HttpClient http;

  /**
   * @param scheduler such as {@code http://127.0.0.1:8081}
   * @param token the farm's internal token
   */
  public SchedulerClient(URI scheduler, String token) {
    this.scheduler = scheduler;
    this.token = token;
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(3))
            .build();
  }

  /**
   * Claims a job.
   *
   * @return the attempt, or empty when the record is to be dropped: the job ended, another attempt
   *     holds it, or there is no such job
   * @throws IOException when the scheduler could not answer: ask again
   */
  public Optional<ClaimGranted> claim(UUID jobId, ClaimRequest claim)
      throws IOException, InterruptedException {
    HttpResponse<byte[]> answer = post("/internal/v1/jobs/" + jobId + "/claims", Json.write(claim));
    return switch (answer.statusCode()) {
      case 200, 201 -> Optional.of(Json.read(answer.body(), ClaimGranted.class));
      case 404, 409 -> Optional.empty();
      default -> throw unexpected(answer);
    };
  }

  /**
   * Says how an attempt ended.
   *
   * @return the job to go on with, if the scheduler has one
   * @throws IOException when the scheduler could not answer: ask again, or leave it to the events
   */
  public Optional<ClaimGranted> report(AttemptReport report)
      throws IOException, InterruptedException {
    BuildEvent.JobFinished finished = report.finished();
    HttpResponse<byte[]> answer =
        post(
            "/internal/v1/jobs/" + finished.jobId() + "/attempts/" + finished.attempt() + "/result",
            Json.write(report));
    return switch (answer.statusCode()) {
      case 200 -> Optional.of(Json.read(answer.body(), ClaimGranted.class));
      // 400 and 404 by a scheduler that does not know this call, or not in this form.
      case 204, 400, 404, 405, 409 -> Optional.empty();
      default -> throw unexpected(answer);
    };
  }

  /**
   * Says that the attempt lives.
   *
   * @return false when the attempt no longer counts and has to stop
   * @throws IOException when the scheduler could not answer: go on
   */
  public boolean heartbeat(UUID jobId, int attempt) throws IOException, InterruptedException {
    HttpResponse<byte[]> answer =
        post("/internal/v1/jobs/" + jobId + "/attempts/" + attempt + "/heartbeat", new byte[0]);
    return switch (answer.statusCode()) {
      case 200, 204 -> true;
      case 404, 409 -> false;
      default -> throw unexpected(answer);
    };
  }

  /**
   * An answer.
   *
   * @param status of HTTP
   */
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  public record Reply(int status, byte[] body) {
    /** That the scheduler said something it never should. */
    public IOException unexpected() {
      return SchedulerClient.unexpected(status, body);
    }
  }

  /**
   * Another internal call.
   *
   * @param path with query, if any
   * @param patience how long the whole answer may take
   * @throws IOException when there was none
   */
  public Reply call(String method, String path, byte[] body, Duration patience)
      throws IOException, InterruptedException {
    HttpResponse<byte[]> answer = send(method, path, body, patience);
    return new Reply(answer.statusCode(), answer.body());
  }

  /** True when something answers at the scheduler's address. */
  public boolean isReachable() throws InterruptedException {
    try {
      HttpRequest request =
          HttpRequest.newBuilder(scheduler.resolve("/q/health/live"))
              .timeout(Duration.ofSeconds(3))
              .build();
      return http.send(request, BodyHandlers.discarding()).statusCode() < 500;
    } catch (IOException e) {
      return false;
    }
  }

  private HttpResponse<byte[]> post(String path, byte[] body)
      throws IOException, InterruptedException {
    return send("POST", path, body, TIMEOUT);
  }

  private HttpResponse<byte[]> send(String method, String path, byte[] body, Duration patience)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(scheduler.resolve(path))
            .timeout(patience)
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofByteArray(body))
            .build();
    return http.send(request, BodyHandlers.ofByteArray());
  }

  private static IOException unexpected(HttpResponse<byte[]> answer) {
    return unexpected(answer.statusCode(), answer.body());
  }

  private static IOException unexpected(int status, byte[] body) {
    String text = new String(body, StandardCharsets.UTF_8);
    return new IOException(
        "the scheduler answered "
            + status
            + (text.isBlank() ? "" : ": " + text.substring(0, Math.min(200, text.length()))));
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
