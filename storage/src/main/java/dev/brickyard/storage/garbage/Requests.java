package dev.brickyard.storage.garbage;

import dev.brickyard.storage.object.ObjectInfo;
import dev.brickyard.storage.object.ObjectPage;
import dev.brickyard.storage.object.ObjectStore;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Many requests to the store, some at once, in windows: never more than one is in memory. */
final class Requests {
  /** As many as are asked for at once. */
  static final int WINDOW = 64;

  private static final int PAGE = 1000;

  private Requests() {}

  /** A request to the store. */
  @FunctionalInterface
  interface Ask<T, R> {
    R ask(T about) throws IOException;
  }

  /** Gets what was found. */
  @FunctionalInterface
  interface Take<T> {
    void take(T found) throws IOException;
  }

  /** Asks about each, all at once; the answers come in the order of the questions. */
  static <T, R> List<R> atOnce(List<T> about, Ask<T, R> ask) throws IOException {
    if (about.size() == 1) {
      return List.of(ask.ask(about.getFirst()));
    }
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<R>> asked = new ArrayList<>();
      for (T one : about) {
        asked.add(threads.submit(() -> ask.ask(one)));
      }
      List<R> answers = new ArrayList<>();
      try {
        for (Future<R> future : asked) {
          answers.add(future.get());
        }
        return answers;
      } catch (ExecutionException e) {
        asked.forEach(future -> future.cancel(true));
        throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
      } catch (InterruptedException e) {
        asked.forEach(future -> future.cancel(true));
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while asking the object store");
      }
    }
  }

  /** The list in windows. */
  static <T> void windows(List<T> all, Take<List<T>> take) throws IOException {
    for (int from = 0; from < all.size(); from += WINDOW) {
      take.take(all.subList(from, Math.min(all.size(), from + WINDOW)));
    }
  }

  /** Every object under a prefix, page by page. */
  static void list(ObjectStore objects, String prefix, Take<List<ObjectInfo>> take)
      throws IOException {
    Optional<String> next = Optional.empty();
    do {
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedIOException("interrupted while listing " + prefix);
      }
      ObjectPage page = objects.list(prefix, next, PAGE);
      take.take(page.objects());
      next = page.next();
    } while (next.isPresent());
  }
}
