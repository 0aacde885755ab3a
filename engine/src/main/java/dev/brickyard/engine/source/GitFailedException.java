package dev.brickyard.engine.source;

import java.util.List;
import java.util.Optional;

/** Git's program did not do what it was asked for. */
final class GitFailedException extends Exception {
  private static final long serialVersionUID = 1L;

  /** The shell's code for a program that is not there. */
  private static final int NOT_FOUND = 127;

  private final int exitCode;
  private final String errors;

  GitFailedException(int exitCode, String errors) {
    super("git ended with code " + exitCode + ": " + errors);
    this.exitCode = exitCode;
    this.errors = errors;
  }

  boolean programMissing() {
    return exitCode == NOT_FOUND;
  }

  /** Whether the server is one that cannot give a part of the history. */
  boolean isAboutDepth() {
    return errors.contains("--depth") || errors.contains("shallow");
  }

  /** Whether the policy was in the way of a connection: curl's words for that answer. */
  boolean wasDenied() {
    return errors.contains("SOCKS5") && errors.contains("(2)");
  }

  /** What it said went wrong, in a line. */
  String reason() {
    List<String> lines = errors.lines().map(String::strip).filter(l -> !l.isEmpty()).toList();
    return lines.stream()
        .filter(line -> line.startsWith("fatal:") || line.startsWith("error:"))
        .reduce((first, second) -> first)
        .or(() -> lines.isEmpty() ? Optional.empty() : Optional.of(lines.getLast()))
        .orElse("git ended with code " + exitCode);
  }
}
