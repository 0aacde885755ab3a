package dev.brickyard.worker;

import dev.brickyard.engine.image.Platform;
import dev.brickyard.engine.registry.TestRegistry;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Everything a worker service needs around it, real but for the scheduler. */
public final class RunningFarm implements QuarkusTestResourceLifecycleManager {
  private static @Nullable RunningFarm current;
  private @Nullable TestFarm farm;
  private @Nullable TestRegistry registry;
  private @Nullable Path data;

  static TestFarm farm() {
    if (current == null || current.farm == null) {
      throw new IllegalStateException("the farm does not run");
    }
    return current.farm;
  }

  static TestRegistry registry() {
    if (current == null || current.registry == null) {
      throw new IllegalStateException("the registry does not run");
    }
    return current.registry;
  }

  static Path data() {
    if (current == null || current.data == null) {
      throw new IllegalStateException("the worker has no disk");
    }
    return current.data;
  }

  @Override
  public Map<String, String> start() {
    current = this;
    try {
      TestFarm started = new TestFarm();
      farm = started;
      started.queueFor(Platform.current());
      TestRegistry images = TestRegistry.start();
      registry = images;
      Path disk = Files.createTempDirectory(Path.of("/var/tmp"), "brickyard-worker-");
      data = disk;
      Map<String, String> settings = new HashMap<>();
      settings.put("kafka.bootstrap.servers", started.kafka.bootstrapServers());
      settings.put("brickyard.internal-token", TestScheduler.TOKEN);
      settings.put("brickyard.scheduler.url", started.scheduler.url().toString());
      settings.put("brickyard.s3.endpoint", started.s3.endpoint().toString());
      settings.put("brickyard.s3.access-key", started.s3.accessKey());
      settings.put("brickyard.s3.secret-key", started.s3.secretKey());
      settings.put("brickyard.s3.bucket", "farm");
      settings.put("brickyard.worker.data-dir", disk.toString());
      settings.put("brickyard.worker.heartbeat", "500ms");
      settings.put("brickyard.worker.shutdown-grace", "0s");
      settings.put("brickyard.worker.registry.mirrors.\"docker.io\"", "http://" + images.host());
      settings.put("brickyard.worker.registry.insecure", images.host());
      settings.put("quarkus.http.test-port", "0");
      return settings;
    } catch (Exception e) {
      stop();
      throw new IllegalStateException("the farm does not start", e);
    }
  }

  @Override
  public void stop() {
    if (registry != null) {
      registry.close();
    }
    if (farm != null) {
      farm.close();
    }
    if (data != null) {
      try (Stream<Path> files = Files.walk(data)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
