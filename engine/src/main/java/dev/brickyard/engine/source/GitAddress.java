package dev.brickyard.engine.source;

import dev.brickyard.engine.BuildFailure;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Git repository and what is meant of it, as ADD and contexts name it: {@code
 * https://host/repo.git#ref:subdir}, {@code https://host/repo.git?ref=…&subdir=…}, {@code git://…},
 * {@code ssh://…} or {@code git@host:repo.git}. As BuildKit's {@code dfgitutil} reads it.
 *
 * @param remote the repository, as Git's own program takes it
 * @param ref a branch, tag or commit; the default branch when empty
 * @param subdir the directory whose content is meant; all when empty
 * @param checksum how the commit's name must begin, in hexadecimal
 * @param keepGitDir whether {@code .git} is part of it, when the address says so
 * @param submodules whether submodules are fetched, when the address says so
 * @param looksLocal true for {@code github.com/…}, which could as well be a path and counts as an
 *     address for contexts only
 */
public record GitAddress(
    String remote,
    Optional<String> ref,
    Optional<String> subdir,
    Optional<String> checksum,
    Optional<Boolean> keepGitDir,
    Optional<Boolean> submodules,
    boolean looksLocal) {
  private static final Pattern WITH_SCHEME =
      Pattern.compile("([a-zA-Z0-9]+)://(.*)", Pattern.DOTALL);
  private static final Pattern SCP =
      Pattern.compile("([a-zA-Z0-9-_]+)@([a-zA-Z0-9-.]+):(.*?)(?:\\?(.*?))?(?:#(.*))?");
  private static final Set<String> SCHEMES = Set.of("http", "https", "ssh", "git");
  private static final String GITHUB = "github.com/";

  /**
   * Reads an address.
   *
   * @return empty when the text is none, but perhaps a path or another kind of address
   * @throws BuildFailure code {@code bad-git-address} when it is one and has a mistake
   */
  public static Optional<GitAddress> parse(String text) throws BuildFailure {
    if (text.startsWith("./") || text.startsWith("../")) {
      return Optional.empty();
    }
    if (text.startsWith(GITHUB)) {
      return ofUrl("https", text, true);
    }
    Matcher withScheme = WITH_SCHEME.matcher(text);
    if (withScheme.matches()) {
      String scheme = withScheme.group(1).toLowerCase(Locale.ROOT);
      return SCHEMES.contains(scheme)
          ? ofUrl(scheme, withScheme.group(2), false)
          : Optional.empty();
    }
    Matcher scp = SCP.matcher(text);
    if (scp.matches()) {
      String remote = scp.group(1) + "@" + scp.group(2) + ":" + scp.group(3);
      return Optional.of(
          new Reader(Optional.ofNullable(scp.group(5)).orElse(""))
              .query(Optional.ofNullable(scp.group(4)).orElse(""))
              .address(remote, false));
    }
    return Optional.empty();
  }

  private static Optional<GitAddress> ofUrl(String scheme, String rest, boolean looksLocal)
      throws BuildFailure {
    int hash = rest.indexOf('#');
    String beforeFragment = hash < 0 ? rest : rest.substring(0, hash);
    int question = beforeFragment.indexOf('?');
    String place = question < 0 ? beforeFragment : beforeFragment.substring(0, question);
    int slash = place.indexOf('/');
    Optional<String> path =
        slash < 0 ? Optional.of("") : PercentCode.decode(place.substring(slash), false);
    Optional<String> fragment =
        hash < 0 ? Optional.of("") : PercentCode.decode(rest.substring(hash + 1), false);
    if (path.isEmpty() || fragment.isEmpty()) {
      return Optional.empty();
    }
    boolean http = scheme.startsWith("http");
    if (http && !looksLocal && !path.get().endsWith(".git")) {
      return Optional.empty();
    }
    String query = question < 0 ? "" : beforeFragment.substring(question + 1);
    return Optional.of(
        new Reader(fragment.get()).query(query).address(scheme + "://" + place, looksLocal));
  }

  /** Collects what fragment and query say, and refuses what contradicts itself. */
  private static final class Reader {
    private String ref;
    private String subdir;
    private String checksum = "";
    private Optional<Boolean> keepGitDir = Optional.empty();
    private Optional<Boolean> submodules = Optional.empty();

    Reader(String fragment) {
      int colon = fragment.indexOf(':');
      ref = colon < 0 ? fragment : fragment.substring(0, colon);
      subdir = colon < 0 ? "" : fragment.substring(colon + 1);
    }

    Reader query(String query) throws BuildFailure {
      Map<String, String> values = new LinkedHashMap<>();
      for (String pair : query.isEmpty() ? List.<String>of() : List.of(query.split("&", -1))) {
        if (pair.isEmpty()) {
          continue;
        }
        int equals = pair.indexOf('=');
        String name = decoded(equals < 0 ? pair : pair.substring(0, equals));
        String value = decoded(equals < 0 ? "" : pair.substring(equals + 1));
        if (values.put(name, value) != null) {
          throw mistake("query \"" + name + "\" has multiple values");
        }
      }
      String tag = "";
      String branch = "";
      for (Map.Entry<String, String> entry : values.entrySet()) {
        String name = entry.getKey();
        String value = entry.getValue();
        boolean mayBeEmpty = name.equals("submodules") || name.equals("keep-git-dir");
        if (value.isEmpty() && !mayBeEmpty) {
          throw mistake("query \"" + name + "\" has no value");
        }
        switch (name) {
          case "ref" -> ref = agreed("ref", ref, value);
          case "tag" -> tag = value;
          case "branch" -> branch = value;
          case "subdir" -> subdir = agreed("subdir", subdir, value);
          case "checksum", "commit" -> checksum = value;
          case "keep-git-dir" -> keepGitDir = Optional.of(truth(name, value));
          case "submodules" -> submodules = Optional.of(truth(name, value));
          default -> throw mistake("unexpected query \"" + name + "\"");
        }
      }
      if (!tag.isEmpty()) {
        ref = agreed("ref", ref, prefixed("refs/tags/", tag));
      }
      if (!branch.isEmpty()) {
        if (!tag.isEmpty()) {
          throw mistake("branch conflicts with tag");
        }
        ref = agreed("ref", ref, prefixed("refs/heads/", branch));
      }
      if (ref.isEmpty()) {
        ref = checksum;
      }
      return this;
    }

    GitAddress address(String remote, boolean looksLocal) {
      return new GitAddress(
          remote, given(ref), given(subdir), given(checksum), keepGitDir, submodules, looksLocal);
    }

    private static Optional<String> given(String text) {
      return Optional.of(text).filter(some -> !some.isEmpty());
    }

    private static String prefixed(String prefix, String name) {
      return name.startsWith(prefix) ? name : prefix + name;
    }

    private static String agreed(String what, String before, String now) throws BuildFailure {
      if (!before.isEmpty() && !before.equals(now)) {
        throw mistake(what + " conflicts: \"" + before + "\" vs \"" + now + "\"");
      }
      return now;
    }

    /** As Go's {@code strconv.ParseBool} reads it; nothing at all means yes. */
    private static boolean truth(String name, String value) throws BuildFailure {
      return switch (value) {
        case "", "1", "t", "T", "true", "TRUE", "True" -> true;
        case "0", "f", "F", "false", "FALSE", "False" -> false;
        default -> throw mistake("invalid " + name + " value: \"" + value + "\"");
      };
    }

    private static String decoded(String text) throws BuildFailure {
      return PercentCode.decode(text, true)
          .orElseThrow(() -> mistake("invalid URL escape in \"" + text + "\""));
    }

    private static BuildFailure mistake(String sentence) {
      return BuildFailure.user("bad-git-address", sentence);
    }
  }
}
