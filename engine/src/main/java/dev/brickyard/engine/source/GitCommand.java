package dev.brickyard.engine.source;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * Runs Git's program the way BuildKit does: without anybody's configuration, never asking for a
 * login, with files made readable. On top of that it is led through the {@link SocksGuard}, and a
 * file it writes is bounded.
 */
final class GitCommand {
  private static final int MOST_OUTPUT = 64 << 20;
  private static final int MOST_ERRORS = 64 << 10;
  private static final int BLOCK = 512;

  private final SourceSettings settings;
  private final String proxy;
  private final @Nullable Path gitDir;
  private final @Nullable Path workTree;

  /**
   * @param proxy where HTTP connections go through
   */
  GitCommand(SourceSettings settings, String proxy) {
    this(settings, proxy, null, null);
  }

  private GitCommand(
      SourceSettings settings, String proxy, @Nullable Path gitDir, @Nullable Path workTree) {
    this.settings = settings;
    this.proxy = proxy;
    this.gitDir = gitDir;
    this.workTree = workTree;
  }

  /** The same in a repository. */
  GitCommand in(Path repository) {
    return new GitCommand(settings, proxy, repository, null);
  }

  /** The same in a repository, with its files elsewhere. */
  GitCommand in(Path repository, Path files) {
    return new GitCommand(settings, proxy, repository, files);
  }

  /**
   * Runs it to its end and returns what it printed. A server that cannot give a part of the history
   * is asked for all of it.
   *
   * @throws GitFailedException when it ends with an error
   * @throws IOException when it cannot be run at all
   */
  String run(String... arguments) throws GitFailedException, IOException, InterruptedException {
    List<String> asked = List.of(arguments);
    try {
      return runOnce(asked);
    } catch (GitFailedException e) {
      List<String> whole = asked.stream().filter(word -> !word.equals("--depth=1")).toList();
      if (!e.isAboutDepth() || whole.size() == asked.size()) {
        throw e;
      }
      return runOnce(whole);
    }
  }

  private String runOnce(List<String> arguments)
      throws GitFailedException, IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command(arguments));
    builder.environment().clear();
    builder.environment().putAll(environment());
    if (workTree != null) {
      // Submodules are updated from within.
      builder.directory(workTree.toFile());
    }
    Process process = builder.start();
    try {
      process.getOutputStream().close();
      // Reading cannot be interrupted, waiting can.
      FutureTask<String> errors = new FutureTask<>(() -> end(process.getErrorStream()));
      Thread.ofVirtual().name("git-errors").start(errors);
      FutureTask<String> output = new FutureTask<>(() -> beginning(process.getInputStream()));
      Thread.ofVirtual().name("git-output").start(output);
      int code = process.waitFor();
      String said = errors.get();
      if (code != 0) {
        throw new GitFailedException(code, said);
      }
      return output.get();
    } catch (ExecutionException e) {
      throw new IOException("what git says cannot be read", e);
    } finally {
      if (process.isAlive()) {
        // It has helpers, which speak to the server.
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
    }
  }

  private List<String> command(List<String> arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "/bin/sh",
                "-c",
                "umask 022; ulimit -f " + blocks() + "; exec git \"$@\"",
                "git",
                "-c",
                "http.proxy=" + proxy,
                "-c",
                "http.lowSpeedLimit=1",
                "-c",
                "http.lowSpeedTime=" + Math.max(1, settings.stall().toSeconds()),
                // What a repository names as its submodules comes over HTTP or not at all: the
                // other ways do not lead through the guard.
                "-c",
                "protocol.allow=never",
                "-c",
                "protocol.http.allow=always",
                "-c",
                "protocol.https.allow=always",
                "-c",
                "protocol.git.allow=user",
                "-c",
                "protocol.ssh.allow=user",
                "-c",
                "protocol.file.allow=user"));
    if (gitDir != null) {
      command.add("--git-dir=" + gitDir);
    }
    if (workTree != null) {
      command.add("--work-tree=" + workTree);
    }
    command.addAll(arguments);
    return command;
  }

  private long blocks() {
    return Math.max(1, settings.maxBytes() / BLOCK);
  }

  private static Map<String, String> environment() {
    String path = System.getenv("PATH");
    return Map.of(
        "PATH", path == null ? "/usr/local/bin:/usr/bin:/bin" : path,
        "GIT_TERMINAL_PROMPT", "0",
        "GIT_SSH_COMMAND", "ssh -F /dev/null -o StrictHostKeyChecking=no -o BatchMode=yes",
        "GIT_CONFIG_NOSYSTEM", "1",
        "HOME", "/dev/null",
        "LC_ALL", "C");
  }

  /** Reads all, keeps the first; more than is kept is an error. */
  private static String beginning(InputStream in) throws IOException {
    byte[] output = in.readNBytes(MOST_OUTPUT);
    if (in.transferTo(OutputStream.nullOutputStream()) > 0) {
      throw new IOException("git prints more than " + MOST_OUTPUT + " bytes");
    }
    return new String(output, StandardCharsets.UTF_8);
  }

  /** Reads all, keeps the last. */
  private static String end(InputStream in) throws IOException {
    ByteArrayOutputStream kept = new ByteArrayOutputStream();
    byte[] buffer = new byte[8192];
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      if (kept.size() + n > MOST_ERRORS) {
        byte[] before = kept.toByteArray();
        kept.reset();
        kept.write(before, before.length / 2, before.length - before.length / 2);
      }
      kept.write(buffer, 0, n);
    }
    return kept.toString(StandardCharsets.UTF_8);
  }
}
