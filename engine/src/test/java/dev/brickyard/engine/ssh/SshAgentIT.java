package dev.brickyard.engine.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The agent, used by OpenSSH's own programs. Needs root and openssh-client. */
class SshAgentIT {
  @TempDir Path folder;

  private static ProcessBuilder with(SshAgent agent, String... command) {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("SSH_AUTH_SOCK", agent.socket().toString());
    return builder;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-t ed25519",
        "-t rsa -b 2048",
        "-t rsa -b 2048 -m PEM",
        "-t rsa -b 2048 -m PKCS8",
        "-t ecdsa -b 256",
        "-t ecdsa -b 384",
        "-t ecdsa -b 521",
      })
  void openSshListsTheKeyAndVerifiesWhatItSigned(String options) throws Exception {
    Path file = SshKeys.make(folder.resolve("key"), "", options.split(" "));
    Path publicKey = folder.resolve("key.pub");
    List<SshKey> keys = SshKey.parse(Files.readAllBytes(file));
    try (SshAgent agent = SshAgent.start(keys, 0600, 0, 0)) {
      String listed = SshKeys.output(with(agent, "ssh-add", "-L"));
      assertThat(listed.split(" ")[1]).isEqualTo(Files.readString(publicKey).split(" ")[1].strip());

      Path message = Files.writeString(folder.resolve("message"), "to be signed");
      // Signs with the agent when it is given the public key alone.
      Files.delete(file);
      SshKeys.output(
          with(
              agent,
              "ssh-keygen",
              "-Y",
              "sign",
              "-f",
              publicKey.toString(),
              "-n",
              "test",
              message.toString()));
      Path signers =
          Files.writeString(folder.resolve("signers"), "me " + Files.readString(publicKey));
      String verified =
          SshKeys.output(
              new ProcessBuilder(
                      "ssh-keygen",
                      "-Y",
                      "verify",
                      "-f",
                      signers.toString(),
                      "-I",
                      "me",
                      "-n",
                      "test",
                      "-s",
                      folder.resolve("message.sig").toString())
                  .redirectInput(message.toFile()));
      assertThat(verified).contains("Good \"test\" signature for me");
      // And both hashes of RSA.
      String tested = SshKeys.output(with(agent, "ssh-add", "-T", publicKey.toString()));
      assertThat(tested).doesNotContain("failed");
    }
  }

  @Test
  void holdsSeveralKeysAndAddsOrRemovesNone() throws Exception {
    byte[] one = Files.readAllBytes(SshKeys.make(folder.resolve("one"), "", "-t", "ed25519"));
    byte[] two = Files.readAllBytes(SshKeys.make(folder.resolve("two"), "", "-t", "ecdsa"));
    byte[] both =
        (new String(one, StandardCharsets.UTF_8) + new String(two, StandardCharsets.UTF_8))
            .getBytes(StandardCharsets.UTF_8);
    try (SshAgent agent = SshAgent.start(SshKey.parse(both), 0600, 0, 0)) {
      assertThat(SshKeys.output(with(agent, "ssh-add", "-L")).lines()).hasSize(2);
      assertThatThrownBy(() -> SshKeys.output(with(agent, "ssh-add", "-D")))
          .isInstanceOf(IOException.class);
      assertThatThrownBy(
              () -> SshKeys.output(with(agent, "ssh-add", folder.resolve("one").toString())))
          .isInstanceOf(IOException.class);
      assertThat(SshKeys.output(with(agent, "ssh-add", "-L")).lines()).hasSize(2);
    }
  }

  @Test
  void itsSocketBelongsToWhomItIsFor() throws Exception {
    Path file = SshKeys.make(folder.resolve("key"), "", "-t", "ed25519");
    SshAgent agent = SshAgent.start(SshKey.parse(Files.readAllBytes(file)), 0640, 1234, 4321);
    Path socket = agent.socket();
    assertThat(Files.getAttribute(socket, "unix:uid")).isEqualTo(1234);
    assertThat(Files.getAttribute(socket, "unix:gid")).isEqualTo(4321);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
        .isEqualTo("rw-r-----");
    agent.close();
    assertThat(socket).doesNotExist();
    assertThat(socket.getParent()).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"-t ed25519", "-t rsa -b 2048 -m PEM", "-t rsa -b 2048 -m PKCS8"})
  void aPassphraseIsNamed(String options) throws Exception {
    Path file = SshKeys.make(folder.resolve("key"), "sesame", options.split(" "));
    assertThatThrownBy(() -> SshKey.parse(Files.readAllBytes(file)))
        .isInstanceOf(SshKeyException.class)
        .hasMessageContaining("passphrase");
  }
}
