package dev.brickyard.engine.registry;

import java.time.Duration;

/** How the client waits between attempts; tests wait otherwise. */
@FunctionalInterface
interface Pauses {
  /** Waits by sleeping. */
  Pauses SLEEPING = Thread::sleep;

  void pause(Duration duration) throws InterruptedException;
}
