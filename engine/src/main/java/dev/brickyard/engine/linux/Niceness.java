package dev.brickyard.engine.linux;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.ThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The kernel's idea of how urgent a thread is (setpriority(2); on Linux it is a thread's own). */
public final class Niceness {
  private static final Logger LOG = LoggerFactory.getLogger(Niceness.class);
  private static final int PRIO_PROCESS = 0;
  private static final int THIS_THREAD = 0;

  /** A third of the time of a thread beside it: the step comes first, and nobody starves. */
  private static final int YIELDING = 5;

  private Niceness() {}

  /**
   * Makes threads whose work waits for that of the steps' processes, as long as there is any.
   *
   * @param threads platform threads
   */
  public static ThreadFactory whileStepsRun(Thread.Builder.OfPlatform threads) {
    ThreadFactory factory = threads.factory();
    return work ->
        factory.newThread(
            () -> {
              set(YIELDING);
              work.run();
            });
  }

  private static void set(int niceness) {
    MemorySegment errno = Native.errno();
    try {
      int result = (int) Native.SETPRIORITY.invokeExact(errno, PRIO_PROCESS, THIS_THREAD, niceness);
      Native.checked("setpriority", "thread", errno, result);
    } catch (LinuxException e) {
      LOG.debug("a thread stays as urgent as the others", e);
    } catch (Throwable e) {
      throw Native.impossible(e);
    }
  }
}
