package dev.brickyard.api.problem;

import java.util.List;

/** The problems that more than one resource knows. */
public final class Problems {
  private Problems() {}

  /** A parameter that cannot be understood: 400. */
  public static ProblemException invalidParameter(String parameter, String detail) {
    return new ProblemException(
        Problem.of(400, "invalid-parameter", "A parameter cannot be understood", detail)
            .blaming(parameter));
  }

  /** A parameter there is none of: 400, with the nearest known names. */
  public static ProblemException unknownParameter(String parameter, List<String> known) {
    List<String> near = Suggestions.near(parameter, known);
    String hint =
        near.isEmpty()
            ? "known are " + String.join(", ", known)
            : "did you mean \"" + near.getFirst() + "\"?";
    return new ProblemException(
        Problem.of(
                400,
                "unknown-parameter",
                "There is no such parameter",
                "\"" + Suggestions.printable(parameter) + "\" is no parameter here; " + hint)
            .blaming(parameter)
            .suggesting(near.isEmpty() ? known : near));
  }

  /** A build there is none of: 404. */
  public static ProblemException noSuchBuild(Object id) {
    return new ProblemException(
        Problem.of(404, "no-such-build", "There is no such build", "there is no build " + id));
  }

  /** Something this service needs cannot be reached: 503. */
  public static ProblemException unavailable(String what, Throwable cause) {
    return new ProblemException(
        Problem.of(
            503,
            "unavailable",
            "A part of the farm is not available",
            what + " cannot be reached at the moment; try again"),
        cause);
  }
}
