package dev.brickyard.engine.graph;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.BuildRequest;
import dev.brickyard.engine.dockerfile.Dockerfile;
import dev.brickyard.engine.dockerfile.ExpansionException;
import dev.brickyard.engine.dockerfile.Instruction;
import dev.brickyard.engine.dockerfile.StageDefinition;
import dev.brickyard.engine.dockerfile.WordExpansion;
import dev.brickyard.engine.image.Platform;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The arguments in force before the first FROM: those of the platforms and the file's own
 * (Dockerfile reference, "Automatic platform ARGs in the global scope").
 *
 * @param given by the user, and the time of the sources when the request says it elsewhere
 * @param values what FROM sees and what an ARG of a stage without a default takes
 * @param epoch what every new time stamp becomes, when that is asked for
 */
record GlobalArgs(Map<String, String> given, Map<String, String> values, Optional<Instant> epoch) {
  private static final String EPOCH = "SOURCE_DATE_EPOCH";

  GlobalArgs {
    given = Map.copyOf(given);
    values = Map.copyOf(values);
  }

  /**
   * Settles them.
   *
   * @param machine what the build runs on
   * @throws BuildFailure placed where an ARG is to blame
   */
  static GlobalArgs of(Dockerfile dockerfile, BuildRequest request, Platform machine)
      throws BuildFailure {
    Map<String, String> given = new LinkedHashMap<>(request.buildArgs());
    request
        .sourceDateEpoch()
        .ifPresent(epoch -> given.put(EPOCH, Long.toString(epoch.getEpochSecond())));
    Map<String, String> values = automatic(request, machine, dockerfile.stages());
    values.replaceAll((name, value) -> given.getOrDefault(name, value));
    for (Instruction.Arg arg : dockerfile.globals()) {
      for (Instruction.ArgDefinition definition : arg.definitions()) {
        String chosen = given.get(definition.name());
        if (chosen == null && definition.defaultValue().isPresent()) {
          chosen = expand(definition.defaultValue().get(), values, dockerfile, arg);
        }
        if (chosen != null) {
          values.put(definition.name(), chosen);
        }
      }
    }
    Optional<Instant> epoch = epoch(given.getOrDefault(EPOCH, values.getOrDefault(EPOCH, "")));
    return new GlobalArgs(given, values, epoch);
  }

  Optional<String> value(String name) {
    return Optional.ofNullable(values.get(name));
  }

  private static Map<String, String> automatic(
      BuildRequest request, Platform machine, List<StageDefinition> stages) {
    Map<String, String> args = new LinkedHashMap<>();
    put(args, "BUILD", machine);
    put(args, "TARGET", request.platform());
    args.put("TARGETSTAGE", request.target().or(() -> stages.getLast().name()).orElse("default"));
    return args;
  }

  private static void put(Map<String, String> args, String prefix, Platform platform) {
    args.put(prefix + "PLATFORM", platform.toString());
    args.put(prefix + "OS", platform.os());
    args.put(prefix + "OSVERSION", "");
    args.put(prefix + "ARCH", platform.architecture());
    args.put(prefix + "VARIANT", platform.variant().orElse(""));
  }

  private static String expand(
      String word, Map<String, String> values, Dockerfile dockerfile, Instruction.Arg arg)
      throws BuildFailure {
    try {
      return WordExpansion.expand(
          word, name -> Optional.ofNullable(values.get(name)), dockerfile.directives().escape());
    } catch (ExpansionException e) {
      throw new Faults(dockerfile).user("bad-expansion", e.sentence(), arg.range());
    }
  }

  private static Optional<Instant> epoch(String seconds) throws BuildFailure {
    if (seconds.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(Instant.ofEpochSecond(Long.parseLong(seconds)));
    } catch (NumberFormatException | DateTimeException e) {
      throw BuildFailure.user(
          "source-date-epoch-invalid",
          "invalid SOURCE_DATE_EPOCH: " + seconds + " is no number of seconds since 1970");
    }
  }

  /**
   * The arguments the user gave and nothing asks for, sorted; not those that speak to the builder.
   *
   * @param declared by the stages that were built, triggers included
   */
  List<String> unused(Dockerfile dockerfile, Set<String> declared) {
    Set<String> known = new HashSet<>(declared);
    known.addAll(values.keySet());
    known.add(EPOCH);
    dockerfile.globals().forEach(arg -> names(arg, known));
    for (StageDefinition stage : dockerfile.stages()) {
      for (Instruction instruction : stage.instructions()) {
        if (instruction instanceof Instruction.Arg arg) {
          names(arg, known);
        }
      }
    }
    return given.keySet().stream()
        .filter(name -> !known.contains(name))
        .filter(name -> !StageScope.isProxy(name) && !name.startsWith("BUILDKIT_"))
        .sorted()
        .toList();
  }

  private static void names(Instruction.Arg arg, Set<String> into) {
    arg.definitions().forEach(definition -> into.add(definition.name()));
  }
}
