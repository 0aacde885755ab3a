package dev.brickyard.engine.context;

import dev.brickyard.engine.context.PatternList.Match;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.engine.layer.LayerIndex;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
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
  public static final DockerIgnore NONE = new DockerIgnore(new PatternList(List.of()));

  /** Every pattern is tried on every path of a context. */
  private static final int MAX_PATTERNS = 5000;

  private static final int MAX_LENGTH = 4096;

  private final PatternList patterns;

  private DockerIgnore(PatternList patterns) {
    this.patterns = patterns;
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
    List<PathPattern> patterns = new ArrayList<>();
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
        pattern = PatternList.clean(pattern);
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
      patterns.add(PathPattern.parse(exception ? "!" + pattern : pattern));
    }
    return new DockerIgnore(new PatternList(patterns));
  }

  /** False when the path itself is left out; a directory left out may still hold kept files. */
  public boolean keeps(ImagePath path) {
    return !match(path).matched();
  }

  private record Directory(ImagePath path, Match match) {}

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
      Match match =
          !open.isEmpty() && open.getLast().path().equals(path.parent()) && !path.isRoot()
              ? patterns.match(path.value(), open.getLast().match())
              : match(path);
      if (entry.isDirectory()) {
        open.addLast(new Directory(path, match));
      }
      if (!match.matched()) {
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

  /** The match of the path, found from the top down. */
  private Match match(ImagePath path) {
    return path.isRoot() ? patterns.root() : patterns.match(path.value(), match(path.parent()));
  }
}
