package dev.brickyard.engine.explain;

import dev.brickyard.engine.StepCause;
import dev.brickyard.engine.StepCause.Kind;
import java.util.List;
import java.util.Optional;

/** Two builds of the same Dockerfile beside each other. Safe for use by many threads. */
public final class Comparison {
  private final BuildAnatomy before;
  private final BuildAnatomy now;
  private final Differences differences;

  public Comparison(BuildAnatomy before, BuildAnatomy now) {
    this.before = before;
    this.now = now;
    this.differences = new Differences(before, now);
  }

  /**
   * Why the step has another definition key than in the earlier build.
   *
   * @param stage place in this build's {@link BuildAnatomy#stages}
   * @param step place in the stage
   * @return empty when it has the same key
   */
  public Optional<StepCause> whyOther(int stage, int step) {
    if (before.format() != now.format()) {
      return Optional.of(
          StepCause.of(Kind.FORMAT_CHANGED, "Brickyard makes layers in another way now"));
    }
    BuildAnatomy.Stage here = now.stages().get(stage);
    Optional<BuildAnatomy.Stage> match = earlier(stage);
    if (match.isEmpty()) {
      return Optional.of(
          StepCause.of(
              Kind.INSTRUCTION_ADDED,
              here.name().isEmpty() ? "its stage is new" : "stage " + here.name() + " is new"));
    }
    List<BuildAnatomy.Step> old = match.get().steps();
    Alignment alignment = Alignment.of(old, here.steps());
    int self = alignment.before(step);
    if (self < 0) {
      return Optional.of(StepCause.of(Kind.INSTRUCTION_ADDED, "the instruction is new"));
    }
    if (old.get(self).key().equals(here.steps().get(step).key())) {
      return Optional.empty();
    }
    return differences
        .between(old.get(self), here.steps().get(step))
        .or(() -> before(old, here.steps(), alignment, step, self))
        .or(() -> base(match.get().base(), here.base()))
        .or(
            () ->
                Optional.of(
                    StepCause.of(Kind.STEP_BEFORE_CHANGED, "the order of the steps changed")));
  }

  /** Stages are the same by their names; those without, by their place. */
  private Optional<BuildAnatomy.Stage> earlier(int stage) {
    String name = now.stages().get(stage).name();
    if (!name.isEmpty()) {
      Optional<BuildAnatomy.Stage> same =
          before.stages().stream().filter(s -> s.name().equals(name)).findFirst();
      if (same.isPresent()) {
        return same;
      }
    }
    // From the end: the last stage is the image, however many come before it.
    int place = before.stages().size() - (now.stages().size() - stage);
    return place < 0
        ? Optional.empty()
        : Optional.of(before.stages().get(place))
            .filter(s -> s.name().isEmpty() || name.isEmpty() || isLast(stage));
  }

  private boolean isLast(int stage) {
    return stage == now.stages().size() - 1;
  }

  private Optional<StepCause> before(
      List<BuildAnatomy.Step> old,
      List<BuildAnatomy.Step> here,
      Alignment alignment,
      int step,
      int self) {
    for (int i = 0; i < step; i++) {
      BuildAnatomy.Step earlier = here.get(i);
      int match = alignment.before(i);
      if (match < 0) {
        return Optional.of(
            StepCause.of(Kind.STEP_BEFORE_CHANGED, "step " + earlier.name() + " before it is new"));
      }
      Optional<StepCause> own = differences.between(old.get(match), earlier);
      if (own.isPresent()) {
        return Optional.of(
            new StepCause(
                Kind.STEP_BEFORE_CHANGED,
                "step " + earlier.name() + " before it changed",
                List.of(own.get().sentence())));
      }
    }
    int gone = alignment.firstGone(self);
    return gone < 0
        ? Optional.empty()
        : Optional.of(
            StepCause.of(
                Kind.STEP_BEFORE_CHANGED,
                "a step before it was removed: " + Differences.shortened(old.get(gone).source())));
  }

  private static Optional<StepCause> base(BuildAnatomy.Input before, BuildAnatomy.Input now) {
    if (before.key().equals(now.key())) {
      return Optional.empty();
    }
    if (!before.name().equals(now.name())) {
      return Optional.of(
          StepCause.of(
              now.isImage() ? Kind.BASE_IMAGE_CHANGED : Kind.STAGE_CHANGED,
              "the base is " + now.name() + " instead of " + before.name()));
    }
    return Optional.of(
        now.isImage()
            ? StepCause.of(
                Kind.BASE_IMAGE_CHANGED,
                "base image "
                    + now.name()
                    + " moved from "
                    + before.version()
                    + " to "
                    + now.version())
            : StepCause.of(Kind.STAGE_CHANGED, now.name() + " it starts from changed"));
  }
}
