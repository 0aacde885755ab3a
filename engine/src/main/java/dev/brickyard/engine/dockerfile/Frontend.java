package dev.brickyard.engine.dockerfile;

import java.util.List;
import java.util.Optional;

/**
 * The program that is to understand a Dockerfile, as its {@code syntax} directive or the build
 * argument {@code BUILDKIT_SYNTAX} names it. There is just one here; it speaks what the image
 * {@code docker/dockerfile} does, whatever version of it is asked for.
 */
public final class Frontend {
  private static final List<String> KNOWN =
      List.of("docker/dockerfile", "docker/dockerfile-upstream");

  private Frontend() {}

  /**
   * What is wrong with asking for a front end.
   *
   * @param syntax an image, maybe followed by a space and its arguments
   * @return one sentence; empty when the image is Docker's Dockerfile front end, of any version and
   *     from any registry, since mirrors of it are common
   */
  public static Optional<String> complaint(String syntax) {
    String image = image(syntax);
    String name = withoutVersion(image);
    boolean known = KNOWN.stream().anyMatch(k -> name.equals(k) || name.endsWith("/" + k));
    return known
        ? Optional.empty()
        : Optional.of(
            "the front end "
                + GoText.quote(image)
                + " is not supported: only the language of docker/dockerfile is");
  }

  /** Says that a version of Docker's front end was asked for and is not looked at. */
  public static String note(String syntax) {
    return "syntax "
        + GoText.shorten(image(syntax))
        + " is not fetched: the language of docker/dockerfile is built in";
  }

  private static String image(String syntax) {
    String trimmed = syntax.strip();
    int space = trimmed.indexOf(' ');
    return space < 0 ? trimmed : trimmed.substring(0, space);
  }

  private static String withoutVersion(String image) {
    int at = image.indexOf('@');
    String name = at < 0 ? image : image.substring(0, at);
    int colon = name.lastIndexOf(':');
    return colon > name.lastIndexOf('/') ? name.substring(0, colon) : name;
  }
}
