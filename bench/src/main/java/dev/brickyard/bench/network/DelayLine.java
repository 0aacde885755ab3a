package dev.brickyard.bench.network;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** One direction of a line: carries packets from one device to another, later. */
final class DelayLine {
  private static final int WAKE_MILLIS = 100;

  private final TunDevice from;
  private final TunDevice to;
  private final LineClock clock;
  private final BlockingQueue<Travelling> travelling = new LinkedBlockingQueue<>();
  private final Thread reader;
  private final Thread writer;
  private volatile boolean closed;

  private record Travelling(byte[] packet, long arrival) {}

  DelayLine(TunDevice from, TunDevice to, LineClock clock, String name) {
    this.from = from;
    this.to = to;
    this.clock = clock;
    this.reader = Thread.ofPlatform().daemon().name(name + "-reader").unstarted(this::read);
    this.writer = Thread.ofPlatform().daemon().name(name + "-writer").unstarted(this::write);
  }

  /** Begins to carry packets. */
  void start() {
    reader.start();
    writer.start();
  }

  private void read() {
    while (!closed) {
      Optional<byte[]> packet = from.read(WAKE_MILLIS);
      if (packet.isPresent()) {
        OptionalLong arrival =
            clock.arrival(System.nanoTime(), packet.get().length - TunDevice.HEADER);
        if (arrival.isPresent()) {
          travelling.add(new Travelling(packet.get(), arrival.getAsLong()));
        }
      }
    }
  }

  private void write() {
    try {
      while (!closed) {
        Travelling next = travelling.poll(WAKE_MILLIS, TimeUnit.MILLISECONDS);
        if (next == null) {
          continue;
        }
        for (long early = next.arrival() - System.nanoTime();
            early > 0 && !closed;
            early = next.arrival() - System.nanoTime()) {
          LockSupport.parkNanos(early);
        }
        to.write(next.packet());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns when no thread of it uses the devices any more. */
  void end() throws InterruptedException {
    closed = true;
    reader.join();
    writer.join();
  }
}
