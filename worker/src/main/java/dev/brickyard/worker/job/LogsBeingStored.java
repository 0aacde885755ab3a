package dev.brickyard.worker.job;

import dev.brickyard.storage.log.LogSpool;
import dev.brickyard.storage.log.LogStore;
import dev.brickyard.worker.progress.Attempt;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores the logs of ended attempts while their end is reported and the build goes on: until then,
 * whoever reads them gets them from Kafka. An empty one is nothing that anybody waits for, and is
 * stored when all else is done. Closing waits for all. Used by one thread.
 */
final class LogsBeingStored implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LogsBeingStored.class);

  private record Log(Attempt attempt, LogSpool spool) {}

  private final LogStore store;
  private final List<Thread> storing = new ArrayList<>();
  private final List<Log> empty = new ArrayList<>();

  LogsBeingStored(LogStore store) {
    this.store = store;
  }

  /** Begins to store a log, and closes it in the end. */
  void add(Attempt attempt, LogSpool spool) {
    Log log = new Log(attempt, spool);
    if (spool.isEmpty()) {
      empty.add(log);
    } else {
      storing.add(Thread.ofVirtual().name("log-" + attempt.jobId()).start(() -> store(log)));
    }
  }

  /** Waits until all that is not empty was stored, or could not be. */
  void await() {
    boolean interrupted = false;
    for (Thread thread : storing) {
      while (true) {
        try {
          thread.join();
          break;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    storing.clear();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    empty.forEach(this::store);
    await();
  }

  /** A log that cannot be stored does not undo a build: Kafka still has it for a while. */
  private void store(Log log) {
    Attempt attempt = log.attempt();
    try (LogSpool spool = log.spool()) {
      store.store(attempt.buildId(), attempt.jobId(), attempt.number(), spool);
    } catch (IOException e) {
      LOG.error("the log of {} could not be stored", attempt, e);
    }
  }
}
