package dev.brickyard.engine.explain;

import java.util.List;
import java.util.Map;

/**
 * What the keys of one build were made of: enough to say in words how another differs. Holds names
 * and short digests, never the value of an argument, a variable or a file.
 *
 * @param format of the keys: other formats cannot be compared
 * @param arguments build arguments given by the user, by name
 * @param stages in the order they were solved
 */
public record BuildAnatomy(int format, Map<String, String> arguments, List<Stage> stages) {
  public BuildAnatomy {
    arguments = Map.copyOf(arguments);
    stages = List.copyOf(stages);
  }

  /**
   * A stage.
   *
   * @param name empty when it has none
   * @param base what it begins with
   */
  public record Stage(String name, Input base, List<Step> steps) {
    public Stage {
      steps = List.copyOf(steps);
    }
  }

  /**
   * A root filesystem that something reads.
   *
   * @param name {@code debian:12}, {@code stage build} or {@code scratch}
   * @param version digest of the image's manifest; empty for anything else
   * @param key of its content, as far as that is known before anything runs
   */
  public record Input(String name, String version, String key) {
    boolean isImage() {
      return !version.isEmpty();
    }
  }

  /**
   * A step.
   *
   * @param name as people see it
   * @param source the instruction as written
   * @param key its definition key
   * @param parts of the operation, by a name such as {@code command} or {@code env PATH}
   * @param files of the context it reads, by path; not all when there are very many
   * @param inputs other roots it reads
   */
  public record Step(
      String name,
      String source,
      String key,
      Map<String, String> parts,
      Map<String, String> files,
      List<Input> inputs) {
    public Step {
      parts = Map.copyOf(parts);
      files = Map.copyOf(files);
      inputs = List.copyOf(inputs);
    }
  }
}
