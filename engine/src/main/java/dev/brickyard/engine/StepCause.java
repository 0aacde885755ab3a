package dev.brickyard.engine;

import java.util.List;
import java.util.Locale;

/**
 * Why a step was found in the cache, or was not, in words.
 *
 * @param sentence short, without a full stop: {@code file src/app.py changed}
 * @param details everything that is to say, the sentence's reason included when there are several;
 *     at most {@link #MOST_DETAILS}
 */
public record StepCause(Kind kind, String sentence, List<String> details) {
  /** More would be a list nobody reads. */
  public static final int MOST_DETAILS = 50;

  public StepCause {
    details = List.copyOf(details.subList(0, Math.min(MOST_DETAILS, details.size())));
  }

  /** A reason that one sentence tells whole. */
  public static StepCause of(Kind kind, String sentence) {
    return new StepCause(kind, sentence, List.of());
  }

  /** What a step met in the cache. */
  public enum Verdict {
    HIT,
    MISS,
    /** Nobody asked for its result. */
    UNUSED
  }

  /** The reasons. */
  public enum Kind {
    /** It and everything before it is as in an earlier build. */
    SAME_DEFINITION(Verdict.HIT),
    /** Something before it ran anew, and came to the same. */
    SAME_CONTENT(Verdict.HIT),
    /** Another build did it at the same time. */
    DONE_ELSEWHERE(Verdict.HIT),
    /** The image did not need it. */
    NOT_NEEDED(Verdict.UNUSED),
    CACHE_OFF(Verdict.MISS),
    /** There is nothing to compare with. */
    NO_EARLIER_BUILD(Verdict.MISS),
    INSTRUCTION_ADDED(Verdict.MISS),
    INSTRUCTION_CHANGED(Verdict.MISS),
    FILES_CHANGED(Verdict.MISS),
    ARGUMENT_CHANGED(Verdict.MISS),
    ENVIRONMENT_CHANGED(Verdict.MISS),
    /** User, working directory, platform, network or time stamps. */
    SETTING_CHANGED(Verdict.MISS),
    MOUNT_CHANGED(Verdict.MISS),
    BASE_IMAGE_CHANGED(Verdict.MISS),
    /** A step of the same stage before it. */
    STEP_BEFORE_CHANGED(Verdict.MISS),
    /** A stage it starts or reads from. */
    STAGE_CHANGED(Verdict.MISS),
    /** It was in the cache once. */
    RESULT_REMOVED(Verdict.MISS),
    /** The cache knows the result, but the store has lost its layer. */
    LAYER_LOST(Verdict.MISS),
    /** Brickyard's own way of making layers changed. */
    FORMAT_CHANGED(Verdict.MISS);

    private final Verdict verdict;

    Kind(Verdict verdict) {
      this.verdict = verdict;
    }

    public Verdict verdict() {
      return verdict;
    }

    /** The name machines use, such as {@code files-changed}. */
    public String code() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }
}
