package dev.brickyard.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.contracts.SecretSeal.BrokenSealException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Secrets at rest. */
class SecretSealTest {
  private static final SecretSeal SEAL = SecretSeal.of("a-key-of-the-tests-0123456789abcdef");
  private static final UUID BUILD = UUID.fromString("00000000-0000-0000-0000-000000000001");
  private static final byte[] VALUE = "hunter22\0\u00fc".getBytes(StandardCharsets.UTF_8);

  private static byte[] sealed() {
    return SEAL.seal(
        BUILD,
        List.of(
            new BuildSecret(BuildSecret.Kind.SECRET, "token", VALUE),
            new BuildSecret(BuildSecret.Kind.SSH, "default", new byte[] {1})),
        new SecureRandom());
  }

  @Test
  void whatIsSealedCanBeOpenedByItsKeyForItsBuild() throws Exception {
    List<BuildSecret> opened = SEAL.open(BUILD, sealed());
    assertThat(opened).hasSize(2);
    assertThat(opened.getFirst().kind()).isEqualTo(BuildSecret.Kind.SECRET);
    assertThat(opened.getFirst().id()).isEqualTo("token");
    assertThat(opened.getFirst().value()).isEqualTo(VALUE);
    assertThat(opened.getLast().kind()).isEqualTo(BuildSecret.Kind.SSH);
  }

  @Test
  void sealedItShowsNothingAndNeverLooksTheSame() {
    String shown = new String(sealed(), StandardCharsets.ISO_8859_1);
    assertThat(shown).doesNotContain("hunter22", "token", "default");
    assertThat(sealed()).isNotEqualTo(sealed());
    assertThat(new BuildSecret(BuildSecret.Kind.SECRET, "token", VALUE).toString())
        .isEqualTo("BuildSecret[SECRET, token, …]");
  }

  @Test
  void anotherBuildKeyOrContentBreaksIt() {
    assertThatThrownBy(() -> SEAL.open(UUID.randomUUID(), sealed()))
        .isInstanceOf(BrokenSealException.class);
    SecretSeal other = SecretSeal.of("another-key-of-the-tests-0123456789");
    assertThatThrownBy(() -> other.open(BUILD, sealed()))
        .isInstanceOf(BrokenSealException.class)
        .hasMessageContaining("another brickyard.secrets.key");
    byte[] whole = sealed();
    for (int i = 0; i < whole.length; i++) {
      byte[] changed = whole.clone();
      changed[i] ^= 1;
      assertThatThrownBy(() -> SEAL.open(BUILD, changed)).isInstanceOf(BrokenSealException.class);
    }
    assertThatThrownBy(() -> SEAL.open(BUILD, new byte[3])).isInstanceOf(BrokenSealException.class);
  }

  @Test
  void aShortKeyIsNone() {
    assertThatThrownBy(() -> SecretSeal.of("short"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("brickyard.secrets.key")
        .hasMessageNotContaining("short:");
  }
}
