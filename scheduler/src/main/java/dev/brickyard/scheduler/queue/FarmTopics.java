package dev.brickyard.scheduler.queue;

import dev.brickyard.contracts.Topics;
import dev.brickyard.scheduler.SchedulerConfiguration;
import io.smallrye.common.annotation.Identifier;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;

/** Makes the farm's topics, and the settings of the share group that reads the queues. */
@Singleton
public class FarmTopics {
  private static final long PATIENCE_SECONDS = 15;

  private final SchedulerConfiguration configuration;
  private final Admin admin;
  private final Set<String> known = ConcurrentHashMap.newKeySet();

  FarmTopics(
      SchedulerConfiguration configuration,
      @Identifier("default-kafka-broker") Map<String, Object> kafka) {
    this.configuration = configuration;
    Map<String, Object> settings = new HashMap<>(kafka);
    settings.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
    settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 10_000);
    this.admin = Admin.create(settings);
  }

  /**
   * Sets the share group up, then makes all topics that are missing; the group first, so that no
   * worker reads a queue from its end. May be called again.
   *
   * @throws KafkaException when Kafka does not answer
   */
  public void createAll() {
    configureShareGroup();
    SchedulerConfiguration.Topics topics = configuration.topics();
    List<NewTopic> wanted = new ArrayList<>();
    wanted.add(topic(Topics.SUBMISSIONS, topics.submissions(), Map.of()));
    wanted.add(
        topic(
            Topics.EVENTS,
            topics.events(),
            Map.of(
                TopicConfig.RETENTION_MS_CONFIG,
                Long.toString(topics.eventsRetention().toMillis()))));
    wanted.add(
        topic(
            Topics.LOGS,
            topics.logs(),
            Map.of(
                TopicConfig.RETENTION_MS_CONFIG,
                Long.toString(topics.logsRetention().toMillis()))));
    wanted.add(topic(Topics.CONTROL, 1, Map.of()));
    wanted.add(
        topic(
            Topics.WORKERS,
            1,
            Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT)));
    topics.platforms().forEach(platform -> wanted.add(queue(Topics.jobs(platform))));
    create(wanted);
  }

  /**
   * Makes the queue of jobs of that name unless it exists. Other topics exist since {@link
   * #createAll}.
   *
   * @throws KafkaException when Kafka does not answer
   */
  public void ensure(String topic) {
    if (topic.startsWith(QUEUES) && !known.contains(topic)) {
      create(List.of(queue(topic)));
    }
  }

  private static final String QUEUES = Topics.jobs("");

  private NewTopic queue(String name) {
    return topic(
        name,
        1,
        Map.of(
            TopicConfig.RETENTION_MS_CONFIG,
            Long.toString(configuration.topics().jobsRetention().toMillis())));
  }

  private NewTopic topic(String name, int partitions, Map<String, String> settings) {
    return new NewTopic(name, Optional.of(partitions), configuration.topics().replicationFactor())
        .configs(settings);
  }

  private void create(Collection<NewTopic> wanted) {
    admin
        .createTopics(wanted)
        .values()
        .forEach(
            (name, created) -> {
              try {
                created.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
                known.add(name);
              } catch (ExecutionException e) {
                if (!(e.getCause() instanceof TopicExistsException)) {
                  throw new KafkaException("topic " + name + " cannot be made", e.getCause());
                }
                known.add(name);
              } catch (TimeoutException e) {
                throw new KafkaException("Kafka does not answer", e);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new KafkaException("interrupted", e);
              }
            });
  }

  private void configureShareGroup() {
    ConfigResource group = new ConfigResource(ConfigResource.Type.GROUP, Topics.JOBS_SHARE_GROUP);
    List<AlterConfigOp> settings =
        List.of(
            set("share.auto.offset.reset", "earliest"),
            set(
                "share.record.lock.duration.ms",
                Long.toString(configuration.jobs().recordLock().toMillis())));
    try {
      admin
          .incrementalAlterConfigs(Map.of(group, settings))
          .all()
          .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new KafkaException("the workers' share group cannot be set up", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KafkaException("interrupted", e);
    }
  }

  private static AlterConfigOp set(String name, String value) {
    return new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET);
  }

  @PreDestroy
  void close() {
    admin.close();
  }
}
