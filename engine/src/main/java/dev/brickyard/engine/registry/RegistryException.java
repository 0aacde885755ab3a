package dev.brickyard.engine.registry;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.FailureKind;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A registry did not do what was asked; the message is one plain sentence naming what and where.
 */
public final class RegistryException extends IOException {
  private static final long serialVersionUID = 1L;

  /** What went wrong: a stable text, and whose failure it is. */
  public enum Code {
    /** The registry has no such repository, tag or digest. */
    IMAGE_NOT_FOUND("image-not-found", FailureKind.USER),
    /** The image exists, but not for the platform. */
    PLATFORM_NOT_FOUND("platform-not-found", FailureKind.USER),
    /** What was found is no container image this farm can use. */
    UNSUPPORTED_IMAGE("unsupported-image", FailureKind.USER),
    /** The registry wants other credentials, or says nothing to strangers. */
    UNAUTHORIZED("registry-unauthorized", FailureKind.USER),
    /** The credentials may not push there. */
    PUSH_DENIED("push-denied", FailureKind.USER),
    /** The registry refused what was sent to it. */
    REFUSED("registry-refused", FailureKind.USER),
    /** The registry could not be reached, after every attempt. */
    UNREACHABLE("registry-unreachable", FailureKind.FARM),
    /** The registry was overloaded or broken, after every attempt. */
    UNAVAILABLE("registry-unavailable", FailureKind.FARM),
    /** A manifest names a blob that the registry does not have. */
    BLOB_NOT_FOUND("registry-blob-missing", FailureKind.FARM),
    /** Content did not have the digest or size it was asked by. */
    CORRUPT("registry-content-corrupt", FailureKind.FARM),
    /** The content to push could not be read. */
    SOURCE_FAILED("push-source-failed", FailureKind.FARM);

    private final String text;
    private final FailureKind kind;

    Code(String text, FailureKind kind) {
      this.text = text;
      this.kind = kind;
    }

    /** Lower case with hyphens, such as {@code image-not-found}. */
    public String text() {
      return text;
    }

    /** Whose failure it is: decides whether the build is tried again. */
    public FailureKind kind() {
      return kind;
    }
  }

  private final Code code;

  RegistryException(Code code, String sentence) {
    this(code, sentence, null);
  }

  RegistryException(Code code, String sentence, @Nullable Throwable cause) {
    super(sentence, cause);
    this.code = code;
  }

  public Code code() {
    return code;
  }

  /** One plain sentence. */
  public String sentence() {
    return String.valueOf(getMessage());
  }

  /** The same as the failure of a build. */
  public BuildFailure toBuildFailure() {
    return switch (code.kind()) {
      case USER -> BuildFailure.user(code.text(), sentence());
      case FARM -> BuildFailure.farm(code.text(), sentence(), this);
      case LIMIT -> BuildFailure.limit(code.text(), sentence());
    };
  }
}
