package dev.brickyard.engine.lint;

import dev.brickyard.engine.dockerfile.Dockerfile;
import dev.brickyard.engine.dockerfile.SourceRange;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which rules count: the {@code check} directive of a Dockerfile, the build argument that replaces
 * it, or a {@code # check=} comment before one instruction.
 *
 * @param skipped ids of rules that do not count
 * @param experimental ids of rules that count though they are experimental
 * @param failing true when a broken rule fails the build
 */
public record LintOptions(
    boolean skipsAll,
    Set<String> skipped,
    boolean experimentalAll,
    Set<String> experimental,
    boolean failing) {
  /** The build argument that replaces the directive. */
  public static final String ARGUMENT = "BUILDKIT_DOCKERFILE_CHECK";

  /** What holds when nothing is said. */
  public static final LintOptions DEFAULT =
      new LintOptions(false, Set.of(), false, Set.of(), false);

  private static final Set<String> TRUE = Set.of("1", "t", "T", "TRUE", "true", "True");
  private static final Set<String> FALSE = Set.of("0", "f", "F", "FALSE", "false", "False");
  private static final int MAX_PARTS = 3;

  public LintOptions {
    skipped = Set.copyOf(skipped);
    experimental = Set.copyOf(experimental);
  }

  /**
   * The options of one build: the build argument if there is one, else the file's directive.
   *
   * @throws LintException code {@code bad-check-option}; placed when the file is to blame
   */
  public static LintOptions of(Dockerfile dockerfile, Map<String, String> buildArgs)
      throws LintException {
    String argument = buildArgs.get(ARGUMENT);
    if (argument != null) {
      try {
        return parse(argument);
      } catch (IllegalArgumentException e) {
        throw bad("failed to parse build-arg:" + ARGUMENT, e);
      }
    }
    Optional<String> directive = dockerfile.directives().check();
    if (directive.isEmpty()) {
      return DEFAULT;
    }
    try {
      return parse(firstWord(directive.get()));
    } catch (IllegalArgumentException e) {
      LintException failure = bad("failed to parse check options", e);
      OptionalInt line = Comments.directiveLine(dockerfile.text(), "check");
      if (line.isEmpty()) {
        throw failure;
      }
      SourceRange range = SourceRange.lines(line.getAsInt(), line.getAsInt());
      throw failure.at(dockerfile, range);
    }
  }

  private static LintException bad(String what, IllegalArgumentException reason) {
    return LintException.of("bad-check-option", what + ": " + reason.getMessage());
  }

  /** A directive's value ends at its first space. */
  static String firstWord(String value) {
    int space = value.indexOf(' ');
    return space < 0 ? value : value.substring(0, space);
  }

  /**
   * Reads {@code skip=a,b;experimental=c;error=true}, each part optional.
   *
   * @throws IllegalArgumentException in BuildKit's words
   */
  static LintOptions parse(String text) {
    String trimmed = text.strip();
    if (trimmed.isEmpty()) {
      return DEFAULT;
    }
    LintOptions options = DEFAULT;
    // A third semicolon belongs to the third part: BuildKit splits so.
    for (String part : trimmed.split(";", MAX_PARTS)) {
      int equals = part.indexOf('=');
      if (equals < 0) {
        throw new IllegalArgumentException("invalid check option " + Quote.of(part));
      }
      String name = part.substring(0, equals).strip();
      String value = part.substring(equals + 1).strip();
      options =
          switch (name) {
            case "skip" ->
                value.equals("all")
                    ? options.with(true, options.skipped)
                    : options.with(options.skipsAll, ids(value));
            case "experimental" ->
                value.equals("all")
                    ? options.withExperimental(true, options.experimental)
                    : options.withExperimental(options.experimentalAll, ids(value));
            case "error" -> options.withFailing(bool(part, value));
            default -> throw new IllegalArgumentException("invalid check option " + Quote.of(name));
          };
    }
    return options;
  }

  private static Set<String> ids(String list) {
    return Arrays.stream(list.split(",", -1)).map(String::strip).collect(Collectors.toSet());
  }

  private static boolean bool(String part, String value) {
    if (TRUE.contains(value)) {
      return true;
    }
    if (FALSE.contains(value)) {
      return false;
    }
    throw new IllegalArgumentException(
        "failed to parse check option %s: strconv.ParseBool: parsing %s: invalid syntax"
            .formatted(Quote.of(part), Quote.of(value)));
  }

  private LintOptions with(boolean skipsAll, Set<String> skipped) {
    return new LintOptions(skipsAll, skipped, experimentalAll, experimental, failing);
  }

  private LintOptions withExperimental(boolean all, Set<String> ids) {
    return new LintOptions(skipsAll, skipped, all, ids, failing);
  }

  private LintOptions withFailing(boolean failing) {
    return new LintOptions(skipsAll, skipped, experimentalAll, experimental, failing);
  }

  /** True when a rule counts here, and {@code there}, the options of a comment, do not skip it. */
  boolean counts(Rule rule, LintOptions there) {
    if (rule.isExperimental()) {
      return experimentalAll
          || experimental.contains(rule.id())
          || there.experimentalAll
          || there.experimental.contains(rule.id());
    }
    return !skipsAll
        && !skipped.contains(rule.id())
        && !there.skipsAll
        && !there.skipped.contains(rule.id());
  }
}
