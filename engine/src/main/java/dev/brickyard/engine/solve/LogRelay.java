package dev.brickyard.engine.solve;

import dev.brickyard.engine.runtime.OutputSink;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Output of a process that several builds wait for: each gets all of it, also who comes late (up to
 * a bound, beyond which the oldest is gone).
 */
final class LogRelay implements OutputSink {
  private static final int BOUND = 1 << 20;

  private record Chunk(boolean stderr, byte[] bytes) {}

  private final Deque<Chunk> said = new ArrayDeque<>();
  private final List<OutputSink> listeners = new ArrayList<>();
  private int size;

  @Override
  public synchronized void write(boolean stderr, byte[] chunk) {
    said.addLast(new Chunk(stderr, chunk));
    size += chunk.length;
    while (size > BOUND && said.size() > 1) {
      size -= said.removeFirst().bytes().length;
    }
    listeners.forEach(listener -> listener.write(stderr, chunk));
  }

  synchronized void subscribe(OutputSink listener) {
    said.forEach(chunk -> listener.write(chunk.stderr(), chunk.bytes()));
    listeners.add(listener);
  }

  synchronized void unsubscribe(OutputSink listener) {
    listeners.remove(listener);
  }
}
