package dev.brickyard.engine.runtime;

import org.jspecify.annotations.Nullable;

/** A container could not be run. */
public final class RuntimeFailure extends Exception {
  private static final long serialVersionUID = 1L;

  /** Whose failure it was. */
  public enum Reason {
    /** The command does not exist in the root filesystem or cannot be executed. */
    COMMAND_NOT_FOUND,
    /** The machine or the runtime is at fault. */
    MACHINE
  }

  private final Reason reason;

  /**
   * @param sentence one plain sentence that names the cause
   */
  public RuntimeFailure(Reason reason, String sentence, @Nullable Throwable cause) {
    super(sentence, cause);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
