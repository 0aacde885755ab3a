package dev.brickyard.engine.lint;

import dev.brickyard.engine.dockerfile.Dockerfile;
import dev.brickyard.engine.dockerfile.ExpansionException;
import dev.brickyard.engine.dockerfile.Instruction;
import dev.brickyard.engine.dockerfile.Instruction.ArgDefinition;
import dev.brickyard.engine.dockerfile.WordExpansion;
import dev.brickyard.engine.image.Platform;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The variables that FROM can use.
 *
 * @param values of those that have one
 * @param names declared, or there without a declaration
 */
record GlobalArgs(Map<String, String> values, Set<String> names) {
  /**
   * The automatic ones and those before the first FROM.
   *
   * @param buildArgs what the user gave; nothing, to see what the defaults alone come to
   * @throws LintException placed at the ARG whose default cannot be expanded
   */
  static GlobalArgs of(LintRequest request, Map<String, String> buildArgs, Effort effort)
      throws LintException, Effort.ExhaustedException {
    Dockerfile dockerfile = request.dockerfile();
    Map<String, String> values = automatic(request);
    Set<String> names = new LinkedHashSet<>(values.keySet());
    for (Instruction.Arg arg : dockerfile.globals()) {
      for (ArgDefinition definition : arg.definitions()) {
        names.add(definition.name());
        String given = buildArgs.get(definition.name());
        if (given != null) {
          values.put(definition.name(), given);
        } else if (definition.defaultValue().isPresent()) {
          String value = value(dockerfile, arg, definition, values);
          effort.spend(value.length());
          values.put(definition.name(), value);
        }
      }
    }
    return new GlobalArgs(values, names);
  }

  private static String value(
      Dockerfile dockerfile, Instruction.Arg arg, ArgDefinition definition, Map<String, String> env)
      throws LintException {
    try {
      return WordExpansion.expand(
          definition.defaultValue().orElse(""), new Lookups(env), dockerfile.directives().escape());
    } catch (ExpansionException e) {
      throw LintException.of("bad-expansion", e.sentence()).at(dockerfile, arg.range());
    }
  }

  /** Dockerfile reference, "Automatic platform ARGs in the global scope". */
  private static Map<String, String> automatic(LintRequest request) {
    Map<String, String> values = new LinkedHashMap<>();
    put(values, "BUILD", request.buildPlatform());
    put(values, "TARGET", request.platform());
    values.put(
        "TARGETSTAGE",
        request
            .target()
            .or(() -> request.dockerfile().stages().getLast().name())
            .orElse("default"));
    // The user's values win, declared or not.
    for (String name : Set.copyOf(values.keySet())) {
      values.computeIfPresent(name, (n, value) -> request.buildArgs().getOrDefault(n, value));
    }
    return values;
  }

  private static void put(Map<String, String> values, String prefix, Platform platform) {
    values.put(prefix + "PLATFORM", platform.toString());
    values.put(prefix + "OS", platform.os());
    values.put(prefix + "OSVERSION", "");
    values.put(prefix + "ARCH", platform.architecture());
    values.put(prefix + "VARIANT", platform.variant().orElse(""));
  }
}
