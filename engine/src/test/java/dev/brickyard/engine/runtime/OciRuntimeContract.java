package dev.brickyard.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.engine.image.Platform;
import dev.brickyard.engine.layer.Compression;
import dev.brickyard.engine.layer.EntryType;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.engine.layer.LayerWriter;
import dev.brickyard.engine.layer.NewLayer;
import dev.brickyard.engine.linux.Binfmt;
import dev.brickyard.engine.snapshot.WritableRoot;
import dev.brickyard.engine.testing.TestRoot;
import dev.brickyard.engine.testing.Workbench;
import dev.brickyard.engine.testing.Workbench.Outcome;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Containers on a real overlay, run by a real runtime program. */
abstract class OciRuntimeContract {
  private Workbench bench;
  private Layer base;

  /** Of other farms on this machine, or of what was killed there. */
  private List<Path> controlGroupsBefore;

  /** The runtime under test, with its state in this directory. */
  abstract ProgramRuntime runtime(Path directory);

  /** Whether it can tell that the kernel killed a process for want of memory, on this machine. */
  abstract boolean tellsOutOfMemory();

  @BeforeEach
  void open() throws IOException {
    controlGroupsBefore = controlGroups();
    bench = new Workbench(this::runtime);
    base = offered(Platform.LINUX_AMD64);
  }

  private Layer offered(Platform platform) throws IOException {
    return bench.offer(TestRoot.layer(platform, bench.blobs(), Compression.GZIP));
  }

  @AfterEach
  void leavesNothing() throws IOException {
    bench.close();
    assertThat(controlGroups()).isSubsetOf(controlGroupsBefore);
  }

  private static List<Path> controlGroups() throws IOException {
    List<Path> groups = new ArrayList<>();
    try (Stream<Path> hierarchies = Files.list(Path.of("/sys/fs/cgroup"))) {
      for (Path hierarchy :
          Stream.concat(hierarchies, Stream.of(Path.of("/sys/fs/cgroup"))).toList()) {
        Path parent = hierarchy.resolve("brickyard");
        if (Files.isDirectory(parent)) {
          groups.add(parent);
          try (Stream<Path> children = Files.list(parent)) {
            children.filter(Files::isDirectory).forEach(groups::add);
          }
        }
      }
    }
    return groups;
  }

  @Test
  void runsACommandAndTellsItsOutputApart() throws Exception {
    try (WritableRoot root = bench.store.mount(List.of(base))) {
      Outcome outcome = bench.shell(root, "echo out; echo err >&2; exit 7");
      assertThat(outcome.stdout()).isEqualTo("out\n");
      assertThat(outcome.stderr()).isEqualTo("err\n");
      assertThat(outcome.status().code()).isEqualTo(7);
      assertThat(outcome.status().oomKilled()).isFalse();
    }
  }

  @Test
  void runningLeavesNoTraceInTheLayer() throws Exception {
    WritableRoot root = bench.store.mount(List.of(base));
    assertThat(bench.shell(root, "true").status().success()).isTrue();
    NewLayer layer = bench.store.commit(root, Compression.GZIP, Optional.empty());
    assertThat(layer.index().entries()).isEmpty();
  }

  @Test
  void mountsOfARunLeaveNoTraceEither() throws Exception {
    Path source = Files.writeString(bench.directory().resolve("secret"), "hidden");
    WritableRoot root = bench.store.mount(List.of(base));
    ContainerSpec spec =
        new ContainerSpec(
            root.root(),
            List.of("/bin/sh", "-c", "cat /run/secrets/token; touch /usr/cache/x; echo a > /etc/b"),
            Map.of("PATH", "/bin"),
            "/",
            0,
            0,
            List.of(),
            "bench",
            List.of(
                new ContainerMount.Bind(source, "/run/secrets/token", true),
                new ContainerMount.Tmpfs("/usr/cache", OptionalLong.of(1 << 20), 0700)),
            NetworkMode.HOST,
            Limits.NONE);
    assertThat(bench.run(spec).stdout()).isEqualTo("hidden");
    NewLayer layer = bench.store.commit(root, Compression.GZIP, Optional.empty());
    assertThat(layer.index().entries().stream().map(e -> e.path().value()))
        .containsExactly("etc", "etc/b");
  }

  @Test
  void aRootWithoutTheUsualMountPointsGetsThemAsWithBuildKit() throws Exception {
    byte[] busybox = TestRoot.busybox(Platform.LINUX_AMD64);
    NewLayer bare;
    try (LayerWriter writer = new LayerWriter(bench.blobs(), Compression.GZIP)) {
      writer.add(LayerEntry.directory(new ImagePath("bin"), 0755, 0, 0, 0));
      writer.addFile(
          new ImagePath("bin/sh"),
          0755,
          0,
          0,
          0,
          busybox.length,
          new TreeMap<>(),
          () -> new ByteArrayInputStream(busybox));
      bare = writer.finish();
    }
    WritableRoot root = bench.store.mount(List.of(bench.offer(bare)));
    assertThat(bench.shell(root, ":").status().success()).isTrue();
    NewLayer layer = bench.store.commit(root, Compression.GZIP, Optional.empty());
    assertThat(layer.index().entries().stream().map(e -> e.path().value()))
        .containsExactly("dev", "proc", "sys");
    assertThat(layer.index().entries()).allMatch(e -> e.isDirectory() && e.mode() == 0755);
  }

  private static final String LOOK =
      "cat /etc/hosts; (echo x >> /etc/hosts) 2>/dev/null && echo written; hostname;"
          + " df -k /dev/shm | awk 'NR == 2 { print $2 }'; ulimit -n; ulimit -H -n";

  @Test
  void namesSizesAndLimitsAreAsAsked() throws Exception {
    Isolation isolation =
        new Isolation(
            false,
            List.of(
                new ExtraHost("db", "10.1.2.3"),
                new ExtraHost("six", "::1"),
                new ExtraHost("outside", ExtraHost.GATEWAY)),
            OptionalLong.of(1 << 20),
            List.of(new Ulimit("nofile", 100, 200)));
    WritableRoot root = bench.store.mount(List.of(base));
    ContainerSpec spec = Workbench.spec(root, Limits.NONE, "/bin/sh", "-c", LOOK);
    assertThat(bench.run(spec.withIsolation(isolation)).stdout())
        .isEqualTo(
            """
            127.0.0.1\tlocalhost bench
            ::1\tlocalhost ip6-localhost ip6-loopback
            10.1.2.3\tdb
            ::1\tsix
            127.0.0.1\toutside
            bench
            1024
            100
            200
            """);
    assertThat(bench.store.commit(root, Compression.GZIP, Optional.empty()).index().entries())
        .isEmpty();
  }

  @Test
  void secretVariablesAreSeenByTheProcessAndTouchNoDisk() throws Exception {
    String value = "hush-" + UUID.randomUUID();
    try (WritableRoot root = bench.store.mount(List.of(base))) {
      ContainerSpec spec =
          Workbench.spec(root, Limits.NONE, "/bin/sh", "-c", "echo up; read line < /tmp/go; env");
      assertThat(bench.shell(root, "mkfifo /tmp/go").status().success()).isTrue();
      CountDownLatch up = new CountDownLatch(1);
      StringBuffer said = new StringBuffer();
      FutureTask<ExitStatus> task =
          new FutureTask<>(
              () ->
                  bench.runtime.run(
                      spec.withSecretEnv(Map.of("TOKEN", value)),
                      (stderr, chunk) -> {
                        said.append(new String(chunk, StandardCharsets.UTF_8));
                        up.countDown();
                      }));
      Thread.ofPlatform().start(task);
      assertThat(up.await(20, TimeUnit.SECONDS)).isTrue();
      // While it runs, the value is in files of no other file system than one in memory.
      assertThat(filesOnDiskWith(bench.directory(), value)).isEmpty();
      Files.writeString(root.root().resolve("tmp/go"), "on\n");
      assertThat(task.get(20, TimeUnit.SECONDS).success()).isTrue();
      assertThat(said).contains("TOKEN=" + value);
      assertThat(spec.withSecretEnv(Map.of("TOKEN", value)).toString()).doesNotContain(value);
    }
  }

  private static List<Path> filesOnDiskWith(Path directory, String value) throws IOException {
    FileStore disk = Files.getFileStore(directory);
    List<Path> found = new ArrayList<>();
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        if (Files.getFileStore(file).equals(disk)
            && new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(value)) {
          found.add(file);
        }
      }
    }
    return found;
  }

  @Test
  void withoutConfinementThereIsNone() throws Exception {
    try (WritableRoot root = bench.store.mount(List.of(base))) {
      ContainerSpec spec =
          Workbench.spec(
              root,
              Limits.NONE,
              "/bin/sh",
              "-c",
              "grep CapEff /proc/self/status | grep -c 00000000a80425fb; grep Seccomp:"
                  + " /proc/self/status; mount -t tmpfs x /tmp && echo mounted;"
                  + " test -c /dev/fuse && echo fuse; grep -c ' /sys sysfs rw' /proc/mounts");
      assertThat(bench.run(spec.withIsolation(Isolation.USUAL.withInsecure(true))).stdout())
          .isEqualTo("0\nSeccomp:\t0\nmounted\nfuse\n1\n");
    }
  }

  @Test
  void isConfinedAsDockerDoesIt() throws Exception {
    try (WritableRoot root = bench.store.mount(List.of(base))) {
      Outcome outcome =
          bench.shell(
              root,
              "grep CapEff /proc/self/status; mount -t tmpfs x /tmp 2>/dev/null && echo mounted;"
                  + " echo x > /proc/sys/kernel/hostname 2>/dev/null && echo written;"
                  + " cat /proc/kcore 2>/dev/null | head -c 1 | wc -c; echo $$; hostname;"
                  + " stat -c %F /dev/null /dev/shm /dev/pts; readlink /proc/1/fd/* | grep -vcE '^(pipe:|/dev/null)'");
      assertThat(outcome.stdout())
          .isEqualTo(
              """
              CapEff:\t00000000a80425fb
              0
              1
              bench
              character special file
              directory
              directory
              0
              """);
    }
  }

  @Test
  void anotherUserHasNoCapabilities() throws Exception {
    try (WritableRoot root = bench.store.mount(List.of(base))) {
      ContainerSpec spec =
          new ContainerSpec(
              root.root(),
              List.of("sh", "-c", "id -u; id -G; pwd; grep CapEff /proc/self/status"),
              Map.of("PATH", "/bin"),
              "/home/builder",
              1000,
              1000,
              List.of(1000L, 50L),
              "bench",
              List.of(),
              NetworkMode.NONE,
              Limits.NONE);
      assertThat(bench.run(spec).stdout())
          .isEqualTo("1000\n1000 50\n/home/builder\nCapEff:\t0000000000000000\n");
    }
  }

  @Test
  void withoutNetworkThereIsOnlyLoopback() throws Exception {
    try (WritableRoot root = bench.store.mount(List.of(base))) {
      ContainerSpec host = Workbench.spec(root, Limits.NONE, "cat", "/proc/net/dev");
      ContainerSpec none =
          new ContainerSpec(
              host.rootfs(),
              host.args(),
              host.env(),
              "/",
              0,
              0,
              List.of(),
              "bench",
              List.of(),
              NetworkMode.NONE,
              Limits.NONE);
      assertThat(bench.run(none).stdout().lines().skip(2))
          .singleElement()
          .asString()
          .contains("lo:");
      assertThat(bench.run(host).stdout()).isNotEqualTo(bench.run(none).stdout());
    }
  }

  @Test
  void namesACommandThatDoesNotExist() throws Exception {
    try (WritableRoot root = bench.store.mount(List.of(base))) {
      assertThatThrownBy(() -> bench.run(Workbench.spec(root, Limits.NONE, "nonsense", "x")))
          .isInstanceOfSatisfying(
              RuntimeFailure.class,
              e -> {
                assertThat(e.reason()).isEqualTo(RuntimeFailure.Reason.COMMAND_NOT_FOUND);
                assertThat(e).hasMessageContaining("nonsense");
              });
    }
  }

  @Test
  void saysWhenMemoryRanOut() throws Exception {
    try (WritableRoot root = bench.store.mount(List.of(base))) {
      Limits limits =
          new Limits(OptionalLong.of(32 << 20), OptionalLong.empty(), OptionalLong.empty());
      Outcome outcome =
          bench.run(
              Workbench.spec(
                  root, limits, "sh", "-c", "dd if=/dev/zero of=/dev/null bs=256M count=1"));
      assertThat(outcome.status().oomKilled()).isEqualTo(tellsOutOfMemory());
      assertThat(outcome.status().code()).isEqualTo(137);
    }
  }

  @Test
  void boundsTheNumberOfProcesses() throws Exception {
    try (WritableRoot root = bench.store.mount(List.of(base))) {
      Limits limits = new Limits(OptionalLong.empty(), OptionalLong.of(8), OptionalLong.empty());
      Outcome outcome =
          bench.run(
              Workbench.spec(
                  root,
                  limits,
                  "sh",
                  "-c",
                  "for i in 1 2 3 4 5 6 7 8 9 10; do sleep 100 & done; echo all"));
      assertThat(outcome.status().success()).isFalse();
      assertThat(outcome.stderr()).contains("fork");
    }
  }

  @Test
  void anInterruptKillsTheWholeContainer() throws Exception {
    String mark = Long.toString(System.nanoTime());
    try (WritableRoot root = bench.store.mount(List.of(base))) {
      CountDownLatch speaking = new CountDownLatch(1);
      ContainerSpec spec =
          Workbench.spec(
              root,
              Limits.NONE,
              "sh",
              "-c",
              "trap '' TERM INT; (trap '' TERM; sleep 1" + mark + ") & echo up; sleep 1" + mark);
      FutureTask<ExitStatus> task =
          new FutureTask<>(() -> bench.runtime.run(spec, (e, chunk) -> speaking.countDown()));
      Thread runner = Thread.ofPlatform().start(task);
      assertThat(speaking.await(20, TimeUnit.SECONDS)).isTrue();
      assertThat(processesWith(mark)).isNotEmpty();
      runner.interrupt();
      // As when a build is stopped whose engine is being closed.
      while (runner.isAlive()) {
        runner.interrupt();
        Thread.onSpinWait();
      }
      assertThatThrownBy(() -> task.get(20, TimeUnit.SECONDS))
          .hasCauseInstanceOf(InterruptedException.class);
      assertThat(processesWith(mark)).isEmpty();
      assertThat(bench.directory().resolve("run/containers")).isEmptyDirectory();
      assertThat(bench.directory().resolve("run/bundles")).isEmptyDirectory();
    }
  }

  @Test
  void whatAKilledPredecessorLeftRunningIsKilled() throws Exception {
    String mark = Long.toString(System.nanoTime());
    try (WritableRoot root = bench.store.mount(List.of(base))) {
      CountDownLatch speaking = new CountDownLatch(1);
      ContainerSpec spec =
          Workbench.spec(root, Limits.NONE, "sh", "-c", "trap '' TERM; echo up; sleep 1" + mark);
      FutureTask<ExitStatus> task =
          new FutureTask<>(() -> bench.runtime.run(spec, (e, chunk) -> speaking.countDown()));
      Thread.ofPlatform().start(task);
      assertThat(speaking.await(20, TimeUnit.SECONDS)).isTrue();
      runtime(bench.directory().resolve("run")).recover();
      assertThat(processesWith(mark)).isEmpty();
      assertThat(task.get(20, TimeUnit.SECONDS).success()).isFalse();
      // Closing waits for what is removed behind the last container.
      bench.runtime.close();
      assertThat(bench.directory().resolve("run/containers")).doesNotExist();
    }
  }

  private static List<Long> processesWith(String argument) {
    return ProcessHandle.allProcesses()
        .filter(
            p -> commandLine(p.pid()).contains("sleep") && commandLine(p.pid()).contains(argument))
        .map(ProcessHandle::pid)
        .toList();
  }

  private static String commandLine(long pid) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/cmdline"), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }

  @Test
  void runsArmProgramsThroughTheEmulator() throws Exception {
    Binfmt.ensureRegistered(Platform.LINUX_ARM64);
    Binfmt.ensureRegistered(Platform.LINUX_ARM64);
    assertThat(Binfmt.runs(Platform.LINUX_ARM64)).isTrue();
    Layer arm = offered(Platform.LINUX_ARM64);
    try (WritableRoot root = bench.store.mount(List.of(arm))) {
      assertThat(bench.shell(root, "uname -m").stdout()).isEqualTo("aarch64\n");
    }
  }

  @Test
  void whatAContainerWroteBecomesALayer() throws Exception {
    WritableRoot root = bench.store.mount(List.of(base));
    Outcome outcome =
        bench.shell(
            root,
            "mkdir -p /srv/a && echo hi > /srv/a/f && ln /srv/a/f /srv/a/g && ln -s f /srv/a/s"
                + " && chmod 4755 /srv/a/f && rm /etc/group && rm -r /home && mkdir /home"
                + " && mkfifo /srv/p && chown 1000:50 /srv/p && touch /usr/bin/été");
    assertThat(outcome.stderr()).isEmpty();
    NewLayer layer = bench.store.commit(root, Compression.GZIP, Optional.empty());
    assertThat(layer.index().entries().stream().map(e -> e.type() + " " + e.path()))
        .containsExactly(
            "DIRECTORY etc",
            "WHITEOUT etc/group",
            "DIRECTORY home",
            "OPAQUE home",
            "DIRECTORY srv",
            "DIRECTORY srv/a",
            "FILE srv/a/f",
            "HARD_LINK srv/a/g",
            "SYMLINK srv/a/s",
            "FIFO srv/p",
            "DIRECTORY usr",
            "DIRECTORY usr/bin",
            "FILE usr/bin/été");
    LayerEntry file = layer.index().find(new ImagePath("srv/a/f")).orElseThrow();
    assertThat(file.mode()).isEqualTo(04755);
    assertThat(layer.index().find(new ImagePath("srv/p")).orElseThrow().uid()).isEqualTo(1000);
    assertThat(layer.index().find(new ImagePath("srv/a/g")).orElseThrow().type())
        .isEqualTo(EntryType.HARD_LINK);
    long fetched = bench.store.bytesFetched();
    try (WritableRoot again = bench.store.mount(List.of(base, layer.layer()))) {
      assertThat(
              bench
                  .shell(again, "cat /srv/a/g; ls /home /etc; stat -c %h /srv/a/f; cat /srv/a/s")
                  .stdout())
          .isEqualTo("hi\n/etc:\nhosts\npasswd\nresolv.conf\n\n/home:\n2\nhi\n");
    }
    assertThat(bench.store.bytesFetched()).isEqualTo(fetched);
  }
}
