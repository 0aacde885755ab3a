package dev.brickyard.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.cli.client.FormPart;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code --secret} and {@code --ssh}. */
class SecretOptionsTest {
  @TempDir Path folder;

  private static List<FormPart> secret(String text) throws IOException {
    return SecretOptions.read(List.of(text), List.of(), Map.of("TOKEN", "from-env")::get);
  }

  private static String text(FormPart part) {
    return new String(part.value(), StandardCharsets.UTF_8);
  }

  @Test
  void comeFromFilesAndVariables() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "from a file\n");
    for (String option :
        List.of("id=x,src=" + file, "type=file,source=" + file + ",id=x", "ID=x,SRC=" + file)) {
      FormPart part = secret(option).getFirst();
      assertThat(part.name()).isEqualTo("secret.x");
      assertThat(text(part)).isEqualTo("from a file\n");
    }
    assertThat(text(secret("id=x,env=TOKEN").getFirst())).isEqualTo("from-env");
    assertThat(text(secret("type=env,id=x,src=TOKEN").getFirst())).isEqualTo("from-env");
    assertThat(text(secret("id=TOKEN").getFirst())).isEqualTo("from-env");
    assertThat(text(secret("id=" + file).getFirst())).isEqualTo("from a file\n");
    assertThat(secret("id=TOKEN").toString()).doesNotContain("from-env");
  }

  @Test
  void keysOfAnAgentAreSentTogether() throws Exception {
    Path one = Files.writeString(folder.resolve("one"), "ONE");
    Path two = Files.writeString(folder.resolve("two"), "TWO");
    FormPart part =
        SecretOptions.read(List.of(), List.of("git=" + one + "," + two), name -> null).getFirst();
    assertThat(part.name()).isEqualTo("ssh.git");
    assertThat(text(part)).isEqualTo("ONE\nTWO\n");
    assertThatThrownBy(() -> SecretOptions.read(List.of(), List.of("default"), name -> null))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("default=~/.ssh/id_ed25519");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x",
        "src=/etc/hostname",
        "id=x,src=/no/such",
        "id=x,env=NOT_SET",
        "id=x,type=what,src=/",
        "id=x,wrong=1",
        "id=x,src=/",
        "id=a\"b,env=TOKEN",
      })
  void mistakesAreNamed(String option) {
    assertThatThrownBy(() -> secret(option)).isInstanceOf(IOException.class);
  }
}
