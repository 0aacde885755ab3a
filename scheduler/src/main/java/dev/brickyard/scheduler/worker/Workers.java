package dev.brickyard.scheduler.worker;

import dev.brickyard.contracts.Json;
import dev.brickyard.contracts.Topics;
import dev.brickyard.contracts.UnreadableMessageException;
import dev.brickyard.contracts.WorkerHeartbeat;
import dev.brickyard.scheduler.queue.FarmTopics;
import dev.brickyard.scheduler.stream.TopicReader;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;

/** Keeps the latest that each worker said of itself, and makes the queues it will read. */
@ApplicationScoped
public class Workers implements TopicReader.Handler {
  private static final Logger LOG = Logger.getLogger(Workers.class);

  private final EntityManager entities;
  private final FarmTopics topics;

  Workers(EntityManager entities, FarmTopics topics) {
    this.entities = entities;
    this.topics = topics;
  }

  @Override
  @Transactional
  public void handle(List<ConsumerRecord<String, byte[]>> records) {
    Map<String, WorkerHeartbeat> latest = new LinkedHashMap<>();
    for (ConsumerRecord<String, byte[]> record : records) {
      if (record.value() == null) {
        continue; // compaction's mark for a key that is gone
      }
      try {
        WorkerHeartbeat heartbeat = Json.read(record.value(), WorkerHeartbeat.class);
        latest.put(heartbeat.workerId(), heartbeat);
      } catch (UnreadableMessageException e) {
        LOG.warnf("heartbeat %d: %s", record.offset(), e.getMessage());
      }
    }
    latest.values().forEach(this::take);
  }

  private void take(WorkerHeartbeat heartbeat) {
    heartbeat.platforms().forEach(platform -> topics.ensure(Topics.jobs(platform)));
    entities
        .createNativeQuery(
            """
            insert into worker as w (id, state, platforms, slots, busy, version, seen_at)
            values (:id, :state, cast(:platforms as jsonb), :slots, :busy, :version, :at)
            on conflict (id) do update set
              state = excluded.state, platforms = excluded.platforms, slots = excluded.slots,
              busy = excluded.busy, version = excluded.version, seen_at = excluded.seen_at
            where w.seen_at <= excluded.seen_at
            """)
        .setParameter("id", heartbeat.workerId())
        .setParameter("state", heartbeat.state().name())
        .setParameter(
            "platforms", new String(Json.write(heartbeat.platforms()), StandardCharsets.UTF_8))
        .setParameter("slots", heartbeat.slots())
        .setParameter("busy", heartbeat.busy())
        .setParameter("version", heartbeat.version())
        .setParameter("at", heartbeat.at())
        .executeUpdate();
  }
}
