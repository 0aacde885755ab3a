package dev.brickyard.engine.solve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.engine.BuildOptions;
import dev.brickyard.engine.BuildRequest;
import dev.brickyard.engine.BuildResult;
import dev.brickyard.engine.Entitlement;
import dev.brickyard.engine.RunSettings;
import dev.brickyard.engine.StepOutcome;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.runtime.ExtraHost;
import dev.brickyard.engine.runtime.Isolation;
import dev.brickyard.engine.runtime.NetworkMode;
import dev.brickyard.engine.runtime.Ulimit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What changes how RUN runs. Needs root, a runtime and docker-registry. */
class RunOptionsIT {
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

  private BuildResult build(String rest, BuildOptions options) throws Exception {
    return yard.build(worker, yard.request("FROM " + base + "\n" + rest).withOptions(options));
  }

  private List<String> lastLayer(BuildResult result) throws Exception {
    return yard.indexes.find(result.layers().getLast().diffId()).orElseThrow().entries().stream()
        .map(entry -> entry.path().value())
        .toList();
  }

  @Test
  void namesAreBuildKitsAndLeaveNoTrace() throws Exception {
    yard.file("hosts", "the image's own\n");
    BuildResult result =
        build(
            "COPY hosts /etc/hosts\nRUN cat /etc/hosts /proc/sys/kernel/hostname;"
                + " (echo x >> /etc/hosts) 2>/dev/null; test -s /etc/resolv.conf\n",
            BuildOptions.NONE);
    assertThat(yard.observer().log())
        .isEqualTo(
            "127.0.0.1\tlocalhost buildkitsandbox\n::1\tlocalhost ip6-localhost ip6-loopback\n"
                + "buildkitsandbox\n");
    assertThat(lastLayer(result)).isEmpty();
  }

  @Test
  void homeIsThePasswordFilesOrTheRoot() throws Exception {
    build(
        "RUN echo $HOME\nUSER mason\nRUN echo $HOME\nUSER 4321\nRUN echo $HOME\n"
            + "ENV HOME=/own\nUSER root\nRUN echo $HOME\n",
        BuildOptions.NONE);
    assertThat(yard.observer().log()).isEqualTo("/root\n/home/mason\n/\n/own\n");
    Files.delete(yard.context.resolve("shell/etc/passwd"));
    yard.build(worker, "FROM scratch\nCOPY shell /\nRUN echo $HOME\n");
    assertThat(yard.observer().log()).isEqualTo("/\n");
  }

  @Test
  void aProcessHasNoInputAndNoTerminal() throws Exception {
    build("RUN read line || echo nothing; test -t 1 || echo none\n", BuildOptions.NONE);
    assertThat(yard.observer().log()).isEqualTo("nothing\nnone\n");
  }

  @Test
  void proxiesAreSeenInBothSpellingsAndMeanNothingToTheKey() throws Exception {
    String line = "FROM " + base + "\nRUN echo $http_proxy $HTTP_PROXY > /dev/stderr\n";
    yard.build(worker, withArg(line, "HTTP_PROXY", "http://one"));
    assertThat(yard.observer().log()).isEqualTo("http://one http://one\n");
    yard.build(worker, withArg(line, "https_proxy", "http://two"));
    assertThat(yard.observer().ended(StepOutcome.CACHED)).anyMatch(s -> s.contains("RUN echo"));
  }

  private BuildRequest withArg(String dockerfile, String name, String value) {
    BuildRequest r = yard.request(dockerfile);
    return new BuildRequest(
        r.dockerfileName(),
        r.dockerfile(),
        r.context(),
        r.platform(),
        Map.of(name, value),
        r.labels(),
        r.target(),
        r.noCache(),
        r.cache(),
        r.pushTo(),
        r.credentials(),
        r.sourceDateEpoch(),
        r.options());
  }

  @Test
  void settingsOfTheBuildAreSeenAndMakeItAnotherStep() throws Exception {
    String line = "RUN cat /etc/hosts; ulimit -n; ls /sys/class/net\n";
    build(line, BuildOptions.NONE);
    Isolation isolation =
        new Isolation(
            false,
            List.of(new ExtraHost("db", "10.1.2.3")),
            OptionalLong.of(1 << 21),
            List.of(new Ulimit("nofile", 77, 88)));
    BuildOptions asked = BuildOptions.NONE.withRun(new RunSettings(NetworkMode.NONE, isolation));
    build(line, asked);
    assertThat(yard.observer().log()).contains("10.1.2.3\tdb\n77\nlo\n");
    build(line, asked);
    assertThat(yard.observer().ended(StepOutcome.CACHED)).anyMatch(s -> s.contains("RUN cat"));
  }

  @Test
  void whatAnAdministratorAllowsIsDone() throws Exception {
    BuildOptions allowed = BuildOptions.NONE.withAllowed(Set.of(Entitlement.values()));
    build(
        "RUN --security=insecure cat /proc/self/status > /status && echo > /dev/kmsg\n"
            + "RUN --network=host cat /status\n",
        allowed);
    assertThat(yard.observer().log()).contains("Seccomp:\t0\n");
    assertThat(yard.observer().log()).doesNotContain("CapEff:\t00000000a80425fb");
  }

  @Test
  void aNewCacheMountBeginsWithWhatItComesFrom() throws Exception {
    yard.file("data", "seed\n");
    String dockerfile =
        """
        FROM scratch AS seed
        COPY --chown=1000:1000 --chmod=640 data /deep/data
        FROM %s
        RUN --mount=type=cache,target=/c,from=seed,source=/deep cat /c/data; stat -c '%%a %%u' /c/data; ls /c; touch /c/%s
        """;
    yard.build(worker, yard.request(dockerfile.formatted(base, "one")));
    assertThat(yard.observer().log()).isEqualTo("seed\n640 1000\ndata\n");
    worker.cacheMounts().awaitSaved();
    yard.build(worker, yard.request(dockerfile.formatted(base, "two")));
    assertThat(yard.observer().log()).isEqualTo("seed\n640 1000\ndata\none\n");
    // Of other content it is another mount.
    yard.file("data", "grain\n");
    yard.build(worker, yard.request(dockerfile.formatted(base, "three")));
    assertThat(yard.observer().log()).isEqualTo("grain\n640 1000\ndata\n");
    worker.cacheMounts().awaitSaved();
  }

  @Test
  void cacheMountsOfAnotherOwnerAreOthers() throws Exception {
    build("RUN --mount=type=cache,target=/c touch /c/root\n", BuildOptions.NONE);
    build(
        "USER mason\nRUN --mount=type=cache,target=/c,uid=1000,gid=2000,mode=0770"
            + " stat -c '%a %u %g' /c && touch /c/mine && ls /c\n",
        BuildOptions.NONE);
    assertThat(yard.observer().log()).isEqualTo("770 1000 2000\nmine\n");
    worker.cacheMounts().awaitSaved();
  }

  @Test
  void mountsLieInEachOtherWhateverTheirOrder() throws Exception {
    yard.file("data", "inner\n");
    BuildResult result =
        build(
            "RUN --mount=type=bind,source=data,target=/a/b/data --mount=type=tmpfs,target=/a,size=1m"
                + " cat /a/b/data && touch /a/gone\n",
            BuildOptions.NONE);
    assertThat(yard.observer().log()).isEqualTo("inner\n");
    assertThat(lastLayer(result)).isEmpty();
  }

  @Test
  void aBindMountOfAStageHasNothingOfAContainers() throws Exception {
    yard.file("data", "x");
    build("RUN true\n", BuildOptions.NONE);
    yard.build(
        worker,
        "FROM scratch AS files\nCOPY data /data\nFROM "
            + base
            + "\nRUN --mount=from=files,target=/m,rw touch /m/new; ls /m\n");
    assertThat(yard.observer().log()).isEqualTo("data\nnew\n");
  }
}
