package dev.brickyard.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.ZstdInputStream;
import dev.brickyard.contracts.Failure;
import dev.brickyard.contracts.Outcome;
import dev.brickyard.contracts.StepStatus;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command as a process of its own, with its exit codes, outputs and signals. */
@Timeout(120)
final class BrickyardIT {
  private final FarmServer farm = new FarmServer();
  private final List<Process> processes = new ArrayList<>();

  @TempDir private Path folder;
  private Path context;

  @BeforeEach
  void writeContext() throws IOException {
    context = Files.createDirectory(folder.resolve("context"));
    Files.writeString(context.resolve("Dockerfile"), "FROM scratch\n");
    Files.writeString(context.resolve("secret.txt"), "no");
    Files.writeString(context.resolve(".dockerignore"), "*.txt\n");
  }

  @AfterEach
  void close() {
    processes.forEach(Process::destroyForcibly);
    farm.close();
  }

  @Test
  void buildsAndSumsUp() throws Exception {
    farm.play(Script.planned(1, "[1/1] RUN make"))
        .play(Script.started(1, "s1", 10), Script.ended(1, "s1", StepStatus.DONE, 10, 1210))
        .play(Script.succeeded(1, 1300));

    Process build =
        run(
            farm.address(),
            "build",
            "-t",
            "app:1",
            "-t",
            "app:2",
            "--platform",
            "linux/amd64,linux/arm64",
            "--build-arg",
            "A=b c&d",
            "--iidfile",
            folder.resolve("iid").toString(),
            context.toString());

    assertThat(end(build)).as(errors()).isEqualTo(ExitCode.OK);
    assertThat(farm.query())
        .isEqualTo(
            "tag=app:1&tag=app:2&platform=linux/amd64&platform=linux/arm64"
                + "&file=Dockerfile&build-arg=A=b c&d");
    assertThat(names(farm.context())).containsExactly(".dockerignore", "Dockerfile");
    assertThat(output())
        .contains("      1.2s  [linux/amd64 1/1] RUN make")
        .contains("digest     sha256:aaaa")
        .contains("platforms  linux/amd64")
        .contains("size       65.3MB")
        .contains("steps      0 cached, 1 ran");
    assertThat(Files.readString(folder.resolve("iid"))).isEqualTo("sha256:" + "a".repeat(64));
  }

  @Test
  void showsWhyABuildFailed() throws Exception {
    Failure failure =
        new Failure(
            "run-failed",
            Failure.Kind.USER,
            "RUN make ended with exit code 2",
            "Dockerfile",
            1,
            1,
            1,
            ">>>   1 | RUN make",
            2,
            "no rule\n\u001b[2Jstop",
            "s1");
    farm.play(Script.planned(1, "[1/1] RUN make"))
        .play(Script.started(1, "s1", 10), Script.ended(1, "s1", StepStatus.FAILED, 10, 20))
        .play(Script.finished(Outcome.FAILED, failure, 30));

    assertThat(end(run(farm.address(), "build", "-t", "app", context.toString())))
        .isEqualTo(ExitCode.BUILD_FAILED);
    assertThat(errors())
        .contains("#1 ERROR 0.0s")
        .endsWith(
            """
            ------
             > no rule
             > stop
            ------
            %s:1:1
            >>>   1 | RUN make
            ERROR: RUN make ended with exit code 2
            """
                .formatted(context.resolve("Dockerfile")));
  }

  @Test
  void showsWhatIsWrongWithADockerfileBeforeAnythingIsQueued() throws Exception {
    farm.refuse(
        """
        {"status":400,"detail":"there is no instruction FORM","code":"syntax","file":"Dockerfile",
         "line":1,"column":1,"excerpt":">>>   1 | FORM scratch"}""");

    assertThat(end(run(farm.address(), "build", "-t", "app", context.toString())))
        .isEqualTo(ExitCode.BUILD_FAILED);
    assertThat(errors())
        .contains("Dockerfile:1:1", ">>>   1 | FORM scratch")
        .endsWith("ERROR: there is no instruction FORM\n");
  }

  @Test
  void listsWarningsAtTheEndOfABuild() throws Exception {
    farm.play(Script.planned(1, "[1/1] RUN make"))
        .play(Script.checked(1, "s1", 7, 5), Script.checked(1, "s1", 2, 6))
        .play(Script.started(1, "s1", 10), Script.ended(1, "s1", StepStatus.DONE, 10, 1210))
        .play(Script.succeeded(1, 1300));

    assertThat(end(run(farm.address(), "build", "-t", "app", context.toString())))
        .isEqualTo(ExitCode.OK);
    assertThat(errors())
        .endsWith(
            """

             2 warnings found:
             - FromAsCasing: they differ (line 2)
             - FromAsCasing: they differ (line 7)
            """);
  }

  @Test
  void checksWithoutBuilding() throws Exception {
    farm.find(
        """
        {"warnings":[
          {"rule":"StageNameCasing","description":"d","detail":"Stage name 'Base' should be lowercase",
           "url":"docs/checks/StageNameCasing.md","file":"Dockerfile","line":1,"endLine":1,
           "excerpt":"--------------------\\n   1 | >>> FROM scratch AS Base\\n--------------------\\n"},
          {"rule":"R","description":"d","detail":"two lines","url":"docs/checks/R.md",
           "file":"Dockerfile","line":2,"endLine":3,"excerpt":"   2 | >>> RUN\\n","unknown":1}]}""");

    assertThat(end(run(farm.address(), "build", "--check", "--target", "x", context.toString())))
        .isEqualTo(ExitCode.BUILD_FAILED);
    assertThat(output())
        .isEqualTo(
            """
            Check complete, 2 warnings have been found!

            WARNING: StageNameCasing - docs/checks/StageNameCasing.md
            Stage name 'Base' should be lowercase
            %1$s:1
            --------------------
               1 | >>> FROM scratch AS Base
            --------------------

            WARNING: R - docs/checks/R.md
            two lines
            %1$s:2
               2 | >>> RUN
            """
                .formatted(context.resolve("Dockerfile")));
    assertThat(errors()).isEmpty();
    assertThat(farm.query()).isEqualTo("file=Dockerfile&target=x");
    assertThat(names(farm.context())).containsExactly(".dockerignore", "Dockerfile");
  }

  @Test
  void aCleanCheckEndsWell() throws Exception {
    assertThat(end(run(farm.address(), "build", "--check", context.toString())))
        .isEqualTo(ExitCode.OK);
    assertThat(output()).isEqualTo("Check complete, no warnings found.\n");
  }

  @Test
  void aCheckSaysWhyABuildWouldFail() throws Exception {
    farm.find(
        """
        {"warnings":[{"rule":"R","description":"d","detail":"x","url":"u","file":"Dockerfile",
          "line":1,"endLine":1,"excerpt":""}],
         "failure":{"code":"lint-violation","kind":"USER",
          "message":"lint violation found for rules: R"}}""");

    assertThat(end(run(farm.address(), "build", "--check", context.toString())))
        .isEqualTo(ExitCode.BUILD_FAILED);
    assertThat(output())
        .startsWith("Check complete, 1 warning has been found!\n\nWARNING: R - u\n");
    assertThat(errors()).isEqualTo("ERROR: lint violation found for rules: R\n");
  }

  @Test
  void controlCCancelsTheBuildAndWaitsForItsEnd() throws Exception {
    farm.play(Script.planned(1, "[1/1] RUN sleep 1000")).play(Script.started(1, "s1", 10));
    Process build = run(farm.address(), "build", "-t", "app", context.toString());
    awaitErrors("#1 [linux/amd64 1/1] RUN sleep 1000");

    new ProcessBuilder("kill", "-INT", Long.toString(build.pid())).start().waitFor();

    assertThat(farm.canceled().await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(build.isAlive()).as("waits for the end").isTrue();
    farm.play(Script.finished(Outcome.CANCELED, null, 500));
    assertThat(end(build)).isEqualTo(ExitCode.CANCELED);
    assertThat(errors()).contains("The build was canceled.");
  }

  @Test
  void aContextElsewhereIsNamedAndNotSent() throws Exception {
    farm.play(Script.succeeded(1, 10));
    String address = "https://git.example/app.git#main:sub";
    assertThat(end(run(farm.address(), "build", "-t", "app", "-f", "a/Dockerfile", address)))
        .as(errors())
        .isEqualTo(ExitCode.OK);
    assertThat(farm.query()).isEqualTo("tag=app&context=" + address + "&file=a/Dockerfile");
    assertThat(farm.context()).isEmpty();
  }

  @Test
  void foldersThatAreNamedContextsAreSentAlong() throws Exception {
    farm.play(Script.succeeded(1, 10));
    Path library = Files.createDirectory(folder.resolve("library"));
    Files.writeString(library.resolve("lib.txt"), "yes");
    Files.writeString(library.resolve("lib.log"), "no");
    Files.writeString(library.resolve(".dockerignore"), "*.log\n");
    Process build =
        run(
            farm.address(),
            "build",
            "-t",
            "app",
            "--build-context",
            "lib=" + library,
            "--build-context",
            "base=docker-image://debian:12",
            context.toString());
    assertThat(end(build)).as(errors()).isEqualTo(ExitCode.OK);
    assertThat(farm.query())
        .isEqualTo(
            "tag=app&build-context=lib=local:.brickyard-contexts/0"
                + "&build-context=base=docker-image://debian:12&file=Dockerfile");
    assertThat(names(farm.context()))
        .containsExactly(
            ".dockerignore",
            "Dockerfile",
            ".brickyard-contexts/0/.dockerignore",
            ".brickyard-contexts/0/lib.txt");
  }

  @Test
  void aDockerfileFromElsewhereIsSentBesideTheContext() throws Exception {
    farm.play(Script.succeeded(1, 10));
    Path dockerfile = Files.writeString(folder.resolve("Other"), "FROM scratch\n");
    Process build =
        run(farm.address(), "build", "-t", "app", "-f", dockerfile.toString(), context.toString());
    assertThat(end(build)).as(errors()).isEqualTo(ExitCode.OK);
    assertThat(farm.query()).isEqualTo("tag=app&dockerfile-beside=true&file=.brickyard-dockerfile");
    assertThat(names(farm.context()))
        .containsExactlyInAnyOrder(".dockerignore", "Dockerfile", ".brickyard-dockerfile");
  }

  @Test
  void tellsScriptsWhyItDidNothing() throws Exception {
    assertThat(end(run(farm.address(), "build", context.toString()))).isEqualTo(ExitCode.USAGE);
    assertThat(end(run(farm.address(), "build", "-t", "a", folder.resolve("none").toString())))
        .isEqualTo(ExitCode.USAGE);
    URI nowhere = farm.address();
    farm.close();
    assertThat(end(run(nowhere, "build", "-t", "a", context.toString())))
        .isEqualTo(ExitCode.FARM_UNREACHABLE);
  }

  private Process run(URI server, String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                // Who runs these tests in the background lets them ignore what Ctrl-C sends.
                "env",
                "--default-signal=INT",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Brickyard.class.getName()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("BRICKYARD_URL", server.toString());
    Process process =
        builder
            .redirectOutput(folder.resolve("out").toFile())
            .redirectError(folder.resolve("err").toFile())
            .start();
    process.getOutputStream().close();
    processes.add(process);
    return process;
  }

  private static int end(Process process) throws InterruptedException {
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  private String output() throws IOException {
    return Files.readString(folder.resolve("out"), StandardCharsets.UTF_8);
  }

  private String errors() throws IOException {
    return Files.readString(folder.resolve("err"), StandardCharsets.UTF_8);
  }

  private void awaitErrors(String text) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!errors().contains(text)) {
      assertThat(System.nanoTime()).as("waited for: " + text).isLessThan(deadline);
      Thread.sleep(20);
    }
  }

  private static List<String> names(byte[] archive) throws IOException {
    List<String> names = new ArrayList<>();
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(new ZstdInputStream(new ByteArrayInputStream(archive)))) {
      for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        names.add(entry.getName());
      }
    }
    return names;
  }
}
