package dev.brickyard.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.contracts.BuildEvent;
import dev.brickyard.engine.StepId;
import dev.brickyard.engine.image.Platform;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Workers with scripted engines at a farm of the test class' own, stopped after each test. */
abstract class WorkersAtAFarm {
  static final StepId STEP = new StepId("build-1");
  static final Map<String, String> CONTEXT = Map.of("Dockerfile", "FROM scratch\n");
  static final String TAG = "registry.test/app:1";
  static TestFarm farm;

  @TempDir Path folder;
  private final List<Worker> workers = new ArrayList<>();

  @BeforeAll
  static void startFarm() throws Exception {
    farm = new TestFarm();
  }

  @AfterAll
  static void stopFarm() {
    farm.close();
  }

  @AfterEach
  void stopWorkers() throws Exception {
    for (Worker worker : workers) {
      worker.stop(Duration.ZERO);
    }
    farm.scheduler.comeBack();
  }

  final Worker start(String id, int slots, ScriptedEngine engine, Platform... platforms) {
    Worker worker = farm.worker(id, slots, folder, engine, platforms);
    workers.add(worker);
    worker.start();
    return worker;
  }

  static ScriptedEngine unused() {
    return new ScriptedEngine(
        (request, observer) -> {
          throw new AssertionError("nothing was to be built");
        });
  }

  static <T extends BuildEvent> T only(List<BuildEvent> events, Class<T> type) {
    List<T> found = events.stream().filter(type::isInstance).map(type::cast).toList();
    assertThat(found).as(type.getSimpleName() + " in " + events).hasSize(1);
    return found.getFirst();
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
