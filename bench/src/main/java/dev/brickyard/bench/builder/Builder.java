package dev.brickyard.bench.builder;

import dev.brickyard.bench.BenchException;
import java.io.IOException;
import java.time.Duration;

/** Somebody who builds images and pushes them, on this machine, with a folder of its own. */
public interface Builder extends AutoCloseable {
  /** Its name, as in the table. */
  String name();

  /** Its version, in words. */
  String version();

  /** Makes it ready to build; called once. */
  void start() throws IOException, BenchException, InterruptedException;

  /** Takes away all that earlier builds left on its disk; returns when it is ready to build. */
  void emptyDisk() throws IOException, BenchException, InterruptedException;

  /** As {@link #emptyDisk}, and what it keeps elsewhere for later builds, too. */
  default void forgetEverything() throws IOException, BenchException, InterruptedException {
    emptyDisk();
  }

  /** Builds and pushes; a build that fails or takes longer than {@code atMost} says so. */
  Outcome build(Order order, Duration atMost) throws IOException, InterruptedException;

  /** Ends all it started and removes what it wrote; nothing is thrown for what is gone already. */
  @Override
  void close();
}
