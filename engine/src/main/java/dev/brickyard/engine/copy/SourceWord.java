package dev.brickyard.engine.copy;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.context.ContextException;
import dev.brickyard.engine.context.PathPattern;
import dev.brickyard.engine.context.PatternList;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.engine.layer.RootIndex;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * One source of a COPY, taken apart: where the copy starts, and with {@code --parents} what of the
 * tree that begins there is wanted. Follows BuildKit's {@code convert_copy} and the wildcards of
 * {@code fsutil/copy}.
 *
 * @param start a path or pattern
 * @param include what is copied of the directories {@code start} names; empty for everything
 * @param required must exist, since nothing of the word is a pattern
 */
record SourceWord(String start, Optional<PatternList> include, Optional<ImagePath> required) {
  /** What divides the part of a source that is left away from the part that is kept. */
  private static final String PIVOT = "/./";

  /**
   * Reads a source as it was written.
   *
   * @throws BuildFailure code {@code bad-pattern} for a malformed one
   */
  static SourceWord of(String written, boolean parents) throws BuildFailure {
    if (!parents) {
      return new SourceWord(written, Optional.empty(), Optional.empty());
    }
    int pivot = written.indexOf(PIVOT);
    String start = pivot < 0 ? "/" : written.substring(0, pivot);
    String pattern = pivot < 0 ? written : written.substring(pivot + PIVOT.length());
    boolean plain = !PathPattern.isGlob(start) && !PathPattern.isGlob(pattern);
    return new SourceWord(
        start,
        Optional.of(patterns(List.of(ImagePath.normalize(pattern).value()))),
        plain ? Optional.of(ImagePath.normalize(start + "/" + pattern)) : Optional.empty());
  }

  /** Reads patterns of {@code --exclude}. */
  static PatternList patterns(List<String> written) throws BuildFailure {
    try {
      return PatternList.of(written);
    } catch (ContextException e) {
      throw BuildFailure.user("bad-pattern", e.sentence());
    }
  }

  /**
   * The paths where the copy starts. A pattern may name none, as in BuildKit; a path is given back
   * whether it is there or not.
   *
   * @throws BuildFailure code {@code copy-source-missing} when the directory a pattern begins in is
   *     missing, {@code bad-pattern} for a malformed one
   */
  List<ImagePath> expand(RootIndex root) throws BuildFailure {
    List<String> fixed = new ArrayList<>();
    List<String> names = new ArrayList<>(ImagePath.normalize(start).names());
    while (!names.isEmpty() && !PathPattern.isGlob(names.getFirst())) {
      fixed.add(names.removeFirst());
    }
    ImagePath base = ImagePath.normalize(String.join("/", fixed));
    if (names.isEmpty()) {
      return List.of(base);
    }
    PathPattern glob;
    try {
      glob = PathPattern.glob(String.join("/", names));
    } catch (ContextException e) {
      throw BuildFailure.user("bad-pattern", e.sentence());
    }
    ImagePath real = resolve(root, base);
    if (root.find(real).isEmpty()) {
      throw missingBelow(base);
    }
    // Only a class can match a slash; without one the pattern says how deep it looks.
    boolean anyDepth = names.stream().anyMatch(name -> name.contains("["));
    return matching(root, real, glob, anyDepth ? Integer.MAX_VALUE : names.size());
  }

  private static List<ImagePath> matching(
      RootIndex root, ImagePath base, PathPattern glob, int depth) {
    int above = base.names().size();
    int prefix = base.isRoot() ? 0 : base.value().length() + 1;
    List<ImagePath> found = new ArrayList<>();
    Deque<LayerEntry> next = new ArrayDeque<>(root.children(base));
    while (!next.isEmpty()) {
      LayerEntry entry = next.pop();
      ImagePath path = entry.path();
      if (glob.matches(path.value().substring(prefix))) {
        found.add(path);
      } else if (entry.isDirectory() && path.names().size() - above < depth) {
        root.children(path).reversed().forEach(next::push);
      }
    }
    return found;
  }

  /** In the words of the system call that BuildKit makes. */
  static BuildFailure missingBelow(ImagePath path) {
    return BuildFailure.user(
        "copy-source-missing", "lstat " + path.absolute() + ": no such file or directory");
  }

  /** The only reason why a path of an index cannot be resolved is a loop of links. */
  static ImagePath resolve(RootIndex root, ImagePath path) throws BuildFailure {
    try {
      return root.resolve(path);
    } catch (IOException e) {
      throw tooManyLinks(path);
    }
  }

  static BuildFailure tooManyLinks(ImagePath path) {
    return BuildFailure.user(
        "too-many-links", path.absolute() + " has too many levels of symbolic links");
  }
}
