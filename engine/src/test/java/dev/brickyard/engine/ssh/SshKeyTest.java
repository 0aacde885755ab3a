package dev.brickyard.engine.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts that are no keys. Those that are: {@link SshAgentIT}. */
class SshKeyTest {
  private static List<SshKey> parse(String text) throws SshKeyException {
    return SshKey.parse(text.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI me",
        "-----BEGIN OPENSSH PRIVATE KEY-----\n!!\n-----END OPENSSH PRIVATE KEY-----",
        "-----BEGIN OPENSSH PRIVATE KEY-----\nYWJj\n-----END OPENSSH PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\nYWJj\n-----END PRIVATE KEY-----",
        "-----BEGIN DSA PRIVATE KEY-----\nYWJj\n-----END DSA PRIVATE KEY-----",
      })
  void areRefusedWithASentence(String text) {
    assertThatThrownBy(() -> parse(text))
        .isInstanceOf(SshKeyException.class)
        .hasMessageNotContainingAny("YWJj", "AAAA");
  }

  @Test
  void nothingElseIsThrownWhateverTheBytes() {
    Random random = new Random(11);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[random.nextInt(200)];
      random.nextBytes(bytes);
      byte[] magic = "openssh-key-v1\0".getBytes(StandardCharsets.US_ASCII);
      System.arraycopy(magic, 0, bytes, 0, Math.min(magic.length, bytes.length));
      String text =
          "-----BEGIN OPENSSH PRIVATE KEY-----\n"
              + Base64.getEncoder().encodeToString(bytes)
              + "\n-----END OPENSSH PRIVATE KEY-----";
      try {
        assertThat(parse(text)).isNotEmpty();
      } catch (SshKeyException e) {
        assertThat(e).hasMessageNotContaining("null");
      }
    }
  }
}
