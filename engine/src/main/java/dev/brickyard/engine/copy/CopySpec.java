package dev.brickyard.engine.copy;

import java.util.List;
import java.util.Optional;

/**
 * What a COPY or ADD asks for, after expansion.
 *
 * @param sources paths or patterns, as written
 * @param inline files written in the Dockerfile itself, as here-documents
 * @param destination absolute; a trailing slash says that it is a directory
 * @param chown {@code user[:group]} that owns what is created; empty keeps the source's owner
 * @param mode of what is created; empty keeps the source's
 * @param unpack ADD: local tar archives are unpacked
 * @param link the layer must not depend on what is below it
 * @param parents sources keep the directories they were written with, from {@code /./} on
 * @param exclude patterns of what to leave out of directories, relative to the source they are in
 */
public record CopySpec(
    List<String> sources,
    List<InlineFile> inline,
    String destination,
    Optional<String> chown,
    Optional<ModeChange> mode,
    boolean unpack,
    boolean link,
    boolean parents,
    List<String> exclude) {
  public CopySpec {
    sources = List.copyOf(sources);
    inline = List.copyOf(inline);
    exclude = List.copyOf(exclude);
    if (!destination.startsWith("/")) {
      throw new IllegalArgumentException("destination \"" + destination + "\" is not absolute");
    }
  }

  /** A file written in the Dockerfile. */
  public record InlineFile(String name, String content) {}
}
