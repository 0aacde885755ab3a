package dev.brickyard.yard;

import dev.brickyard.yard.process.ServiceProcess;
import dev.brickyard.yard.service.Service;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Stops services at the same time: asks, waits, and kills what does not listen. */
final class Shutdown {
  private final Path data;
  private final YardObserver observer;

  Shutdown(Path data, YardObserver observer) {
    this.data = data;
    this.observer = observer;
  }

  /** Returns when nothing of them runs. */
  void stop(List<Service> services) throws YardException, InterruptedException {
    List<Future<?>> stopping = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Service service : services) {
        stopping.add(
            threads.submit(
                () -> {
                  stop(service);
                  return null;
                }));
      }
      for (Future<?> one : stopping) {
        one.get();
      }
    } catch (ExecutionException e) {
      throw new YardException("could not stop everything: " + e.getCause(), e.getCause());
    }
  }

  private void stop(Service service) throws IOException, InterruptedException {
    ServiceProcess process = new ServiceProcess(data, service.name());
    if (process.running().isPresent()) {
      observer.stopping(service.name());
      long begun = System.nanoTime();
      service.stop(process);
      boolean ended = process.awaitEnd(service.grace());
      process.kill();
      observer.down(service.name(), Duration.ofNanos(System.nanoTime() - begun), !ended);
    } else {
      process.kill();
    }
    process.forget();
  }
}
