package dev.brickyard.yard;

import dev.brickyard.yard.configuration.ServiceName;
import dev.brickyard.yard.process.ProcessId;
import java.time.Duration;

/** Gets told how the services come and go, from many threads at once. Must not throw. */
public interface YardObserver {
  /** It already runs and works. */
  default void alreadyUp(ServiceName service, ProcessId process) {}

  /** What it needs works; now it is set up and started. */
  default void starting(ServiceName service) {}

  /** It works, this long after {@link #starting}. */
  default void up(ServiceName service, ProcessId process, Duration took) {}

  /** It could not be started; the reason comes with the exception that follows. */
  default void failed(ServiceName service) {}

  /** It was asked to stop. */
  default void stopping(ServiceName service) {}

  /** Nothing of it runs any more. */
  default void down(ServiceName service, Duration took, boolean killed) {}

  /** Tells nobody. */
  YardObserver SILENT = new YardObserver() {};
}
