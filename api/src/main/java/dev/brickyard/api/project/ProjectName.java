package dev.brickyard.api.project;

import dev.brickyard.api.problem.Problems;
import java.util.regex.Pattern;

/** The name of a project: also what the engine takes for a cache scope. */
public record ProjectName(String value) {
  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

  /** Reads a name from a request; a wrong one ends it with a problem that blames the parameter. */
  static ProjectName parse(String parameter, String text) {
    if (!FORM.matcher(text).matches()) {
      throw Problems.invalidParameter(
          parameter,
          "a project's name has up to 128 letters, digits, \".\", \"_\" and \"-\", and begins with a"
              + " letter or digit");
    }
    return new ProjectName(text);
  }
}
