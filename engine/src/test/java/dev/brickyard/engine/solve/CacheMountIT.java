package dev.brickyard.engine.solve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.cache.BuildCache;
import dev.brickyard.engine.cache.MemoryLeases;
import dev.brickyard.engine.cachemount.MountKey;
import dev.brickyard.engine.image.ImageReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
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
  void ownerAndModeMakeAMountOfTheirOwn() throws Exception {
    String mine = ",uid=1000,gid=2000,mode=0750";
    run(worker, mine, "touch /c/x; stat -c '%u %g %a' /c");
    assertThat(yard.observer().log()).isEqualTo("1000 2000 750\n");
    run(yard.worker(), mine, "stat -c '%u %g %a' /c; ls /c");
    assertThat(yard.observer().log()).isEqualTo("1000 2000 750\nx\n");
    run(yard.worker(), ",uid=5", "stat -c '%u %g %a' /c; ls /c");
    assertThat(yard.observer().log()).isEqualTo("5 0 755\n");
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

  private CompletableFuture<String> inBackground(
      FarmBuildEngine on, BuildCache cache, String options, String command) {
    RecordingObserver observer = new RecordingObserver();
    String dockerfile = from("RUN --mount=type=cache,target=/c" + options + " " + command + "\n");
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            on.build(TestYard.withCache(yard.request(dockerfile), cache), observer);
            return observer.log();
          } catch (BuildFailure | InterruptedException e) {
            throw new AssertionError(e);
          }
        },
        task -> Thread.ofVirtual().start(task));
  }

  @Test
  void aLockedMountHasOneUserInTheWholeFarmAndEachSeesWhatTheOneBeforeLeft() throws Exception {
    MemoryLeases leases = new MemoryLeases();
    List<CompletableFuture<String>> builds = new ArrayList<>();
    List<FarmBuildEngine> workers = List.of(worker, yard.worker());
    for (int i = 0; i < 6; i++) {
      // Fails where two are at it at once: mkdir is atomic, on each worker and in what is merged.
      String command =
          "mkdir /c/lock || exit 9; echo %d >> /c/order; sleep 0.1; rm -r /c/lock; cat /c/order"
              .formatted(i);
      builds.add(
          inBackground(
              workers.get(i % 2),
              TestYard.CACHE.withLeases(leases.build("build-" + i)),
              ",sharing=locked",
              command));
    }
    List<String> seen = new ArrayList<>();
    for (CompletableFuture<String> build : builds) {
      seen.add(build.get(120, TimeUnit.SECONDS));
    }
    seen.sort(Comparator.comparing(String::length));
    for (int i = 0; i < seen.size(); i++) {
      assertThat(seen.get(i).lines()).hasSize(i + 1);
      if (i > 0) {
        assertThat(seen.get(i)).startsWith(seen.get(i - 1));
      }
    }
    // A mount is given back when it is saved, which no build waits for.
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (leases.held() > 0 && System.nanoTime() < deadline) {
      Thread.sleep(10);
    }
    assertThat(leases.held()).isZero();
  }

  @Test
  void privateMountsDoNotWaitForEachOtherNorSeeEachOther() throws Exception {
    // Each ends only when the other has begun; they meet in a mount that is shared.
    String meet =
        ",sharing=private --mount=type=cache,target=/meet touch /c/%1$s /meet/%1$s;"
            + " while [ ! -e /meet/%2$s ]; do sleep 0.02; done; ls /c";
    CompletableFuture<String> one =
        inBackground(worker, TestYard.CACHE, meet.formatted("one", "two"), "");
    CompletableFuture<String> two =
        inBackground(worker, TestYard.CACHE, meet.formatted("two", "one"), "");
    assertThat(one.get(60, TimeUnit.SECONDS)).isEqualTo("one\n");
    assertThat(two.get(60, TimeUnit.SECONDS)).isEqualTo("two\n");
    worker.cacheMounts().awaitSaved();
    run(yard.worker(), "", "ls /c");
    assertThat(yard.observer().log()).isEqualTo("one\ntwo\n");
  }
}
