package dev.brickyard.engine.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.FailureKind;
import dev.brickyard.engine.source.GitRepositories.Resolved;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With Git's own program on both sides. */
class GitRepositoriesIT {
  private static final SourceSettings ANYWHERE =
      SourceSettings.DEFAULT.withEgress(EgressPolicy.DEFAULT.withDenied(List.of()));

  @TempDir Path folder;
  private GitServer server;
  private GitServer.Work work;
  private String first;
  private String second;
  private GitRepositories repositories;
  private int checkouts;

  @BeforeEach
  void open() throws Exception {
    server = new GitServer(folder.resolve("served"));
    work = server.repository("app");
    work.file("a.txt", "one").file("sub/b.txt", "below").file("run.sh", "#!/bin/sh\n");
    Files.setPosixFilePermissions(
        work.files().resolve("run.sh"), PosixFilePermissions.fromString("rwx------"));
    Files.createSymbolicLink(work.files().resolve("link"), Path.of("a.txt"));
    first = work.commit("one");
    work.run("tag", "-a", "v1", "-m", "the first");
    work.run("push", "-q", "origin", "v1");
    work.run("tag", "light");
    work.run("push", "-q", "origin", "light");
    work.file("a.txt", "two");
    second = work.commit("two");
    repositories = new GitRepositories(ANYWHERE);
  }

  @AfterEach
  void close() throws Exception {
    repositories.close();
    server.close();
  }

  private static RemoteSource.Git source(String address) throws BuildFailure {
    return RemoteSource.Git.of(GitAddress.parse(address).orElseThrow(), false);
  }

  private Path checkOut(RemoteSource.Git source) throws Exception {
    Resolved resolved = repositories.resolve(source);
    Path directory = Files.createDirectory(folder.resolve("checkout-" + checkouts++));
    return repositories.checkOut(source, resolved, directory);
  }

  private static void assertRefused(ThrowingCallable call, String code, String sentence) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            BuildFailure.class,
            e -> {
              assertThat(e.kind()).isEqualTo(FailureKind.USER);
              assertThat(e.code()).isEqualTo(code);
              assertThat(e.sentence()).contains(sentence);
            });
  }

  @Test
  void refsAreLookedUpAsBuildKitDoes() throws Exception {
    String url = server.url("app");
    assertThat(repositories.resolve(source(url)))
        .isEqualTo(new Resolved("main", "refs/heads/main", second, second));
    assertThat(repositories.resolve(source(url + "#light")).commit()).isEqualTo(first);
    assertThat(repositories.resolve(source(url + "#v1")))
        .satisfies(
            tag -> {
              assertThat(tag.commit()).isEqualTo(first);
              assertThat(tag.object()).isNotEqualTo(first);
            });
    assertThat(repositories.resolve(source(url + "#refs/heads/main")).commit()).isEqualTo(second);
    assertThat(repositories.resolve(source(url + "?tag=v1")).commit()).isEqualTo(first);
  }

  @Test
  void aWholeCommitNameIsNotAskedFor() throws Exception {
    int before = server.asked().size();
    assertThat(repositories.resolve(source(server.url("app") + "#" + first)).commit())
        .isEqualTo(first);
    assertThat(server.asked()).hasSize(before);
  }

  @Test
  void aCheckoutHasTheCommitsFilesAndNothingElse() throws Exception {
    Path files = checkOut(source(server.url("app")));
    assertThat(files.resolve("a.txt")).hasContent("two");
    assertThat(files.resolve("sub/b.txt")).hasContent("below");
    assertThat(files.resolve(".git")).doesNotExist();
    assertThat(Files.readSymbolicLink(files.resolve("link"))).hasToString("a.txt");
    assertThat(
            PosixFilePermissions.toString(Files.getPosixFilePermissions(files.resolve("run.sh"))))
        .isEqualTo("rwxr-xr-x");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(files.resolve("a.txt"))))
        .isEqualTo("rw-r--r--");
  }

  @Test
  void oldCommitsTagsAndDirectoriesAreCheckedOut() throws Exception {
    String url = server.url("app");
    assertThat(checkOut(source(url + "#" + first)).resolve("a.txt")).hasContent("one");
    assertThat(checkOut(source(url + "#v1")).resolve("a.txt")).hasContent("one");
    assertThat(checkOut(source(url + "#light")).resolve("a.txt")).hasContent("one");
    assertThat(checkOut(source(url + "#main:sub")).resolve("b.txt")).hasContent("below");
  }

  @Test
  void aServerOfPlainFilesGivesItsWholeHistory() throws Exception {
    String url = server.dumbUrl("app");
    assertThat(checkOut(source(url)).resolve("a.txt")).hasContent("two");
    assertThat(checkOut(source(url + "#" + first)).resolve("a.txt")).hasContent("one");
  }

  @Test
  void aBranchThatMovedMeanwhileIsCheckedOutAsItWas() throws Exception {
    RemoteSource.Git main = source(server.url("app"));
    Resolved before = repositories.resolve(main);
    work.file("a.txt", "three");
    work.commit("three");
    Path directory = Files.createDirectory(folder.resolve("late"));
    assertThat(repositories.checkOut(main, before, directory).resolve("a.txt")).hasContent("two");
  }

  @Test
  void theRepositoryStaysWhenItIsAskedFor() throws Exception {
    Path files = checkOut(source(server.url("app") + "?keep-git-dir=1"));
    assertThat(files.resolve(".git/HEAD")).hasContent(second + "\n");
    assertThat(Files.readString(files.resolve(".git/config"))).contains(server.url("app"));
    assertThat(files.resolve(".git/FETCH_HEAD")).doesNotExist();
    Path old = checkOut(source(server.url("app") + "?keep-git-dir=1&ref=" + first));
    assertThat(old.resolve(".git/HEAD")).hasContent(first + "\n");
    Path tag = checkOut(source(server.url("app") + "?keep-git-dir=1&ref=v1"));
    assertThat(tag.resolve("a.txt")).hasContent("one");
  }

  @Test
  void submodulesComeAlongUnlessTheyAreNotWanted() throws Exception {
    GitServer.Work library = server.repository("library");
    library.file("lib.txt", "library").commit("lib");
    work.run("submodule", "--quiet", "add", server.url("library"), "vendor/library");
    work.commit("with a submodule");
    Path files = checkOut(source(server.url("app")));
    assertThat(files.resolve("vendor/library/lib.txt")).hasContent("library");
    Path without = checkOut(source(server.url("app") + "?submodules=0"));
    assertThat(without.resolve("vendor/library/lib.txt")).doesNotExist();
  }

  @Test
  void aSubmoduleOfThisMachinesFilesIsRefused() throws Exception {
    work.run("submodule", "--quiet", "add", work.bare().toString(), "inner");
    work.commit("with a file submodule");
    assertRefused(() -> checkOut(source(server.url("app"))), "git-failed", "not allowed");
  }

  @Test
  void checksumsAreCompared() throws Exception {
    String url = server.url("app");
    assertThat(
            repositories
                .resolve(source(url + "?ref=main&checksum=" + second.substring(0, 8)))
                .commit())
        .startsWith(second.substring(0, 8));
    assertThat(repositories.resolve(source(url + "?ref=v1&checksum=" + first)).commit())
        .isEqualTo(first);
    assertRefused(
        () -> repositories.resolve(source(url + "?ref=main&checksum=" + first)),
        "checksum-mismatch",
        "expected checksum to match " + first + ", got " + second);
    assertRefused(
        () -> repositories.resolve(source(url + "?ref=main&checksum=xyz")),
        "bad-checksum",
        "expected hex commit hash");
  }

  @Test
  void whatIsNotThereIsNamed() {
    assertRefused(
        () -> repositories.resolve(source(server.url("none"))),
        "git-failed",
        "error fetching default branch for repository " + server.url("none"));
    assertRefused(
        () -> repositories.resolve(source(server.url("app") + "#nowhere")),
        "git-ref-missing",
        "repository does not contain ref nowhere");
    assertRefused(
        () -> checkOut(source(server.url("app") + "#main:nodir")),
        "git-subdir-missing",
        "failed to open subdir nodir");
    assertRefused(
        () -> checkOut(source(server.url("app") + "#" + "0".repeat(40))),
        "git-failed",
        "failed to fetch remote " + server.url("app"));
  }

  @Test
  void aDirectoryThatLeadsOutOfTheRepositoryIsNotOne() throws Exception {
    Files.createSymbolicLink(work.files().resolve("out"), Path.of("/etc"));
    work.commit("a link");
    assertRefused(
        () -> checkOut(source(server.url("app") + "#main:out")), "git-subdir-missing", "out");
    assertThat(Files.exists(folder.resolve("etc"), LinkOption.NOFOLLOW_LINKS)).isFalse();
  }

  @Test
  void deniedAddressesAreNotReached() throws Exception {
    try (GitRepositories guarded = new GitRepositories(SourceSettings.DEFAULT)) {
      assertRefused(() -> guarded.resolve(source(server.url("app"))), "egress-denied", "127.0.0.1");
    }
  }

  @Test
  void deniedAddressesAreNotReachedThroughASubmodule() throws Exception {
    try (GitServer inner = new GitServer(folder.resolve("inner"))) {
      inner.repository("secret").file("s", "secret").commit("s");
      work.run("submodule", "--quiet", "add", inner.url("secret"), "secret");
      work.commit("a submodule elsewhere");
      int before = inner.asked().size();
      SourceSettings settings =
          ANYWHERE.withEgress(
              ANYWHERE
                  .egress()
                  .withServices(
                      List.of(InetSocketAddress.createUnresolved("localhost", inner.port()))));
      try (GitRepositories guarded = new GitRepositories(settings)) {
        RemoteSource.Git source = source(server.url("app"));
        Resolved resolved = guarded.resolve(source);
        Path directory = Files.createDirectory(folder.resolve("guarded"));
        assertRefused(
            () -> guarded.checkOut(source, resolved, directory), "egress-denied", "may not reach");
      }
      assertThat(inner.asked()).hasSize(before);
    }
  }

  @Test
  void anInterruptEndsTheProgram() throws Exception {
    try (FileServer silent = new FileServer()) {
      RemoteSource.Git source = source(silent.url("/bad/silent/x.git"));
      FutureTask<String> outcome =
          new FutureTask<>(
              () -> {
                try {
                  repositories.resolve(source);
                  return "an answer";
                } catch (InterruptedException e) {
                  return "interrupted";
                }
              });
      Thread thread = Thread.ofPlatform().start(outcome);
      silent.awaitSilence();
      thread.interrupt();
      assertThat(outcome.get()).isEqualTo("interrupted");
    }
  }

  @Test
  void whatIsTooLargeIsRefused() throws Exception {
    byte[] noise = new byte[3 << 20];
    new java.util.Random(1).nextBytes(noise);
    Files.write(work.files().resolve("noise"), noise);
    work.commit("large");
    try (GitRepositories small = new GitRepositories(ANYWHERE.withMaxBytes(1 << 20))) {
      RemoteSource.Git source = source(server.url("app"));
      Resolved resolved = small.resolve(source);
      Path directory = Files.createDirectory(folder.resolve("small"));
      assertThatThrownBy(() -> small.checkOut(source, resolved, directory))
          .isInstanceOf(BuildFailure.class);
    }
  }
}
