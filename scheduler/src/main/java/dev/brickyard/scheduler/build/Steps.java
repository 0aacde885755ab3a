package dev.brickyard.scheduler.build;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.hibernate.Session;
import org.jspecify.annotations.Nullable;

/**
 * The steps of all attempts. Past Hibernate, since a build says hundreds of things about its steps
 * within a second: a whole batch of facts is three statements.
 */
@ApplicationScoped
public class Steps {
  /** The lock that every change of the build's jobs takes first; in order, against deadlocks. */
  private static final String LOCK =
      "select id from build where id in (select build_id from job where id = any(?))"
          + " order by id for share";

  private static final String LIVE =
      "select id, attempt from job where id = any(?) and state = 'RUNNING'";

  /** A fact that comes late or twice changes nothing that a later one said. */
  private static final String UPSERT =
      """
      insert into step as s (job_id, attempt, step_id, ordinal, name, line, inputs,
                             state, started_at, finished_at, counters, cause, warnings,
                             checks)
      select u.job_id, u.attempt, u.step_id, coalesce(u.ordinal, 0), coalesce(u.name, u.step_id),
             coalesce(u.line, 0), coalesce(u.inputs, '[]')::jsonb,
             u.state, u.started_at, u.finished_at, coalesce(u.counters, '{}')::jsonb,
             u.cause::jsonb, u.warnings::jsonb, u.checks::jsonb
      from unnest(?::uuid[], ?::int[], ?::text[], ?::int[], ?::text[], ?::int[], ?::text[],
                  ?::text[], ?::timestamptz[], ?::timestamptz[], ?::text[], ?::text[], ?::text[],
                  ?::text[])
           as u (job_id, attempt, step_id, ordinal, name, line, inputs,
                 state, started_at, finished_at, counters, cause, warnings, checks)
      on conflict (job_id, attempt, step_id) do update set
        ordinal = case when excluded.name = excluded.step_id then s.ordinal else excluded.ordinal end,
        name = case when excluded.name = excluded.step_id then s.name else excluded.name end,
        line = case when excluded.name = excluded.step_id then s.line else excluded.line end,
        inputs = case when excluded.name = excluded.step_id then s.inputs else excluded.inputs end,
        state = case
          when s.state in ('CACHED', 'DONE', 'FAILED', 'CANCELED') then s.state
          when s.state = 'RUNNING' and excluded.state = 'PENDING' then s.state
          else excluded.state end,
        started_at = coalesce(s.started_at, excluded.started_at),
        finished_at = coalesce(s.finished_at, excluded.finished_at),
        counters = case
          when s.state in ('CACHED', 'DONE', 'FAILED', 'CANCELED') then s.counters
          else s.counters || excluded.counters end,
        cause = coalesce(s.cause, excluded.cause),
        warnings = case
          when excluded.warnings = '[]' then s.warnings
          else (select jsonb_agg(distinct w)
                from jsonb_array_elements(s.warnings || excluded.warnings) as w) end,
        checks = case
          when excluded.checks = '[]' then s.checks
          else (select jsonb_agg(distinct c)
                from jsonb_array_elements(s.checks || excluded.checks) as c) end
      """;

  /** Read from the steps once; a later attempt's figures replace an earlier one's. */
  private static final String SUM_UP =
      """
      insert into job_cache (job_id, build_id, project, ended_at, hits, misses, bytes_fetched,
                             bytes_pushed, bytes_skipped, bytes_stored, millis_saved)
      select j.id, j.build_id, b.project, :now,
             count(*) filter (where s.cause ->> 'verdict' = 'HIT'),
             count(*) filter (where s.cause ->> 'verdict' = 'MISS'),
             coalesce(sum((s.counters ->> 'bytes-pulled')::bigint), 0)
               + coalesce(sum((s.counters ->> 'bytes-fetched')::bigint), 0),
             coalesce(sum((s.counters ->> 'bytes-pushed')::bigint), 0),
             coalesce(sum((s.counters ->> 'bytes-skipped')::bigint), 0),
             coalesce(sum((s.counters ->> 'bytes-stored')::bigint), 0),
             coalesce(sum((s.counters ->> 'millis-saved')::bigint), 0)
      from job j
      join build b on b.id = j.build_id
      join step s on s.job_id = j.id and s.attempt = :attempt
      where j.id = :job and j.kind = 'BUILD'
      group by j.id, b.project
      on conflict (job_id) do update set
        ended_at = excluded.ended_at, hits = excluded.hits, misses = excluded.misses,
        bytes_fetched = excluded.bytes_fetched, bytes_pushed = excluded.bytes_pushed,
        bytes_skipped = excluded.bytes_skipped, bytes_stored = excluded.bytes_stored,
        millis_saved = excluded.millis_saved
      """;

  private final EntityManager entities;

  Steps(EntityManager entities) {
    this.entities = entities;
  }

  /**
   * Writes what is known of steps, as far as their attempt still holds its job.
   *
   * @param updates at most one for each step
   */
  @Transactional
  public void write(Collection<StepUpdate> updates) {
    if (updates.isEmpty()) {
      return;
    }
    entities
        .unwrap(Session.class)
        .doWork(
            connection -> {
              Map<UUID, Integer> live = live(connection, updates);
              List<StepUpdate> counting =
                  updates.stream()
                      .filter(u -> Integer.valueOf(u.attempt()).equals(live.get(u.jobId())))
                      .toList();
              if (!counting.isEmpty()) {
                upsert(connection, counting);
              }
            });
  }

  /**
   * Nothing more will be heard of an attempt: what it left open counts as canceled, and what the
   * cache did for it is summed up.
   */
  @Transactional
  void close(UUID jobId, int attempt, Instant now) {
    entities
        .createNativeQuery(
            "update step set state = 'CANCELED', finished_at = :now where job_id = :job"
                + " and attempt = :attempt and state in ('PENDING', 'RUNNING')")
        .setParameter("now", now)
        .setParameter("job", jobId)
        .setParameter("attempt", attempt)
        .executeUpdate();
    entities
        .createNativeQuery(SUM_UP)
        .setParameter("now", now)
        .setParameter("job", jobId)
        .setParameter("attempt", attempt)
        .executeUpdate();
  }

  /** Locked against a change until we commit, so that nothing is written into a closed attempt. */
  private static Map<UUID, Integer> live(Connection connection, Collection<StepUpdate> updates)
      throws SQLException {
    Array jobs =
        connection.createArrayOf(
            "uuid", updates.stream().map(StepUpdate::jobId).distinct().toArray());
    try (PreparedStatement lock = connection.prepareStatement(LOCK)) {
      lock.setArray(1, jobs);
      lock.executeQuery().close();
    }
    Map<UUID, Integer> live = new HashMap<>();
    try (PreparedStatement select = connection.prepareStatement(LIVE)) {
      select.setArray(1, jobs);
      try (ResultSet found = select.executeQuery()) {
        while (found.next()) {
          live.put(found.getObject(1, UUID.class), found.getInt(2));
        }
      }
    }
    return live;
  }

  private static void upsert(Connection connection, List<StepUpdate> updates) throws SQLException {
    int size = updates.size();
    Object[] jobs = new Object[size];
    Object[] attempts = new Object[size];
    Object[] stepIds = new Object[size];
    Object[] ordinals = new Object[size];
    Object[] names = new Object[size];
    Object[] lines = new Object[size];
    Object[] inputs = new Object[size];
    Object[] states = new Object[size];
    Object[] starts = new Object[size];
    Object[] ends = new Object[size];
    Object[] counters = new Object[size];
    Object[] causes = new Object[size];
    Object[] warnings = new Object[size];
    Object[] checks = new Object[size];
    for (int i = 0; i < size; i++) {
      StepUpdate update = updates.get(i);
      StepUpdate.Plan plan = update.plan();
      jobs[i] = update.jobId();
      attempts[i] = update.attempt();
      stepIds[i] = storable(update.stepId());
      ordinals[i] = plan == null ? null : plan.ordinal();
      names[i] = plan == null ? null : storable(plan.name());
      lines[i] = plan == null ? null : plan.line();
      inputs[i] = plan == null ? null : JsonColumns.text(plan.inputs());
      states[i] = update.status().name();
      starts[i] = utc(update.startedAt());
      ends[i] = utc(update.finishedAt());
      counters[i] = update.counters() == null ? null : JsonColumns.text(update.counters());
      causes[i] = update.cause() == null ? null : JsonColumns.text(update.cause());
      warnings[i] = JsonColumns.text(update.warnings());
      checks[i] = JsonColumns.text(update.checks());
    }
    try (PreparedStatement upsert = connection.prepareStatement(UPSERT)) {
      upsert.setArray(1, connection.createArrayOf("uuid", jobs));
      upsert.setArray(2, connection.createArrayOf("int", attempts));
      upsert.setArray(3, connection.createArrayOf("text", stepIds));
      upsert.setArray(4, connection.createArrayOf("int", ordinals));
      upsert.setArray(5, connection.createArrayOf("text", names));
      upsert.setArray(6, connection.createArrayOf("int", lines));
      upsert.setArray(7, connection.createArrayOf("text", inputs));
      upsert.setArray(8, connection.createArrayOf("text", states));
      upsert.setArray(9, connection.createArrayOf("text", starts));
      upsert.setArray(10, connection.createArrayOf("text", ends));
      upsert.setArray(11, connection.createArrayOf("text", counters));
      upsert.setArray(12, connection.createArrayOf("text", causes));
      upsert.setArray(13, connection.createArrayOf("text", warnings));
      upsert.setArray(14, connection.createArrayOf("text", checks));
      upsert.executeUpdate();
    }
  }

  private static @Nullable String utc(@Nullable Instant instant) {
    return instant == null ? null : instant.atOffset(ZoneOffset.UTC).toString();
  }

  /** PostgreSQL has no text with a NUL in it, and step names come from what strangers wrote. */
  private static String storable(String text) {
    return text.replace('\0', '\ufffd');
  }
}
