package dev.brickyard.bench.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The slow line with the kernel's own TCP on it. */
class WanIT {
  private static final Path NAMESPACE = Path.of("/run/netns", WanCommands.NAMESPACE);
  private static final Path DEVICES = Path.of("/sys/class/net");

  @Test
  void theLineIsAsSlowAsItSaysAndLeavesNothingBehind() throws Exception {
    try (Wan wan = new Wan()) {
      Site site = wan.start();
      LineCheck.Figures line = LineCheck.measure(site);
      assertThat(line.roundTripMillis()).isBetween(20.0, 60.0);
      // A busy machine may be slower than the line; nothing may be faster.
      assertThat(line.megabitsPerSecond()).isBetween(20.0, 201.0);
    }
    assertThat(NAMESPACE).doesNotExist();
    assertThat(DEVICES.resolve(WanCommands.NEAR_DEVICE)).doesNotExist();
  }

  @Test
  void whatAKilledBenchmarkLeftIsReplaced() throws Exception {
    Process left =
        new ProcessBuilder("ip", "netns", "add", WanCommands.NAMESPACE).inheritIO().start();
    assertThat(left.waitFor()).isZero();
    try (Wan wan = new Wan()) {
      wan.start();
      assertThat(Files.exists(NAMESPACE)).isTrue();
    }
    assertThat(NAMESPACE).doesNotExist();
  }
}
