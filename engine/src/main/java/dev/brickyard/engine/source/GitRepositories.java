package dev.brickyard.engine.source;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.layer.ImagePath;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds and fetches commits of Git repositories, as BuildKit's Git source does, with the same
 * program: what is checked out is the same to the byte. Safe for use by many threads.
 */
public final class GitRepositories implements AutoCloseable {
  private static final Pattern FULL_NAME = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");
  private static final Pattern DEFAULT_BRANCH = Pattern.compile("refs/heads/(\\S+)");
  private static final Pattern SSH_LIKE = Pattern.compile("[a-zA-Z0-9-_]+@([a-zA-Z0-9-.]+):.*");
  private static final Pattern WITH_HOST =
      Pattern.compile("([a-zA-Z0-9]+)://(?:[^/@]*@)?(\\[[^\\]]*\\]|[^/:]*)(?::([0-9]*))?(?:/.*)?");
  private static final Map<String, Integer> PORTS =
      Map.of("http", 80, "https", 443, "git", 9418, "ssh", 22);

  private final SourceSettings settings;
  private @Nullable SocksGuard guard;

  public GitRepositories(SourceSettings settings) {
    this.settings = settings;
  }

  /**
   * A ref that was looked up.
   *
   * @param ref as asked for, or the default branch
   * @param found the whole name of the ref, or of the commit that was asked for
   * @param object what it points at: a commit, or a tag with a message
   * @param commit the same where the tag leads; of a commit that was asked for nothing is known
   */
  public record Resolved(String ref, String found, String object, String commit) {}

  /**
   * Asks the server what the ref means. A commit asked for by its whole name is not asked for.
   *
   * @throws BuildFailure of the user when there is no such repository or ref, it cannot be reached,
   *     or is not what the checksum says
   * @throws IOException when this machine cannot ask
   */
  public Resolved resolve(RemoteSource.Git source)
      throws BuildFailure, IOException, InterruptedException {
    checkChecksum(source);
    Optional<String> asked = source.ref();
    if (asked.filter(GitRepositories::isFullName).isPresent()) {
      String name = asked.get();
      checkBegins(source, name, name);
      return new Resolved(name, name, name, name);
    }
    checkReach(source);
    GitCommand git = command();
    String ref = asked.isPresent() ? asked.get() : defaultBranch(git, source);
    String listed;
    try {
      listed = git.run("ls-remote", source.remote(), ref, ref + "^{}");
    } catch (GitFailedException e) {
      throw failure(source, "failed to fetch remote " + RemoteSource.redacted(source.remote()), e);
    }
    return choose(source, ref, listed);
  }

  private static Resolved choose(RemoteSource.Git source, String ref, String listed)
      throws BuildFailure {
    Map<String, String> byName = new HashMap<>();
    for (String line : listed.lines().toList()) {
      int tab = line.indexOf('\t');
      if (tab > 0) {
        byName.put(line.substring(tab + 1), line.substring(0, tab));
      }
    }
    String partial = "refs/" + withoutPrefix("refs/", ref);
    String head = "refs/heads/" + withoutPrefix("refs/heads/", ref);
    String tag = "refs/tags/" + withoutPrefix("refs/tags/", ref);
    String found = byName.containsKey(partial) ? partial : byName.containsKey(head) ? head : tag;
    String object = byName.get(found);
    if (object == null || !isFullName(object)) {
      throw BuildFailure.user(
          "git-ref-missing",
          "repository does not contain ref " + ref + ": " + RemoteSource.redacted(source.remote()));
    }
    String commit = found.equals(tag) ? byName.getOrDefault(tag + "^{}", object) : object;
    checkBegins(source, object, commit);
    return new Resolved(ref, found, object, commit);
  }

  /**
   * Checks a commit out, with its submodules.
   *
   * @param directory empty, of the caller
   * @return the directory inside of it that has the files asked for
   * @throws BuildFailure of the user when it cannot be fetched
   */
  public Path checkOut(RemoteSource.Git source, Resolved resolved, Path directory)
      throws BuildFailure, IOException, InterruptedException {
    checkReach(source);
    Path repository = directory.resolve("repository");
    Path files = Files.createDirectory(directory.resolve("files"));
    String shown = RemoteSource.redacted(source.remote());
    try {
      GitCommand git = command().in(repository);
      if (resolved.object().length() == 64) {
        git.run("-c", "init.defaultBranch=master", "init", "--bare", "--object-format=sha256");
      } else {
        git.run("-c", "init.defaultBranch=master", "init", "--bare");
      }
      git.run("remote", "add", "origin", source.remote());
      String ref = fetch(git, source, resolved);
      Path used = repository;
      if (source.keepGitDir() && subdir(source).isEmpty()) {
        used = files.resolve(".git");
        checkOutWithRepository(git, source, ref, repository, used, files);
      } else {
        git.in(repository, files).run("checkout", ref, "--", ".");
      }
      if (source.submodules()) {
        git.in(used, files).run("submodule", "update", "--init", "--recursive", "--depth=1");
      }
    } catch (GitFailedException e) {
      throw failure(source, "failed to fetch remote " + shown, e);
    }
    return inside(source, files);
  }

  /** Brings the commit into the repository; returns the name it can be checked out by. */
  private static String fetch(GitCommand git, RemoteSource.Git source, Resolved resolved)
      throws BuildFailure, GitFailedException, IOException, InterruptedException {
    String ref = resolved.ref();
    if (isFullName(ref)) {
      fetchCommit(git, ref);
    } else {
      String target = ref.startsWith("refs/tags/") ? ref : "tags/" + ref;
      git.run("fetch", "--depth=1", "--no-tags", "origin", "--force", ref + ":" + target);
      if (!git.run("rev-parse", ref).strip().equals(resolved.object())) {
        // Somebody pushed meanwhile: what was looked up is meant.
        fetchCommit(git, resolved.object());
        String full = target.startsWith("refs/") ? target : "refs/" + target;
        git.run("update-ref", full, resolved.object(), "--no-deref");
      }
    }
    if (source.checksum().isPresent()) {
      String object = git.run("rev-parse", ref).strip();
      checkBegins(source, object, git.run("rev-parse", ref + "^{}").strip());
    }
    return ref;
  }

  /** Not every server gives a commit by its name, but then it gives all there is. */
  private static void fetchCommit(GitCommand git, String name)
      throws GitFailedException, IOException, InterruptedException {
    try {
      git.run("fetch", "--depth=1", "--no-tags", "origin", name);
    } catch (GitFailedException e) {
      git.run("fetch", "--tags", "origin", "+refs/heads/*:refs/remotes/origin/*");
      git.run("cat-file", "-e", name + "^{commit}");
    }
  }

  /** As BuildKit makes the repository that stays: with this commit alone. */
  private static void checkOutWithRepository(
      GitCommand git, RemoteSource.Git source, String ref, Path repository, Path kept, Path files)
      throws GitFailedException, IOException, InterruptedException {
    GitCommand inside = git.in(kept, files);
    if (git.run("rev-parse", "--show-object-format").strip().equals("sha256")) {
      inside.run("-c", "init.defaultBranch=master", "init", "--object-format=sha256");
    } else {
      inside.run("-c", "init.defaultBranch=master", "init");
    }
    inside.run("remote", "add", "origin", "file://" + repository);
    String pulled;
    if (git.run("cat-file", "-t", ref).strip().equals("tag")) {
      pulled = ref + ":" + (ref.startsWith("refs/tags/") ? ref : "refs/tags/" + ref);
    } else if (isFullName(ref)) {
      pulled = "refs/brickyard/" + UUID.randomUUID();
      git.run("update-ref", pulled, ref);
    } else {
      pulled = ref + ":" + ref;
    }
    inside.run("fetch", "-u", "--depth=1", "origin", pulled);
    inside.run("checkout", "FETCH_HEAD");
    inside.run("remote", "set-url", "origin", RemoteSource.redacted(source.remote()));
    inside.run("reflog", "expire", "--all", "--expire=now");
    Files.deleteIfExists(kept.resolve("FETCH_HEAD"));
  }

  /** The directory asked for; a link there does not lead out of what was checked out. */
  private static Path inside(RemoteSource.Git source, Path files) throws BuildFailure, IOException {
    Optional<String> subdir = subdir(source);
    if (subdir.isEmpty()) {
      return files;
    }
    Path directory = files.resolve(subdir.get());
    if (!Files.isDirectory(directory) || !directory.toRealPath().startsWith(files.toRealPath())) {
      throw BuildFailure.user(
          "git-subdir-missing",
          "failed to open subdir "
              + subdir.get()
              + ": there is no such directory in "
              + source.shown());
    }
    return directory.toRealPath();
  }

  private static Optional<String> subdir(RemoteSource.Git source) {
    return source
        .subdir()
        .map(text -> ImagePath.normalize(text).value())
        .filter(text -> !text.isEmpty());
  }

  private static String defaultBranch(GitCommand git, RemoteSource.Git source)
      throws BuildFailure, IOException, InterruptedException {
    String shown = RemoteSource.redacted(source.remote());
    String listed;
    try {
      listed = git.run("ls-remote", "--symref", source.remote(), "HEAD");
    } catch (GitFailedException e) {
      throw failure(source, "error fetching default branch for repository " + shown, e);
    }
    Matcher branch = DEFAULT_BRANCH.matcher(listed);
    if (!branch.find()) {
      throw BuildFailure.user(
          "git-ref-missing", "could not find default branch for repository: " + shown);
    }
    return branch.group(1);
  }

  private static void checkChecksum(RemoteSource.Git source) throws BuildFailure {
    if (source.checksum().filter(text -> !text.matches("[a-fA-F0-9]+")).isPresent()) {
      throw BuildFailure.user(
          "bad-checksum",
          "invalid checksum " + source.checksum().get() + " for Git URL, expected hex commit hash");
    }
  }

  private static void checkBegins(RemoteSource.Git source, String object, String commit)
      throws BuildFailure {
    Optional<String> checksum = source.checksum();
    if (checksum.isPresent()
        && !object.startsWith(checksum.get())
        && !commit.startsWith(checksum.get())) {
      throw BuildFailure.user(
          "checksum-mismatch",
          "expected checksum to match "
              + checksum.get()
              + ", got "
              + object
              + (object.equals(commit) ? "" : " or " + commit));
    }
  }

  /** Git takes what begins with a dash for an option, whoever wrote it. */
  private static void refuseOptions(RemoteSource.Git source) throws BuildFailure {
    if (source.remote().startsWith("-")
        || source.ref().filter(ref -> ref.startsWith("-")).isPresent()) {
      throw BuildFailure.user(
          "bad-git-address",
          "neither a repository nor a ref begins with a dash: " + source.shown());
    }
  }

  /** HTTP is watched by the guard, connection by connection; the others are looked at here. */
  private void checkReach(RemoteSource.Git source) throws BuildFailure {
    refuseOptions(source);
    Matcher url = WITH_HOST.matcher(source.remote());
    Matcher ssh = SSH_LIKE.matcher(source.remote());
    String host;
    int port;
    if (url.matches()) {
      String scheme = url.group(1).toLowerCase(Locale.ROOT);
      host = url.group(2);
      String given = url.group(3);
      port = given == null || given.isEmpty() ? PORTS.getOrDefault(scheme, 0) : port(source, given);
    } else if (ssh.matches()) {
      host = ssh.group(1);
      port = 22;
    } else {
      throw BuildFailure.user("bad-git-address", source.shown() + " is no address of a repository");
    }
    if (host.startsWith("-")) {
      throw BuildFailure.user("bad-git-address", "a host must not begin with a dash: " + host);
    }
    try {
      for (InetAddress address : InetAddress.getAllByName(host)) {
        settings.egress().check(address, port);
      }
    } catch (EgressDeniedException e) {
      throw BuildFailure.user("egress-denied", source.shown() + ": " + e.getMessage());
    } catch (UnknownHostException e) {
      throw BuildFailure.user("source-unavailable", source.shown() + ": the host is not known");
    }
  }

  private static int port(RemoteSource.Git source, String text) throws BuildFailure {
    try {
      int port = Integer.parseInt(text);
      if (port <= 0xffff) {
        return port;
      }
    } catch (NumberFormatException e) {
      // Told below, like one that is too large.
    }
    throw BuildFailure.user("bad-git-address", source.shown() + " has no possible port");
  }

  private static BuildFailure failure(RemoteSource.Git source, String what, GitFailedException e) {
    if (e.programMissing()) {
      return BuildFailure.farm(
          "git-missing", "the worker has no git, which fetches " + source.shown(), e);
    }
    if (e.wasDenied()) {
      return BuildFailure.user(
          "egress-denied",
          source.shown() + ": builds may not reach where it leads, by this farm's settings");
    }
    String reason = e.reason().replace(source.remote(), RemoteSource.redacted(source.remote()));
    return BuildFailure.user("git-failed", what + ": " + reason);
  }

  private static boolean isFullName(String text) {
    return FULL_NAME.matcher(text).matches();
  }

  private static String withoutPrefix(String prefix, String text) {
    return text.startsWith(prefix) ? text.substring(prefix.length()) : text;
  }

  private synchronized GitCommand command() throws IOException {
    if (guard == null) {
      guard = new SocksGuard(settings.egress());
    }
    return new GitCommand(settings, guard.url());
  }

  @Override
  public synchronized void close() {
    if (guard != null) {
      guard.close();
      guard = null;
    }
  }
}
