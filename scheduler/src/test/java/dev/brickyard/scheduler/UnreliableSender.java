package dev.brickyard.scheduler;

import dev.brickyard.scheduler.queue.FarmTopics;
import dev.brickyard.scheduler.queue.KafkaRecordSender;
import dev.brickyard.scheduler.queue.RecordSender;
import io.smallrye.common.annotation.Identifier;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The real sender, which can be told to lose what it is given: as if the process had ended between
 * the commit and the sending.
 */
@Singleton
public class UnreliableSender implements RecordSender {
  private final KafkaRecordSender real;
  private volatile boolean losing;
  private final AtomicInteger lost = new AtomicInteger();

  UnreliableSender(
      FarmTopics topics, @Identifier("default-kafka-broker") Map<String, Object> kafka) {
    this.real = KafkaRecordSender.connect(topics, kafka);
  }

  /** Loses everything until told otherwise. */
  void lose() {
    lost.set(0);
    losing = true;
  }

  void recover() {
    losing = false;
  }

  int lost() {
    return lost.get();
  }

  @Override
  public CompletionStage<Void> send(String topic, String key, byte[] value) {
    if (losing) {
      lost.incrementAndGet();
      return CompletableFuture.failedFuture(new IllegalStateException("lost on purpose"));
    }
    return real.send(topic, key, value);
  }
}
