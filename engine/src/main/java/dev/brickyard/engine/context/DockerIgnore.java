package dev.brickyard.engine.context;

import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.engine.layer.LayerIndex;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A {@code .dockerignore}: which paths of a context a build does not see. Behaves as moby's
 * patternmatcher: the last pattern that matches a path or a directory above it decides; {@code !}
 * brings paths back, also out of directories that are left out.
 */
public final class DockerIgnore {
  /** The file that holds when there is none for the Dockerfile. */
  public static final ImagePath FILE = new ImagePath(".dockerignore");

  /** Keeps everything. */
  public static final DockerIgnore NONE = new DockerIgnore(List.of());

  /** Every pattern is tried on every path of a context. */
  private static final int MAX_PATTERNS = 5000;

  private static final int MAX_LENGTH = 4096;

  /** Patterns that match every name of the root. */
  private static final Set<String> WHOLE_CONTEXT = Set.of("*", "**", "**/*");

  private final List<IgnorePattern> patterns;

  private DockerIgnore(List<IgnorePattern> patterns) {
    this.patterns = List.copyOf(patterns);
  }

  /** The file that belongs to one Dockerfile, and wins over {@link #FILE} when it is there. */
  public static ImagePath fileFor(String dockerfileName) {
    return ImagePath.normalize(dockerfileName + ".dockerignore");
  }

  /**
   * Reads the file's text: a pattern a line, {@code #} at the very start of a line for comments.
   *
   * @throws ContextException with code {@code dockerignore-invalid} for a malformed pattern, or
   *     {@code context-limit-dockerignore} for more than {@value #MAX_PATTERNS} of them
   */
  public static DockerIgnore parse(String text) throws ContextException {
    List<IgnorePattern> patterns = new ArrayList<>();
    String withoutMark = text.startsWith("\uFEFF") ? text.substring(1) : text;
    for (String line : withoutMark.split("\n", -1)) {
      String pattern = line.strip();
      if (line.startsWith("#") || pattern.isEmpty()) {
        continue;
      }
      boolean exception = pattern.startsWith("!");
      if (exception) {
        pattern = pattern.substring(1).strip();
      }
      if (!pattern.isEmpty()) {
        pattern = clean(pattern);
        if (pattern.length() > 1 && pattern.startsWith("/")) {
          pattern = pattern.substring(1);
        }
      }
      if (patterns.size() == MAX_PATTERNS || pattern.length() > MAX_LENGTH) {
        throw new ContextException(
            "context-limit-dockerignore",
            "the .dockerignore has more than %d patterns, or one of more than %d characters"
                .formatted(MAX_PATTERNS, MAX_LENGTH));
      }
      patterns.add(IgnorePattern.parse(exception ? "!" + pattern : pattern));
    }
    return new DockerIgnore(patterns);
  }

  /** False when the path itself is left out; a directory left out may still hold kept files. */
  public boolean keeps(ImagePath path) {
    return keeps(matched(path));
  }

  /**
   * The path that a source of COPY means, when the patterns leave it out for certain: BuildKit's
   * check {@code CopyIgnoredFile}. Nothing is certain when some patterns bring paths back. The
   * context's root counts only where a pattern leaves out all of it; wildcards of the source are
   * compared as they are written.
   *
   * @return empty when it is not left out, as far as that can be told
   */
  public Optional<String> leftOutSource(String source) {
    if (patterns.stream().anyMatch(IgnorePattern::isException)) {
      return Optional.empty();
    }
    String path = clean(source);
    if (path.equals(".") || path.equals("/")) {
      return patterns.stream().anyMatch(pattern -> WHOLE_CONTEXT.contains(pattern.toString()))
          ? Optional.of(path)
          : Optional.empty();
    }
    for (int end = path.length(); end >= 0; end = path.lastIndexOf('/', end - 1)) {
      String at = path.substring(0, end);
      if (patterns.stream().anyMatch(pattern -> pattern.matches(at))) {
        return Optional.of(path);
      }
    }
    return Optional.empty();
  }

  /** Never compared, never shared: the array is only carried. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Directory(ImagePath path, boolean[] matched) {}

  /** The index without what is left out. Directories above a kept path stay. */
  public LayerIndex apply(LayerIndex index) {
    if (patterns.isEmpty()) {
      return index;
    }
    // An index is sorted, so the directories above an entry are the last ones seen.
    Deque<Directory> open = new ArrayDeque<>();
    Set<ImagePath> kept = new HashSet<>();
    for (LayerEntry entry : index.entries()) {
      ImagePath path = entry.path();
      while (!open.isEmpty() && !open.getLast().path().contains(path)) {
        open.removeLast();
      }
      boolean[] matched =
          !open.isEmpty() && open.getLast().path().equals(path.parent())
              ? matched(path, open.getLast().matched())
              : matched(path);
      if (entry.isDirectory()) {
        open.addLast(new Directory(path, matched));
      }
      if (keeps(matched)) {
        for (ImagePath at = path; !at.isRoot() && kept.add(at); ) {
          at = at.parent();
        }
      }
    }
    Deque<LayerEntry> entries = new ArrayDeque<>();
    for (LayerEntry entry : index.entries()) {
      if (entry.path().isRoot() || kept.contains(entry.path())) {
        entries.add(entry);
      }
    }
    return new LayerIndex(new ArrayList<>(entries), index.inlined());
  }

  /** Which patterns match the path or a directory above it, found from the top down. */
  private boolean[] matched(ImagePath path) {
    boolean[] above =
        path.isRoot() || path.parent().isRoot()
            ? new boolean[patterns.size()]
            : matched(path.parent());
    return path.isRoot() ? above : matched(path, above);
  }

  /**
   * The same, with the result for the directory above. A pattern that could not change anything at
   * a directory does not count as matching it, for what is below either: moby's own quirk.
   */
  private boolean[] matched(ImagePath path, boolean[] above) {
    boolean[] matched = new boolean[above.length];
    boolean ignored = false;
    for (int i = 0; i < matched.length; i++) {
      IgnorePattern pattern = patterns.get(i);
      matched[i] = above[i] || (pattern.isException() == ignored && pattern.matches(path.value()));
      if (matched[i]) {
        ignored = !pattern.isException();
      }
    }
    return matched;
  }

  private boolean keeps(boolean[] matched) {
    boolean ignored = false;
    for (int i = 0; i < matched.length; i++) {
      if (matched[i]) {
        ignored = !patterns.get(i).isException();
      }
    }
    return !ignored;
  }

  /** Go's {@code filepath.Clean}. */
  private static String clean(String path) {
    boolean rooted = path.startsWith("/");
    Deque<String> names = new ArrayDeque<>();
    for (String name : path.split("/", -1)) {
      if (name.equals("..")) {
        if (!names.isEmpty() && !names.getLast().equals("..")) {
          names.removeLast();
        } else if (!rooted) {
          names.addLast(name);
        }
      } else if (!name.isEmpty() && !name.equals(".")) {
        names.addLast(name);
      }
    }
    String joined = String.join("/", names);
    return rooted ? "/" + joined : joined.isEmpty() ? "." : joined;
  }
}
