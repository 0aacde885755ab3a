package dev.brickyard.bench.network;

import dev.brickyard.bench.BenchException;
import dev.brickyard.yard.YardException;
import dev.brickyard.yard.configuration.YardNetwork;
import dev.brickyard.yard.service.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A slow line on this machine: builders in a network namespace, registry and store outside, 10 ms
 * each way and 200 Mbit/s between them. It is made of two TUN devices and this process, which needs
 * no queueing discipline of the kernel's: {@code netem} is not in every kernel.
 */
public final class Wan implements AutoCloseable {
  private static final long BITS_PER_SECOND = 200_000_000;
  private static final Duration ONE_WAY = Duration.ofMillis(10);
  private static final Duration LONGEST_QUEUE = Duration.ofMillis(100);
  private static final Path FORWARDING = Path.of("/proc/sys/net/ipv4/ip_forward");

  private @Nullable String forwardingBefore;
  private final List<TunDevice> devices = new ArrayList<>();
  private final List<DelayLine> lines = new ArrayList<>();

  /** A line that is not there yet. */
  public Wan() {}

  /** Makes it, in place of one that a killed benchmark left. */
  public Site start() throws IOException, BenchException, InterruptedException {
    takeAway();
    String forwarding = Files.readString(FORWARDING).strip();
    if (!forwarding.equals("1")) {
      forwardingBefore = forwarding;
      Files.writeString(FORWARDING, "1");
    }
    run(WanCommands.before());
    TunDevice near = open(WanCommands.NEAR_DEVICE);
    TunDevice far = open(WanCommands.FAR_DEVICE);
    run(WanCommands.after());
    lines.add(new DelayLine(near, far, clock(), "line-out"));
    lines.add(new DelayLine(far, near, clock(), "line-in"));
    lines.forEach(DelayLine::start);
    return new Site(
        "wan",
        "a line of 20 ms round trip and 200 Mbit/s",
        new YardNetwork(
            WanCommands.NEAR_ADDRESS, WanCommands.FAR_ADDRESS, Optional.of(WanCommands.NAMESPACE)),
        List.of("nsenter", "--net=/run/netns/" + WanCommands.NAMESPACE));
  }

  /** Takes it away; being interrupted does not keep it from that. */
  @Override
  public void close() throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      end();
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void end() throws IOException, InterruptedException {
    for (DelayLine line : lines) {
      line.end();
    }
    lines.clear();
    devices.forEach(TunDevice::close);
    devices.clear();
    takeAway();
    if (forwardingBefore != null) {
      Files.writeString(FORWARDING, forwardingBefore);
      forwardingBefore = null;
    }
  }

  private TunDevice open(String name) throws IOException {
    TunDevice device = TunDevice.open(name);
    devices.add(device);
    return device;
  }

  private static LineClock clock() {
    return new LineClock(BITS_PER_SECOND, ONE_WAY, LONGEST_QUEUE);
  }

  private static void run(List<List<String>> commands)
      throws IOException, BenchException, InterruptedException {
    for (List<String> command : commands) {
      try {
        Tool.run(command, "");
      } catch (YardException e) {
        throw new BenchException("the slow line cannot be made: " + e.getMessage(), e);
      }
    }
  }

  private static void takeAway() throws IOException, InterruptedException {
    for (List<String> command : WanCommands.away()) {
      try {
        Tool.run(command, "");
      } catch (YardException e) {
        // It is not there.
      }
    }
  }
}
