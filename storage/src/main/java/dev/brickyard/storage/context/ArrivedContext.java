package dev.brickyard.storage.context;

import dev.brickyard.engine.context.ReceivedContext;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * A context that was read to its end. What is known of it can be looked at while it is being
 * stored. Used by one thread.
 */
public final class ArrivedContext {
  private final ReceivedContext context;
  private final @Nullable FutureTask<Void> storing;

  private ArrivedContext(ReceivedContext context, @Nullable FutureTask<Void> storing) {
    this.context = context;
    this.storing = storing;
  }

  /** One that is in the store already. */
  static ArrivedContext stored(ReceivedContext context) {
    return new ArrivedContext(context, null);
  }

  /** One that is stored from now on, on a thread of its own. */
  static ArrivedContext storing(ReceivedContext context, Callable<Void> store) {
    FutureTask<Void> task = new FutureTask<>(store);
    Thread.ofVirtual().name("store-context").start(task);
    return new ArrivedContext(context, task);
  }

  /** What came out of receiving it. */
  public ReceivedContext context() {
    return context;
  }

  /**
   * Waits until it is durable; may be called again.
   *
   * @throws dev.brickyard.storage.object.ObjectStoreException when it cannot be stored
   */
  public void await() throws IOException {
    FutureTask<Void> task = storing;
    if (task == null) {
      return;
    }
    try {
      task.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw new IOException("the context could not be stored", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (IOException) new InterruptedIOException("interrupted").initCause(e);
    }
  }

  /** Waits until nothing more of it arrives in the store, whether it could be stored or not. */
  public void settle() {
    FutureTask<Void> task = storing;
    boolean interrupted = false;
    while (task != null && !task.isDone()) {
      try {
        task.get();
      } catch (ExecutionException | CancellationException e) {
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
