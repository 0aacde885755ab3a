package dev.brickyard.cli.progress;

import dev.brickyard.contracts.CheckWarning;
import java.io.PrintStream;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the build checks found, in the words of {@code docker build}. */
public final class CheckReport {
  private CheckReport() {}

  /**
   * All of it, each with the lines it is about: the answer of {@code build --check}.
   *
   * @param file the Dockerfile as the user named it; null for the name the farm knows
   * @param failed true when there is more to say than warnings
   */
  public static void whole(
      List<CheckWarning> warnings, @Nullable String file, boolean failed, PrintStream out) {
    if (warnings.isEmpty()) {
      if (!failed) {
        out.println("Check complete, no warnings found.");
      }
      return;
    }
    out.println(
        warnings.size() == 1
            ? "Check complete, 1 warning has been found!"
            : "Check complete, " + warnings.size() + " warnings have been found!");
    for (CheckWarning warning : warnings) {
      out.println();
      out.println("WARNING: " + clean(warning.rule()) + " - " + clean(warning.url()));
      out.println(clean(warning.detail()));
      Summary.place(
          file == null ? warning.file() : file, warning.line(), null, warning.excerpt(), out);
    }
  }

  /** A line for each, at the end of a build; nothing when there is none. */
  public static void brief(Collection<CheckWarning> warnings, PrintStream out) {
    if (warnings.isEmpty()) {
      return;
    }
    out.println();
    out.println(
        warnings.size() == 1 ? " 1 warning found:" : " " + warnings.size() + " warnings found:");
    warnings.forEach(warning -> out.println(" - " + clean(warning.sentence())));
  }

  private static String clean(String text) {
    return TerminalText.clean(text);
  }
}
