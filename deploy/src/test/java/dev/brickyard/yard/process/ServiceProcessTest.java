package dev.brickyard.yard.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.yard.configuration.ServiceName;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ServiceProcessTest {
  @TempDir Path data;

  private ServiceProcess process() {
    return new ServiceProcess(data, ServiceName.API);
  }

  @AfterEach
  void endWhatWasStarted() throws Exception {
    process().kill();
  }

  private Launch shell(String script) {
    return new Launch(List.of("sh", "-c", script), Map.of(), data.resolve("home"));
  }

  private void awaitMembers(int count) throws InterruptedException {
    long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (process().members().size() != count) {
      assertThat(System.nanoTime()).as("time to get %d members", count).isLessThan(deadline);
      Thread.sleep(10);
    }
  }

  @Test
  void isFoundAgainThroughItsPidFile() throws Exception {
    ProcessId started = process().start(shell("exec sleep 1000"));
    assertThat(process().running()).contains(started);
    assertThat(process().wanted()).isTrue();
    awaitMembers(1);
    assertThat(ProcessTable.stat(started.pid()).orElseThrow().session()).isEqualTo(started.pid());
    process().terminate();
    assertThat(process().awaitEnd(Duration.ofSeconds(10))).isTrue();
    assertThat(process().running()).isEmpty();
    assertThat(process().wanted()).as("still wanted: it was not forgotten").isTrue();
    process().forget();
    assertThat(process().wanted()).isFalse();
  }

  @Test
  void killingTakesTheChildrenOfAKilledLeaderToo() throws Exception {
    ProcessId started = process().start(shell("sleep 1000 & sleep 1000 & wait"));
    awaitMembers(3);
    ProcessHandle.of(started.pid()).orElseThrow().destroyForcibly();
    awaitMembers(2);
    assertThat(process().running()).isEmpty();
    process().kill();
    assertThat(process().members()).isEmpty();
  }

  @Test
  void aChildThatLeftTheSessionIsKnownByItsMark() throws Exception {
    process().start(shell("setsid sleep 1000 & wait"));
    awaitMembers(2);
    process().kill();
    assertThat(process().members()).isEmpty();
  }

  @Test
  void aRecycledPidIsNotOurs() throws Exception {
    Process stranger = new ProcessBuilder("sleep", "1000").start();
    try {
      ProcessId now = ProcessId.current(stranger.pid()).orElseThrow();
      Path pidFile = Files.createDirectories(data.resolve("run")).resolve("api.pid");
      Files.writeString(pidFile, new ProcessId(now.pid(), now.startTicks() - 1, now.boot()) + "\n");
      assertThat(process().running()).isEmpty();
      process().kill();
      Files.writeString(pidFile, new ProcessId(now.pid(), now.startTicks(), "other-boot") + "\n");
      assertThat(process().running()).isEmpty();
      process().terminate();
      process().kill();
      assertThat(stranger.isAlive()).isTrue();
    } finally {
      stranger.destroyForcibly().waitFor();
    }
  }

  @Test
  void aDamagedPidFileNamesNoProcess() throws Exception {
    Path pidFile = Files.createDirectories(data.resolve("run")).resolve("api.pid");
    for (String text : List.of("", "1", "x y z", "1 2 3 4", "\0\0\0")) {
      Files.writeString(pidFile, text);
      assertThat(process().running()).isEmpty();
    }
  }

  @Test
  void theTerminalsVariablesDoNotReachIt() throws Exception {
    process()
        .start(
            new Launch(
                List.of("sh", "-c", "env; exec sleep 1000"),
                Map.of("OURS", "yes"),
                data.resolve("home")));
    long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (!Files.readString(process().log()).contains("OURS=yes")) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.sleep(10);
    }
    assertThat(Files.readAllLines(process().log()))
        .allMatch(
            line ->
                line.matches(
                    "(?i)(PATH|HOME|LANG|LC_ALL|TZ|(http|https|no)_proxy|OURS|PWD|OLDPWD|SHLVL|_"
                        + "|BRICKYARD_YARD_SERVICE)=.*"));
  }

  @Test
  void aLargeLogIsRotatedAtTheNextStart() throws Exception {
    Files.createDirectories(process().log().getParent());
    try (var file = new java.io.RandomAccessFile(process().log().toFile(), "rw")) {
      file.setLength((16L << 20) + 1);
    }
    process().start(shell("exec sleep 1000"));
    assertThat(Files.size(process().log())).isZero();
    assertThat(process().log().resolveSibling("api.log.1")).hasSize((16L << 20) + 1);
  }

  @Test
  void theHolderOfAPortIsNamed() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(FreePorts.isFree("127.0.0.1", socket.getLocalPort())).isFalse();
      assertThat(FreePorts.holder(socket.getLocalPort()))
          .startsWith("pid " + ProcessHandle.current().pid() + " (")
          .contains("java");
    }
    assertThat(FreePorts.isFree("127.0.0.1", FreePorts.any())).isTrue();
  }

  /** Somebody's connection to somewhere would keep a killed server from coming back. */
  @Test
  void aFreePortIsNoneThatConnectionsGet() throws IOException {
    String[] range =
        Files.readAllLines(Path.of("/proc/sys/net/ipv4/ip_local_port_range"))
            .getFirst()
            .split("\\s+");
    assertThat(FreePorts.any())
        .matches(
            port -> port < Integer.parseInt(range[0]) || port > Integer.parseInt(range[1]),
            "outside of " + String.join("–", range));
  }
}
