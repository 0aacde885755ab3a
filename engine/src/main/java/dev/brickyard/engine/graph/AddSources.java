package dev.brickyard.engine.graph;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.copy.CopySpec;
import dev.brickyard.engine.dockerfile.Instruction;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.source.GitAddress;
import dev.brickyard.engine.source.RemoteSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Tells what ADD takes from elsewhere. The messages are those of BuildKit's {@code dispatchCopy}.
 */
final class AddSources {
  /** Makes a root of a source from elsewhere. */
  interface Remotes {
    Root find(RemoteSource source) throws BuildFailure;
  }

  private AddSources() {}

  /**
   * What an ADD does: one copy when all its sources are of one kind, else several in their order.
   *
   * @param spec with all sources, as if they were local
   * @param checksum after expansion
   */
  static Operation operation(
      Instruction.Add add, CopySpec spec, Optional<String> checksum, Remotes remotes)
      throws BuildFailure {
    if (checksum.isPresent()) {
      checkChecksum(spec);
    }
    List<Operation.Copy> parts = new ArrayList<>();
    List<String> local = new ArrayList<>();
    for (String source : spec.sources()) {
      Optional<RemoteSource> remote = remote(add, source, checksum);
      if (remote.isEmpty()) {
        local.add(source);
        continue;
      }
      addLocal(spec, local, parts);
      Root root = remotes.find(remote.get());
      parts.add(
          new Operation.Copy(
              switch (remote.get()) {
                case RemoteSource.Http http ->
                    spec.of(
                        List.of(literally(http.fileName())), List.of(), add.unpack().orElse(false));
                case RemoteSource.Git git -> spec.of(List.of("/"), List.of(), false);
              },
              Optional.of(root)));
    }
    addLocal(spec, local, parts);
    if (!spec.inline().isEmpty()) {
      parts.add(
          new Operation.Copy(spec.of(List.of(), spec.inline(), spec.unpack()), Optional.empty()));
    }
    boolean allLocal = parts.stream().allMatch(part -> part.from().isEmpty());
    if (allLocal) {
      return new Operation.Copy(spec, Optional.empty());
    }
    return parts.size() == 1 ? parts.getFirst() : new Operation.Copies(parts);
  }

  private static void addLocal(CopySpec spec, List<String> local, List<Operation.Copy> parts) {
    if (!local.isEmpty()) {
      parts.add(new Operation.Copy(spec.of(local, List.of(), spec.unpack()), Optional.empty()));
      local.clear();
    }
  }

  private static void checkChecksum(CopySpec spec) throws BuildFailure {
    if (spec.sources().size() != 1) {
      throw BuildFailure.user("bad-checksum", "checksum can't be specified for multiple sources");
    }
    String only = spec.sources().getFirst();
    if (!RemoteSource.isHttp(only) && git(only).isEmpty()) {
      throw BuildFailure.user("bad-checksum", "checksum requires HTTP(S) or Git sources");
    }
  }

  private static Optional<RemoteSource> remote(
      Instruction.Add add, String source, Optional<String> checksum) throws BuildFailure {
    Optional<GitAddress> git = git(source);
    if (git.isPresent()) {
      return Optional.of(repository(add, git.get(), checksum));
    }
    if (!RemoteSource.isHttp(source)) {
      return Optional.empty();
    }
    Optional<Digest> digest = Optional.empty();
    if (checksum.isPresent()) {
      digest = Optional.of(digest(checksum.get()));
    }
    return Optional.of(RemoteSource.file(source, digest));
  }

  private static RemoteSource repository(
      Instruction.Add add, GitAddress address, Optional<String> checksum) throws BuildFailure {
    if (add.keepGitDir() && !address.keepGitDir().orElse(true)) {
      throw BuildFailure.user("bad-git-address", "inconsistent keep-git-dir configuration");
    }
    if (checksum.isPresent()
        && address.checksum().isPresent()
        && !checksum.equals(address.checksum())) {
      throw BuildFailure.user(
          "bad-checksum",
          "checksum mismatch \"" + checksum.get() + "\" != \"" + address.checksum().get() + "\"");
    }
    RemoteSource.Git git = RemoteSource.Git.of(address, add.keepGitDir());
    return new RemoteSource.Git(
        git.remote(),
        git.ref(),
        git.subdir(),
        address.checksum().or(() -> checksum),
        git.keepGitDir(),
        git.submodules());
  }

  private static Digest digest(String text) throws BuildFailure {
    try {
      return Digest.parse(text);
    } catch (IllegalArgumentException e) {
      boolean other = text.matches("sha(384|512):[a-f0-9]+");
      throw BuildFailure.user(
          "bad-checksum",
          other
              ? "unsupported digest algorithm: a file is checked by sha256, not " + text
              : "invalid checksum digest format: " + text);
    }
  }

  /** Paths that merely could be addresses are paths here. */
  private static Optional<GitAddress> git(String source) throws BuildFailure {
    return GitAddress.parse(source).filter(address -> !address.looksLocal());
  }

  /** A pattern that means just this name. */
  private static String literally(String name) {
    StringBuilder pattern = new StringBuilder();
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      switch (c) {
        case '*', '?', '[' -> pattern.append('[').append(c).append(']');
        case '\\' -> pattern.append("[\\\\]");
        default -> pattern.append(c);
      }
    }
    return pattern.toString();
  }
}
