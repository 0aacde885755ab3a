package dev.brickyard.cli.context;

import dev.brickyard.engine.context.ContextException;
import dev.brickyard.engine.context.DockerIgnore;
import dev.brickyard.engine.layer.ImagePath;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/**
 * What a {@code .dockerignore} leaves out, as the engine understands it; never the Dockerfile and
 * the ignore files themselves, which the farm needs.
 */
public final class IgnoreFile implements ContextFilter {
  private final DockerIgnore ignore;
  private final List<String> exceptions;
  private final Set<String> always;

  /**
   * Reads the text.
   *
   * @param always paths to send in any case
   * @throws IOException in one sentence, for a malformed pattern
   */
  public IgnoreFile(String text, Set<String> always) throws IOException {
    try {
      this.ignore = DockerIgnore.parse(text);
    } catch (ContextException e) {
      throw new IOException(e.sentence(), e);
    }
    this.exceptions =
        text.lines()
            .map(String::strip)
            .filter(line -> line.startsWith("!"))
            .map(line -> line.substring(1).strip().replaceFirst("^(\\./|/)+", ""))
            .toList();
    this.always = Set.copyOf(always);
  }

  @Override
  public boolean excludes(String path) {
    return !always.contains(path) && !ignore.keeps(ImagePath.normalize(path));
  }

  @Override
  public boolean mayIncludeBelow(String directory) {
    String below = directory + "/";
    return always.stream().anyMatch(path -> path.startsWith(below))
        || exceptions.stream().anyMatch(pattern -> reaches(pattern, below));
  }

  /** Whether the part before the pattern's first wildcard leads to, or into, the directory. */
  private static boolean reaches(String pattern, String below) {
    int wildcard = 0;
    while (wildcard < pattern.length() && "*?[\\".indexOf(pattern.charAt(wildcard)) < 0) {
      wildcard++;
    }
    String literal = pattern.substring(0, wildcard);
    return literal.startsWith(below) || below.startsWith(literal);
  }
}
