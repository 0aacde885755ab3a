package dev.brickyard.engine.dockerfile;

import java.util.List;

/** What RUN, CMD, ENTRYPOINT and HEALTHCHECK execute, in one of its forms. */
public sealed interface CommandLine {
  /** Text for the shell in force ({@code SHELL}, by default {@code /bin/sh -c}). */
  record ShellForm(String text) implements CommandLine {}

  /** A JSON array: executed as it is, without a shell. May be empty for CMD and ENTRYPOINT. */
  record ExecForm(List<String> arguments) implements CommandLine {
    public ExecForm {
      arguments = List.copyOf(arguments);
    }
  }

  /**
   * A here-document of RUN that starts with {@code #!}: written to an executable file outside of
   * the image's layers, which is then executed without a shell.
   *
   * @param name of the file: the here-document's delimiter
   */
  record Script(String name, String content) implements CommandLine {}
}
