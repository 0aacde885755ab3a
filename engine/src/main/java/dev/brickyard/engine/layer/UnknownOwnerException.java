package dev.brickyard.engine.layer;

/** A user or group name that the image's {@code /etc/passwd} or {@code /etc/group} lacks. */
public final class UnknownOwnerException extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * @param sentence one plain sentence that names it
   */
  public UnknownOwnerException(String sentence) {
    super(sentence);
  }
}
