package dev.brickyard.engine.solve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.BuildOptions;
import dev.brickyard.engine.BuildRequest;
import dev.brickyard.engine.BuildResult;
import dev.brickyard.engine.FailureKind;
import dev.brickyard.engine.StepOutcome;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.secret.BuildSecrets;
import dev.brickyard.engine.ssh.SshKey;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** RUN with secrets and SSH agents. Needs root, a runtime, docker-registry and openssh-client. */
class RunSecretsIT {
  @TempDir Path folder;
  private TestYard yard;
  private FarmBuildEngine worker;
  private ImageReference base;

  @BeforeEach
  void open() throws Exception {
    yard = new TestYard(folder);
    ShellRoot.create(yard.context.resolve("shell"), "/usr/bin/ssh-add");
    worker = yard.worker();
    base = yard.base(worker, "shell", "FROM scratch\nCOPY shell /\n");
  }

  @AfterEach
  void close() throws Exception {
    yard.close();
    assertThat(Files.readString(Path.of("/proc/self/mounts"))).doesNotContain(folder.toString());
  }

  private BuildRequest request(String rest, Map<String, String> secrets) {
    return request(rest, secrets, Map.of());
  }

  private BuildRequest request(
      String rest, Map<String, String> secrets, Map<String, List<SshKey>> keys) {
    Map<String, byte[]> values = new HashMap<>();
    secrets.forEach((id, text) -> values.put(id, text.getBytes(StandardCharsets.UTF_8)));
    return yard.request("FROM " + base + "\n" + rest)
        .withOptions(BuildOptions.NONE.withSecrets(BuildSecrets.of(values, keys)));
  }

  private List<String> lastLayer(BuildResult result) throws Exception {
    return yard.indexes.find(result.layers().getLast().diffId()).orElseThrow().entries().stream()
        .map(entry -> entry.path().value())
        .toList();
  }

  @Test
  void aSecretIsAFileForTheProcessAloneAndLeavesNoTrace() throws Exception {
    BuildResult result =
        yard.build(
            worker,
            request(
                "RUN --mount=type=secret,id=token test \"$(cat /run/secrets/token)\" = hunter22"
                    + " && stat -c '%a %u %g %F' /run/secrets/token"
                    + " && (echo x > /run/secrets/token) 2>/dev/null || echo read-only; ls /run\n",
                Map.of("token", "hunter22\n")));
    assertThat(yard.observer().log()).isEqualTo("400 0 0 regular file\nread-only\nsecrets\n");
    assertThat(lastLayer(result)).isEmpty();
  }

  @Test
  void whereItIsAndWhoseIsAsAsked() throws Exception {
    BuildResult result =
        yard.build(
            worker,
            request(
                "USER mason\n"
                    + "RUN --mount=type=secret,id=npm,target=/home/mason/.npmrc,mode=0440,uid=1000,"
                    + "gid=2000 stat -c '%a %u %g' /home/mason/.npmrc && sha256sum"
                    + " /home/mason/.npmrc\n",
                Map.of("npm", "abc")));
    assertThat(yard.observer().log())
        .startsWith(
            "440 1000 2000\nba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assertThat(lastLayer(result)).isEmpty();
  }

  @Test
  void aSecretIsAVariableWhereAskedAndAFileBeside() throws Exception {
    yard.build(
        worker,
        request(
            "ENV OTHER=plain\n"
                + "RUN --mount=type=secret,id=a,env=TOKEN --mount=type=secret,id=a,env=OTHER,"
                + "target=/tmp/s test \"$TOKEN$OTHER\" = wonderwonder && test -s /tmp/s"
                + " && test ! -e /run/secrets/a && echo fine\n",
            Map.of("a", "wonder")));
    assertThat(yard.observer().log()).isEqualTo("fine\n");
  }

  @Test
  void aMissingOneIsOnlyMissedWhereItIsRequired() throws Exception {
    yard.build(
        worker,
        request(
            "RUN --mount=type=secret,id=no --mount=type=secret,id=no,env=NO"
                + " test ! -e /run/secrets/no && echo \"[$NO]\"\n",
            Map.of()));
    assertThat(yard.observer().log()).isEqualTo("[]\n");
    assertThatThrownBy(
            () ->
                yard.build(
                    worker,
                    request(
                        "RUN --mount=type=secret,id=no,required cat /run/secrets/no\n",
                        Map.of("yes", "abcdef"))))
        .isInstanceOfSatisfying(
            BuildFailure.class,
            e -> {
              assertThat(e.sentence()).isEqualTo("secret no: not found");
              assertThat(e.kind()).isEqualTo(FailureKind.USER);
              assertThat(e.range().orElseThrow().startLine()).isEqualTo(2);
            });
  }

  @Test
  void logsAndFailuresShowAMaskInItsPlace() {
    assertThatThrownBy(
            () ->
                yard.build(
                    worker,
                    request(
                        "RUN --mount=type=secret,id=t,env=T echo \"it is $T.\"; printf hun;"
                            + " sleep 0.1; echo ter22; cat /proc/self/environ >&2; exit 4\n",
                        Map.of("t", "hunter22"))))
        .isInstanceOfSatisfying(
            BuildFailure.class,
            e -> {
              assertThat(e.logTail().orElseThrow()).contains("it is ***.").contains("T=***");
              assertThat(e.logTail().orElseThrow()).doesNotContain("hunter22");
            });
    assertThat(yard.observer().log()).contains("it is ***.").contains("***\n");
    assertThat(yard.observer().log()).doesNotContain("hunter22");
  }

  @Test
  void anotherValueIsTheSameStep() throws Exception {
    String line = "RUN --mount=type=secret,id=t,required cat /run/secrets/t > /dev/null\n";
    BuildResult first = yard.build(worker, request(line, Map.of("t", "one value")));
    BuildResult second = yard.build(yard.worker(), request(line, Map.of("t", "another value")));
    assertThat(second.manifest()).isEqualTo(first.manifest());
    // Nor is it missed where the step need not run, as with BuildKit.
    assertThat(yard.build(worker, request(line, Map.of())).manifest()).isEqualTo(first.manifest());
    assertThat(yard.observer().ended(StepOutcome.DONE))
        .noneMatch(step -> step.contains("secrets/t"));
  }

  private Map<String, List<SshKey>> agent(String id, Path publicKeyTo) throws Exception {
    Path file = folder.resolve("key-" + id);
    Process made =
        new ProcessBuilder("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file.toString())
            .inheritIO()
            .start();
    assertThat(made.waitFor()).isZero();
    Files.copy(Path.of(file + ".pub"), publicKeyTo);
    return Map.of(id, SshKey.parse(Files.readAllBytes(file)));
  }

  @Test
  void anAgentListsItsKeysToTheProcess() throws Exception {
    Path publicKey = folder.resolve("public");
    BuildResult result =
        yard.build(
            worker,
            request(
                "RUN --mount=type=ssh echo $SSH_AUTH_SOCK && stat -c '%a %u %F' $SSH_AUTH_SOCK"
                    + " && ssh-add -L\n",
                Map.of(), agent("default", publicKey)));
    assertThat(yard.observer().log())
        .startsWith("/run/buildkit/ssh_agent.0\n600 0 socket\n")
        .contains(Files.readString(publicKey).split(" ")[1]);
    assertThat(lastLayer(result)).doesNotContain("run", "run/buildkit");
  }

  @Test
  void anAgentIsWhereAskedForAnotherUser() throws Exception {
    Path publicKey = folder.resolve("public");
    yard.build(
        worker,
        request(
            "USER mason\nRUN --mount=type=ssh,id=deploy,required,target=/tmp/agent,uid=1000,mode=0600"
                + " echo $SSH_AUTH_SOCK && ssh-add -L\n",
            Map.of(),
            agent("deploy", publicKey)));
    assertThat(yard.observer().log())
        .startsWith("/tmp/agent\n")
        .contains(Files.readString(publicKey).split(" ")[1]);
  }

  @Test
  void aMissingAgentIsOnlyMissedWhereItIsRequired() throws Exception {
    yard.build(
        worker, request("RUN --mount=type=ssh test ! -e $SSH_AUTH_SOCK && echo ok\n", Map.of()));
    assertThat(yard.observer().log()).isEqualTo("ok\n");
    assertThatThrownBy(
            () -> yard.build(worker, request("RUN --mount=type=ssh,required true\n", Map.of())))
        .isInstanceOfSatisfying(
            BuildFailure.class,
            e ->
                assertThat(e.sentence())
                    .isEqualTo("no SSH key \"default\" forwarded from the client"));
    Map<String, List<SshKey>> other = agent("other", folder.resolve("public"));
    assertThatThrownBy(
            () ->
                yard.build(
                    worker, request("RUN --mount=type=ssh,required true\n", Map.of(), other)))
        .isInstanceOfSatisfying(
            BuildFailure.class,
            e -> assertThat(e.sentence()).isEqualTo("unset ssh forward key default"));
  }
}
