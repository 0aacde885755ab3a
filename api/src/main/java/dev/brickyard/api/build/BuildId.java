package dev.brickyard.api.build;

import dev.brickyard.api.problem.Problem;
import dev.brickyard.api.problem.ProblemException;
import dev.brickyard.api.problem.Suggestions;
import java.util.UUID;
import java.util.regex.Pattern;

/** Reads ids of builds out of requests. */
public final class BuildId {
  private static final Pattern FORM =
      Pattern.compile("[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}");

  private BuildId() {}

  /**
   * Reads an id in its usual 36 characters.
   *
   * @param parameter to blame
   * @throws ProblemException 400 when it has another form
   */
  public static UUID parse(String parameter, String text) {
    if (!FORM.matcher(text).matches()) {
      throw new ProblemException(
          Problem.of(
                  400,
                  "invalid-build-id",
                  "That is no build id",
                  "\""
                      + Suggestions.printable(text)
                      + "\" is no build id: ids look like 0199d0a3-6f2e-7c41-9b1d-3f0e8a2c5d77")
              .blaming(parameter));
    }
    return UUID.fromString(text);
  }
}
