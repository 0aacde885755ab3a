package dev.brickyard.engine.solve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.cachemount.MountKey;
import dev.brickyard.engine.image.ImageReference;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Cache mounts of real processes on several workers. Needs root, runc and docker-registry. */
class CacheMountIT {
  @TempDir Path folder;
  private TestYard yard;
  private FarmBuildEngine worker;
  private ImageReference base;

  @BeforeEach
  void open() throws Exception {
    yard = new TestYard(folder);
    ShellRoot.create(yard.context.resolve("shell"));
    worker = yard.worker();
    base = yard.base(worker, "shell", "FROM scratch\nCOPY shell /\n");
  }

  @AfterEach
  void close() throws Exception {
    yard.close();
    assertThat(Files.readString(Path.of("/proc/self/mounts"))).doesNotContain(folder.toString());
  }

  private String from(String rest) {
    return "FROM " + base + "\n" + rest;
  }

  private void run(FarmBuildEngine on, String options, String command) throws Exception {
    yard.build(on, from("RUN --mount=type=cache,target=/c" + options + " " + command + "\n"));
    on.cacheMounts().awaitSaved();
  }

  @Test
  void aWorkerWithAnEmptyDiskStartsWithWhatAnotherOneLeft() throws Exception {
    run(
        worker,
        "",
        "mkdir -p /c/a/b && echo one > /c/a/b/file && ln -s a/b/file /c/link"
            + " && ln /c/a/b/file /c/second");
    run(yard.worker(), "", "cat /c/link && stat -c %h /c/second && echo two > /c/two");
    assertThat(yard.observer().log()).isEqualTo("one\n2\n");
    // And what that one added comes back to the first.
    run(worker, "", "cat /c/two");
    assertThat(yard.observer().log()).isEqualTo("two\n");
  }

  @Test
  void aFailedCommandsFilesTravelAKilledOnesStay() throws Exception {
    assertThatThrownBy(() -> run(worker, "", "echo fetched > /c/fetched; exit 3"))
        .isInstanceOf(BuildFailure.class);
    worker.cacheMounts().awaitSaved();
    assertThatThrownBy(() -> run(worker, "", "echo torn > /c/torn; exit 137"))
        .isInstanceOf(BuildFailure.class);
    worker.cacheMounts().awaitSaved();
    run(yard.worker(), "", "ls /c");
    assertThat(yard.observer().log()).isEqualTo("fetched\n");
    run(worker, "", "ls /c; : the same worker");
    assertThat(yard.observer().log()).isEqualTo("fetched\ntorn\n");
  }

  @Test
  void ownerAndModeAreThoseOfTheFirstUse() throws Exception {
    run(worker, ",uid=1000,gid=2000,mode=0750", "touch /c/x; stat -c '%u %g %a' /c");
    assertThat(yard.observer().log()).isEqualTo("1000 2000 750\n");
    run(yard.worker(), ",uid=5", "stat -c '%u %g %a' /c");
    assertThat(yard.observer().log()).isEqualTo("1000 2000 750\n");
  }

  @Test
  void nothingChangedNothingIsSaved() throws Exception {
    run(worker, "", "echo x > /c/x");
    MountKey key = MountKey.of(TestYard.SCOPE, "/c");
    assertThat(yard.mounts.latestGeneration(key).number()).isEqualTo(1);
    run(worker, "", "cat /c/x; echo no change");
    run(worker, ",readonly", "cat /c/x; echo nor here");
    assertThat(yard.mounts.latestGeneration(key).number()).isEqualTo(1);
  }
}
