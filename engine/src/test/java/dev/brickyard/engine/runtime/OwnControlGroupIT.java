package dev.brickyard.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.brickyard.engine.linux.Mounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A group as a container sees its own: with a process in it, mounted so that nobody can write. */
class OwnControlGroupIT {
  @TempDir Path folder;

  private final Process process;
  private Path group = Path.of("not-made");
  private Path seen = Path.of("not-made");

  OwnControlGroupIT() throws IOException {
    process = new ProcessBuilder("sleep", "60").start();
  }

  @BeforeEach
  void makeTheGroup() throws IOException {
    List<Path> roots =
        List.of(Path.of("/sys/fs/cgroup/unified"), Path.of("/sys/fs/cgroup")).stream()
            .filter(root -> Files.exists(root.resolve("cgroup.controllers")))
            .toList();
    assumeThat(roots).as("control groups of version 2").isNotEmpty();
    group = Files.createDirectory(roots.getFirst().resolve("own-" + UUID.randomUUID()));
    put(process, group);
    seen = Files.createDirectory(folder.resolve("cgroup"));
    Mounts.mount(group.toString(), seen, "", Mounts.MS_BIND, null);
    Mounts.mount("none", seen, "", Mounts.MS_REMOUNT | Mounts.MS_BIND | Mounts.MS_RDONLY, null);
    assertThat(Files.isWritable(seen)).isFalse();
  }

  private static void put(Process process, Path group) throws IOException {
    Files.writeString(
        group.resolve("cgroup.procs"), Long.toString(process.pid()), StandardOpenOption.WRITE);
  }

  @AfterEach
  void removeTheGroup() throws Exception {
    process.destroyForcibly();
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    if (Files.exists(group)) {
      Mounts.unmount(seen, 0);
      Files.deleteIfExists(group.resolve("brickyard.worker"));
      Files.delete(group);
    }
  }

  @Test
  void itsProcessesMakeRoomForGroupsWithControllers() throws IOException {
    OwnControlGroup.prepare(seen);

    assertThat(Files.readString(group.resolve("cgroup.procs"))).isEmpty();
    assertThat(Files.readString(group.resolve("brickyard.worker/cgroup.procs")).strip())
        .isEqualTo(Long.toString(process.pid()));
    assertThat(Files.readString(group.resolve("cgroup.subtree_control")))
        .isEqualTo(Files.readString(group.resolve("cgroup.controllers")));

    Path step = Files.createDirectory(seen.resolve("step"));
    put(process, step);
    assertThat(Files.readString(Path.of("/proc/" + process.pid() + "/cgroup")))
        .contains(group.getFileName() + "/step");
    put(process, seen.resolve("brickyard.worker"));
    Files.delete(step);
  }

  @Test
  void doingItAgainIsHarmless() throws IOException {
    OwnControlGroup.prepare(seen);
    OwnControlGroup.prepare(seen);
    assertThat(Files.readString(group.resolve("cgroup.procs"))).isEmpty();
  }

  @Test
  void aMachinesOwnRootIsLeftAlone() throws IOException {
    Path root = Files.createDirectory(folder.resolve("root"));
    Files.writeString(root.resolve("cgroup.controllers"), "memory pids\n");
    OwnControlGroup.prepare(root);
    assertThat(root).isDirectoryNotContaining("glob:**brickyard.worker");
  }
}
