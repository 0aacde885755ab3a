package dev.brickyard.engine.lint;

import dev.brickyard.engine.dockerfile.Suggestion;
import dev.brickyard.engine.image.ImageConfig;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is known at a line of a stage; a stage upon another goes on with what that one ends with.
 */
final class StageState {
  /** Every process has one, whatever the image says; no rule looks at the value. */
  private static final String PATH = "PATH";

  private final Map<String, String> environment;
  private final Set<String> arguments;
  private final boolean unknownBase;
  private final Effort effort;
  private final List<String> triggers = new ArrayList<>();
  private boolean shell;
  private boolean workdir;

  private StageState(
      Map<String, String> environment, Set<String> arguments, boolean unknownBase, Effort effort) {
    this.effort = effort;
    this.environment = new LinkedHashMap<>(environment);
    this.environment.putIfAbsent(PATH, "");
    this.arguments = new LinkedHashSet<>(arguments);
    this.unknownBase = unknownBase;
  }

  /** A stage that begins with nothing. */
  static StageState ofScratch(Effort effort) {
    return new StageState(Map.of(), Set.of(), false, effort);
  }

  /** A stage that begins with an image; empty when its config is not known. */
  static StageState ofImage(Optional<ImageConfig> image, Effort effort) {
    if (image.isEmpty()) {
      return new StageState(Map.of(), Set.of(), true, effort);
    }
    StageState state = new StageState(image.get().config().environment(), Set.of(), false, effort);
    state.shell = !image.get().config().shell().isEmpty();
    return state;
  }

  /** A stage that begins where another ended; its triggers are not inherited. */
  static StageState ofStage(StageState base) throws Effort.ExhaustedException {
    base.effort.spend(base.environment.size() + base.arguments.size());
    StageState state =
        new StageState(base.environment, base.arguments, base.unknownBase, base.effort);
    state.shell = base.shell;
    state.workdir = base.workdir;
    return state;
  }

  /** Variables of ENV, and of ARG as far as they have a value. */
  Map<String, String> environment() {
    return Collections.unmodifiableMap(environment);
  }

  /** ENV, or an ARG with a value. */
  void set(String name, String value) throws Effort.ExhaustedException {
    effort.spend(name.length() + value.length());
    environment.put(name, value);
  }

  /** Whether ARG declared this name, here or in a stage below. */
  boolean declares(String name) {
    return arguments.contains(name);
  }

  void declare(String name) {
    arguments.add(name);
  }

  /** The variable that was probably meant. */
  Optional<String> nearest(String name) throws Effort.ExhaustedException {
    effort.spend(environment.size());
    return Suggestion.nearest(name, environment.keySet());
  }

  /** True when the image may set variables that nobody knows of. */
  boolean unknownBase() {
    return unknownBase;
  }

  /** What ONBUILD left for the stages upon this one. */
  List<String> triggers() {
    return triggers;
  }

  /** Whether a SHELL was set. */
  boolean hasShell() {
    return shell;
  }

  void setShell() {
    shell = true;
  }

  /** Whether the file has set a working directory, absolute or not. */
  boolean hasWorkdir() {
    return workdir;
  }

  void setWorkdir() {
    workdir = true;
  }
}
