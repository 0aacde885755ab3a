package dev.brickyard.yard;

import dev.brickyard.yard.configuration.ServiceName;
import dev.brickyard.yard.process.Launch;
import dev.brickyard.yard.process.ProcessId;
import dev.brickyard.yard.process.ServiceProcess;
import dev.brickyard.yard.service.Service;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Starts services, each as soon as what it needs works. */
final class Startup {
  private static final Duration POLL = Duration.ofMillis(100);
  private static final int LOG_LINES = 20;

  private final Path data;
  private final YardObserver observer;

  Startup(Path data, YardObserver observer) {
    this.data = data;
    this.observer = observer;
  }

  /**
   * Returns when all work.
   *
   * @throws YardException naming each that does not, and why
   */
  void start(List<Service> services) throws YardException, InterruptedException {
    Map<ServiceName, CompletableFuture<Boolean>> works = new HashMap<>();
    services.forEach(service -> works.put(service.name(), new CompletableFuture<>()));
    List<String> failures = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Service service : services) {
        threads.execute(
            () -> {
              CompletableFuture<Boolean> done = works.get(service.name());
              Optional<String> failure = startWhenPossible(service, works);
              failure.ifPresent(
                  text -> {
                    observer.failed(service.name());
                    synchronized (failures) {
                      failures.add(text);
                    }
                  });
              if (done != null) {
                done.complete(failure.isEmpty());
              }
            });
      }
      for (CompletableFuture<Boolean> done : works.values()) {
        done.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
    failures.removeIf(String::isEmpty);
    if (!failures.isEmpty()) {
      throw new YardException(String.join("\n\n", failures));
    }
  }

  /** Empty when it works; the reason when not; an empty reason when the reason is another's. */
  private Optional<String> startWhenPossible(
      Service service, Map<ServiceName, CompletableFuture<Boolean>> works) {
    try {
      for (ServiceName needed : service.needs()) {
        CompletableFuture<Boolean> other = works.get(needed);
        if (other != null && !other.get()) {
          return Optional.of("");
        }
      }
      start(service);
      return Optional.empty();
    } catch (YardException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    } catch (IOException | ExecutionException | RuntimeException e) {
      return Optional.of(service.name() + " could not be started: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.of(service.name() + " was not started: interrupted");
    }
  }

  private void start(Service service) throws IOException, YardException, InterruptedException {
    ServiceProcess process = new ServiceProcess(data, service.name());
    Optional<ProcessId> running = process.running();
    long logSize = 0;
    long begun = System.nanoTime();
    ProcessId id;
    if (running.isPresent()) {
      id = running.get();
      if (service.ailment().isEmpty()) {
        observer.alreadyUp(service.name(), id);
        return;
      }
      observer.starting(service.name());
    } else {
      observer.starting(service.name());
      // Children of a main process that was killed would hold its ports and files.
      process.kill();
      Launch launch = service.prepare();
      logSize = Files.exists(process.log()) ? Files.size(process.log()) : 0;
      id = process.start(launch);
    }
    awaitHealth(service, process, id, logSize);
    observer.up(service.name(), id, Duration.ofNanos(System.nanoTime() - begun));
  }

  private static void awaitHealth(
      Service service, ServiceProcess process, ProcessId id, long logSize)
      throws IOException, YardException, InterruptedException {
    long deadline = System.nanoTime() + service.patience().toNanos();
    for (Optional<String> ailment = service.ailment();
        ailment.isPresent();
        ailment = service.ailment()) {
      String problem = "";
      if (!id.running()) {
        problem = service.name() + " ended while it started";
      } else if (System.nanoTime() > deadline) {
        problem =
            "%s does not work %d seconds after its start: %s"
                .formatted(service.name(), service.patience().toSeconds(), ailment.get());
      }
      if (!problem.isEmpty()) {
        throw new YardException(problem + ". Its log says:\n" + logTail(process.log(), logSize));
      }
      Thread.sleep(POLL);
    }
  }

  private static String logTail(Path log, long from) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
      long begin = Math.max(Math.min(from, file.length()), file.length() - (64L << 10));
      byte[] bytes = new byte[(int) (file.length() - begin)];
      file.seek(begin);
      file.readFully(bytes);
      List<String> lines = new String(bytes, StandardCharsets.UTF_8).lines().toList();
      List<String> last = lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size());
      return "  | " + String.join("\n  | ", last);
    }
  }
}
