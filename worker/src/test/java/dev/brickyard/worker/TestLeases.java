package dev.brickyard.worker;

import com.sun.net.httpserver.HttpExchange;
import dev.brickyard.contracts.Json;
import dev.brickyard.contracts.LeaseAnswer;
import dev.brickyard.contracts.LeaseRequest;
import dev.brickyard.contracts.LeaseStandings;
import dev.brickyard.contracts.LeaseStandings.State;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The scheduler's side of leases, from memory. */
public final class TestLeases {
  static final String PATH = "/internal/v1/leases";

  private static final class Row {
    final String key;
    final LeaseAnswer.Holder holder;
    State state = State.HELD;

    Row(String key, LeaseAnswer.Holder holder) {
      this.key = key;
      this.holder = holder;
    }
  }

  private final Map<UUID, UUID> buildsByJob = new HashMap<>();
  private final Map<UUID, Row> rows = new HashMap<>();
  private final Set<UUID> dead = new HashSet<>();
  private int questions;

  /** A job whose attempt lives. */
  public synchronized void add(UUID buildId, UUID jobId) {
    buildsByJob.put(jobId, buildId);
  }

  /** The job's attempt is lost. */
  public synchronized void lose(UUID jobId) {
    dead.add(jobId);
    rows.values().stream()
        .filter(row -> row.state == State.HELD && row.holder.jobId().equals(jobId))
        .forEach(row -> row.state = State.GONE);
  }

  /** How often workers asked how leases stand. */
  public synchronized int questions() {
    return questions;
  }

  /** How many leases are held. */
  public synchronized long held() {
    return rows.values().stream().filter(row -> row.state == State.HELD).count();
  }

  synchronized void handle(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    byte[] body = exchange.getRequestBody().readAllBytes();
    if (path.equals(PATH)) {
      LeaseAnswer answer = acquire(Json.read(body, LeaseRequest.class));
      TestScheduler.answer(
          exchange, answer == null ? 409 : 200, answer == null ? new byte[0] : Json.write(answer));
    } else if (path.equals(PATH + "/standings")) {
      questions++;
      List<LeaseStandings.Standing> standings = new ArrayList<>();
      for (UUID id : Json.read(body, LeaseStandings.Question.class).leaseIds()) {
        Row row = rows.get(id);
        standings.add(new LeaseStandings.Standing(id, row == null ? State.GONE : row.state));
      }
      TestScheduler.answer(exchange, 200, Json.write(new LeaseStandings(1, standings)));
    } else {
      Row row = rows.get(UUID.fromString(path.substring(PATH.length() + 1)));
      if (row != null && row.state == State.HELD) {
        row.state = exchange.getRequestURI().getQuery() == null ? State.GONE : State.FAILED;
      }
      TestScheduler.answer(exchange, 204, new byte[0]);
    }
  }

  private @Nullable LeaseAnswer acquire(LeaseRequest request) {
    UUID build = buildsByJob.get(request.jobId());
    if (build == null || dead.contains(request.jobId())) {
      return null;
    }
    boolean contested = false;
    for (Row row : rows.values()) {
      if (row.key.equals(request.key())) {
        if (row.state == State.HELD && !row.holder.leaseId().equals(request.leaseId())) {
          return new LeaseAnswer(1, false, row.holder);
        }
        contested = true;
      }
    }
    rows.put(
        request.leaseId(),
        new Row(
            request.key(),
            new LeaseAnswer.Holder(
                request.leaseId(),
                build,
                request.jobId(),
                request.attempt(),
                request.stepId(),
                request.logFrom(),
                Instant.now())));
    return new LeaseAnswer(1, contested, null);
  }
}
