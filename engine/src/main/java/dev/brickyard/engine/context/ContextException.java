package dev.brickyard.engine.context;

/**
 * A build context that cannot be taken: a stable code and one plain sentence that names the entry
 * to blame. The sender's fault; sending the same again fails the same.
 */
public final class ContextException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String code;

  ContextException(String code, String sentence) {
    super(sentence);
    this.code = code;
  }

  /** Stable, such as {@code context-path-outside}. */
  public String code() {
    return code;
  }

  /** One plain sentence. */
  public String sentence() {
    return String.valueOf(getMessage());
  }

  /** True when a limit struck, not a mistake. */
  public boolean isLimit() {
    return code.startsWith("context-limit-");
  }

  /** An entry's name as it may be shown: printable, and not longer than a line. */
  static String show(String name) {
    StringBuilder out = new StringBuilder("\"");
    name.codePoints()
        .limit(100)
        .forEach(
            c -> {
              if (Character.isISOControl(c)) {
                out.append("\\x%02x".formatted(c));
              } else {
                out.appendCodePoint(c);
              }
            });
    return out.append(name.length() > 100 ? "…\"" : "\"").toString();
  }
}
