package dev.brickyard.engine.source;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.image.Digest;
import java.util.Optional;

/** Something to be fetched from elsewhere. Equal sources are fetched once in a build. */
public sealed interface RemoteSource {
  /** The file's name when an address has none: what BuildKit calls it. */
  String UNNAMED = "__unnamed__";

  /** The address as people may see it: without a password. */
  String shown();

  /**
   * A file.
   *
   * @param url begins with {@code http://} or {@code https://}
   * @param fileName what the file is called; no path
   * @param checksum what it must have; it is not asked for again where the farm has it
   */
  record Http(String url, String fileName, Optional<Digest> checksum) implements RemoteSource {
    @Override
    public String shown() {
      return redacted(url);
    }
  }

  /**
   * A commit of a repository.
   *
   * @param remote as Git's program takes it
   * @param ref a branch, tag or commit; the default branch when empty
   * @param subdir the directory whose content is meant
   * @param checksum how the commit's name must begin
   */
  record Git(
      String remote,
      Optional<String> ref,
      Optional<String> subdir,
      Optional<String> checksum,
      boolean keepGitDir,
      boolean submodules)
      implements RemoteSource {
    /** What an address means where it says nothing else. */
    public static Git of(GitAddress address, boolean keepGitDir) {
      return new Git(
          address.remote(),
          address.ref(),
          address.subdir(),
          address.checksum(),
          address.keepGitDir().orElse(keepGitDir),
          address.submodules().orElse(true));
    }

    @Override
    public String shown() {
      return redacted(remote)
          + (ref.isPresent() || subdir.isPresent() ? "#" + ref.orElse("") : "")
          + subdir.map(directory -> ":" + directory).orElse("");
    }
  }

  /** Whether the text is the address of a file, unless it is that of a Git repository. */
  static boolean isHttp(String text) {
    return text.startsWith("http://") || text.startsWith("https://");
  }

  /** The file that the address names, called as its path says. */
  static Http file(String url, Optional<Digest> checksum) {
    return new Http(url, fileName(url), checksum);
  }

  /**
   * What a context's address means.
   *
   * @param keepGitDir for a repository whose address does not say
   * @return empty when the text is no address
   * @throws BuildFailure code {@code bad-git-address}
   */
  static Optional<RemoteSource> context(String text, boolean keepGitDir) throws BuildFailure {
    Optional<GitAddress> git = GitAddress.parse(text);
    if (git.isPresent()) {
      return Optional.of(Git.of(git.get(), keepGitDir));
    }
    // As BuildKit calls it, whatever the address says.
    return isHttp(text)
        ? Optional.of(new Http(text, "context", Optional.empty()))
        : Optional.empty();
  }

  /** An address without a login. */
  static String redacted(String address) {
    return address.replaceFirst("^([A-Za-z0-9]+://)[^/@?#]*@", "$1xxxxx@");
  }

  private static String fileName(String url) {
    String path = url.replaceFirst("^https?://[^/?#]*", "").replaceFirst("[?#].*", "");
    String decoded = PercentCode.decode(path, false).orElse("");
    while (decoded.endsWith("/")) {
      decoded = decoded.substring(0, decoded.length() - 1);
    }
    String name = decoded.substring(decoded.lastIndexOf('/') + 1);
    boolean good =
        !name.isEmpty()
            && !name.equals(".")
            && !name.equals("..")
            && name.chars().noneMatch(c -> c < ' ' || c == 0x7f);
    return good ? name : UNNAMED;
  }
}
