package dev.brickyard.engine.ssh;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Makes keys with OpenSSH's own program (package {@code openssh-client}). */
final class SshKeys {
  private SshKeys() {}

  /**
   * Makes a key in a file.
   *
   * @param options of {@code ssh-keygen}, such as {@code -t ed25519}
   */
  static Path make(Path file, String passphrase, String... options)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("ssh-keygen", "-q", "-N", passphrase));
    command.addAll(List.of("-C", "me@here", "-f", file.toString()));
    command.addAll(List.of(options));
    output(new ProcessBuilder(command));
    return file;
  }

  /** What a program says; an error when it fails. */
  static String output(ProcessBuilder builder) throws IOException, InterruptedException {
    Process process = builder.redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(builder.command() + ": " + said);
    }
    return said;
  }
}
