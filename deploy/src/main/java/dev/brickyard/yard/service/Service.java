package dev.brickyard.yard.service;

import dev.brickyard.yard.YardException;
import dev.brickyard.yard.configuration.ServiceName;
import dev.brickyard.yard.process.Launch;
import dev.brickyard.yard.process.ServiceProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A part of the yard: what it needs before it starts, how it starts, how one knows it works. */
public interface Service {
  ServiceName name();

  /** The ports it listens on, by the name they are set with; the one people use comes first. */
  Map<String, Integer> ports();

  /** What must work before it can start. */
  List<ServiceName> needs();

  /**
   * Makes the files it needs and says how to start it. Called while it does not run; harmless when
   * repeated, also after it was interrupted at any point.
   *
   * @throws YardException when it cannot be started here, in words for the user
   */
  Launch prepare() throws IOException, YardException, InterruptedException;

  /** Asks it, in its own protocol, whether it works now: empty when it does, else what is wrong. */
  Optional<String> ailment() throws InterruptedException;

  /** Asks it to stop. What it does then is its own affair, within {@link #grace}. */
  default void stop(ServiceProcess process) throws IOException, InterruptedException {
    process.terminate();
  }

  /** How long it may take to stop before it is killed. */
  default Duration grace() {
    return Duration.ofSeconds(15);
  }

  /** How long it may take to work after its start. */
  default Duration patience() {
    return Duration.ofSeconds(90);
  }
}
