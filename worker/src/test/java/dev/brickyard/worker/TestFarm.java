package dev.brickyard.worker;

import dev.brickyard.contracts.BuildEvent;
import dev.brickyard.contracts.BuildOptions;
import dev.brickyard.contracts.BuildSpecification;
import dev.brickyard.contracts.ControlCommand;
import dev.brickyard.contracts.GrantedSecrets;
import dev.brickyard.contracts.JobKind;
import dev.brickyard.contracts.JobQueued;
import dev.brickyard.contracts.Json;
import dev.brickyard.contracts.LogChunk;
import dev.brickyard.contracts.PublishSpecification;
import dev.brickyard.contracts.Topics;
import dev.brickyard.contracts.testing.KafkaBroker;
import dev.brickyard.engine.BuildEngine;
import dev.brickyard.engine.context.ContextLimits;
import dev.brickyard.engine.image.Platform;
import dev.brickyard.storage.context.ContextStore;
import dev.brickyard.storage.object.RetryPolicy;
import dev.brickyard.storage.object.RetryingObjectStore;
import dev.brickyard.storage.object.S3ObjectStore;
import dev.brickyard.storage.testing.S3Server;
import dev.brickyard.worker.claim.SchedulerClient;
import dev.brickyard.worker.kafka.KafkaClients;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;

/** Real Kafka and S3, a scheduler from memory, and as many workers as a test wants. */
final class TestFarm implements AutoCloseable {
  static final Duration LOCK = Duration.ofSeconds(2);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  final KafkaBroker kafka = KafkaBroker.start();
  final S3Server s3 = S3Server.start();
  final TestScheduler scheduler = new TestScheduler();
  final S3ObjectStore s3Objects = new S3ObjectStore(s3.settings("farm"));
  final RetryingObjectStore objects = new RetryingObjectStore(s3Objects, RetryPolicy.DEFAULT);
  private final KafkaClients clients =
      new KafkaClients(Map.of("bootstrap.servers", kafka.bootstrapServers()), "test");
  private final Admin admin = clients.admin();
  private final Producer<String, byte[]> producer = clients.facts();
  private int platforms;

  TestFarm() throws ExecutionException, InterruptedException {
    admin
        .incrementalAlterConfigs(
            Map.of(
                new ConfigResource(ConfigResource.Type.GROUP, Topics.JOBS_SHARE_GROUP),
                List.of(
                    set("share.auto.offset.reset", "earliest"),
                    set("share.record.lock.duration.ms", Long.toString(LOCK.toMillis())))))
        .all()
        .get();
    createTopics(
        List.of(
            new NewTopic(Topics.EVENTS, 6, (short) 1),
            new NewTopic(Topics.LOGS, 6, (short) 1),
            new NewTopic(Topics.CONTROL, 1, (short) 1),
            new NewTopic(Topics.WORKERS, 1, (short) 1)));
  }

  private static AlterConfigOp set(String name, String value) {
    return new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET);
  }

  private void createTopics(Collection<NewTopic> topics)
      throws ExecutionException, InterruptedException {
    admin.createTopics(topics).all().get();
  }

  /** A platform of the test's own, with its queue. */
  Platform platform() throws ExecutionException, InterruptedException {
    Platform platform = Platform.parse("linux/test" + ++platforms);
    queueFor(platform);
    return platform;
  }

  void queueFor(Platform platform) throws ExecutionException, InterruptedException {
    createTopics(List.of(new NewTopic(Topics.jobs(platform.toString()), 1, (short) 1)));
  }

  /** A worker that has not started. */
  Worker worker(String id, int slots, Path spool, BuildEngine engine, Platform... platforms) {
    return new Worker(
        new WorkerSettings(
            id, List.of(platforms), slots, spool, Duration.ofSeconds(1), "test", Set.of()),
        new KafkaClients(Map.of("bootstrap.servers", kafka.bootstrapServers()), id),
        new SchedulerClient(scheduler.url(), TestScheduler.TOKEN),
        engine,
        objects,
        Clock.systemUTC());
  }

  /** A job in the queue. */
  record Submitted(UUID buildId, UUID jobId, Platform platform) {}

  /** Stores a context of texts, plans a build of it and queues its job. */
  Submitted submit(Platform platform, Map<String, String> files, String... tags) throws Exception {
    Map<String, byte[]> contents = new TreeMap<>();
    files.forEach((path, text) -> contents.put(path, text.getBytes(StandardCharsets.UTF_8)));
    return submitFiles(platform, contents, tags);
  }

  /** Stores a context, plans a build of it and queues its job. */
  Submitted submitFiles(Platform platform, Map<String, byte[]> files, String... tags)
      throws Exception {
    UUID contextId = UUID.randomUUID();
    new ContextStore(objects)
        .receive(contextId, new ByteArrayInputStream(tar(files)), ContextLimits.DEFAULT, Set.of());
    Submitted job = new Submitted(UUID.randomUUID(), UUID.randomUUID(), platform);
    scheduler.add(
        job.buildId(),
        job.jobId(),
        new BuildSpecification(
            contextId,
            "project",
            null,
            "Dockerfile",
            platform.toString(),
            List.of(tags),
            null,
            Map.of(),
            Map.of(),
            false,
            BuildOptions.NONE,
            List.of(),
            null,
            GrantedSecrets.NONE));
    enqueue(job, JobKind.BUILD);
    return job;
  }

  Submitted submit(Platform platform, PublishSpecification publish) throws Exception {
    Submitted job = new Submitted(UUID.randomUUID(), UUID.randomUUID(), platform);
    scheduler.add(job.buildId(), job.jobId(), publish);
    enqueue(job, JobKind.PUBLISH);
    return job;
  }

  void enqueue(Submitted job, JobKind kind) throws Exception {
    send(
        Topics.jobs(job.platform().toString()),
        Json.write(
            new JobQueued(
                Json.SCHEMA_VERSION,
                job.buildId(),
                job.jobId(),
                kind,
                1,
                job.platform().toString(),
                null)));
  }

  void cancel(Submitted job) throws Exception {
    send(
        Topics.CONTROL,
        Json.write(
            new ControlCommand.CancelJob(
                Json.SCHEMA_VERSION, Instant.now(), job.buildId(), job.jobId())));
  }

  void send(String topic, byte[] value) throws ExecutionException, InterruptedException {
    producer.send(new ProducerRecord<>(topic, value)).get();
  }

  /** The build's events, once one of them is as wanted. */
  List<BuildEvent> eventsUntil(UUID buildId, Predicate<BuildEvent> last) {
    return readUntil(
        Topics.EVENTS,
        polled -> read(polled, BuildEvent.class),
        event -> event.buildId().equals(buildId),
        last);
  }

  /** The job's last event: all before it are in the list too. */
  List<BuildEvent> eventsUntilFinished(Submitted job) {
    return eventsUntil(job.buildId(), event -> event instanceof BuildEvent.JobFinished);
  }

  /** All log chunks of a build that are in Kafka now. */
  List<LogChunk> chunks(UUID buildId) {
    return readUntil(
        Topics.LOGS,
        polled -> read(polled, LogChunk.class),
        chunk -> chunk.buildId().equals(buildId),
        chunk -> false);
  }

  private <T> List<T> readUntil(
      String topic,
      Function<ConsumerRecord<String, byte[]>, T> parse,
      Predicate<T> wanted,
      Predicate<T> last) {
    List<T> found = new ArrayList<>();
    try (Consumer<String, byte[]> consumer = clients.reader()) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(info -> new TopicPartition(topic, info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (true) {
        for (ConsumerRecord<String, byte[]> polled : consumer.poll(Duration.ofMillis(50))) {
          T value = parse.apply(polled);
          if (wanted.test(value)) {
            found.add(value);
            if (last.test(value)) {
              return found;
            }
          }
        }
        boolean atEnd =
            ends.entrySet().stream()
                .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
        if (topic.equals(Topics.LOGS) && atEnd) {
          return found;
        }
        if (System.nanoTime() > deadline) {
          throw new AssertionError("not seen in time; so far: " + found);
        }
      }
    }
  }

  private static <T> T read(ConsumerRecord<String, byte[]> polled, Class<T> type) {
    try {
      return Json.read(polled.value(), type);
    } catch (IOException e) {
      throw new AssertionError("unreadable record", e);
    }
  }

  /** Waits for a condition. */
  static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("waited in vain: " + what);
      }
      java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
    }
  }

  private static byte[] tar(Map<String, byte[]> files) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
      for (var file : new TreeMap<>(files).entrySet()) {
        byte[] content = file.getValue();
        TarArchiveEntry entry = new TarArchiveEntry(file.getKey());
        entry.setSize(content.length);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
      }
    }
    return out.toByteArray();
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(1));
    admin.close(Duration.ofSeconds(1));
    scheduler.close();
    s3Objects.close();
    s3.close();
    kafka.close();
  }
}
