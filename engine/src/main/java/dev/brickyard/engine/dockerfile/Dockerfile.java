package dev.brickyard.engine.dockerfile;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A parsed Dockerfile. Understands the language of BuildKit's Dockerfile front end; expands
 * nothing.
 *
 * @param globals the ARGs before the first FROM
 * @param stages at least one
 * @param warnings what is legal but probably not meant
 */
public record Dockerfile(
    String fileName,
    String text,
    List<Instruction.Arg> globals,
    List<StageDefinition> stages,
    Directives directives,
    List<ParseWarning> warnings) {
  public Dockerfile {
    globals = List.copyOf(globals);
    stages = List.copyOf(stages);
    warnings = List.copyOf(warnings);
  }

  /**
   * Parses a file.
   *
   * @param fileName for messages only
   * @throws DockerfileException when the text is no Dockerfile; nothing else is thrown, whatever
   *     the text
   */
  public static Dockerfile parse(String fileName, String text) throws DockerfileException {
    return DockerfileParser.parse(fileName, text);
  }

  /**
   * Parses one trigger of a base image's {@code OnBuild} list, with the default escape character.
   *
   * @throws DockerfileException when the text is no instruction, or one that cannot be a trigger
   */
  public static Instruction parseTrigger(String trigger) throws DockerfileException {
    return DockerfileParser.parseTrigger(trigger);
  }

  /**
   * The stage a FROM or {@code --from} means.
   *
   * @param reference name in any case, or number
   * @param before only stages with a smaller index count; of two of the same name the later wins
   * @return empty when it is no such stage, so probably an image
   */
  public Optional<StageDefinition> findStage(String reference, int before) {
    String name = reference.toLowerCase(Locale.ROOT);
    for (int i = Math.min(before, stages.size()) - 1; i >= 0; i--) {
      if (stages.get(i).name().filter(name::equals).isPresent()) {
        return Optional.of(stages.get(i));
      }
    }
    for (int i = 0; i < Math.min(before, stages.size()); i++) {
      if (Integer.toString(i).equals(reference)) {
        return Optional.of(stages.get(i));
      }
    }
    return Optional.empty();
  }

  /** The lines around a place of this file, the blamed ones marked with {@code >>>}. */
  public String excerpt(SourceRange range) {
    return Excerpt.of(text, range);
  }
}
