package dev.brickyard.scheduler.claim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.contracts.RegistryCredential;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistryCredentialsTest {
  @TempDir Path folder;

  private static String auth(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void readsWhatDockerLoginWrites() throws Exception {
    Path file = folder.resolve("config.json");
    Files.writeString(
        file,
        """
        {"auths": {
          "https://index.docker.io/v1/": {"auth": "%s"},
          "registry.test:5000": {"username": "you", "password": "p"},
          "helper.test": {}
        }, "credsStore": "desktop"}
        """
            .formatted(auth("me:with:colon")));
    assertThat(new RegistryCredentials(Optional.of(file)).all())
        .containsExactlyInAnyOrder(
            new RegistryCredential("docker.io", "me", "with:colon"),
            new RegistryCredential("registry.test:5000", "you", "p"));
  }

  @Test
  void aChangeIsSeenAndABrokenFileKeepsTheLastGoodOnes() throws Exception {
    Path file = folder.resolve("config.json");
    Files.writeString(file, "{\"auths\":{\"r\":{\"username\":\"a\",\"password\":\"1\"}}}");
    RegistryCredentials credentials = new RegistryCredentials(Optional.of(file));
    assertThat(credentials.all()).hasSize(1);
    Files.writeString(file, "{\"auths\":{\"r\":{\"auth\":\"!!\"}}}");
    Files.setLastModifiedTime(file, FileTime.fromMillis(1000));
    assertThat(credentials.all()).containsExactly(new RegistryCredential("r", "a", "1"));
    Files.delete(file);
    assertThat(credentials.all()).hasSize(1);
    Files.writeString(file, "{\"auths\":{\"r\":{\"username\":\"b\",\"password\":\"2\"}}}");
    Files.setLastModifiedTime(file, FileTime.fromMillis(2000));
    assertThat(credentials.all()).containsExactly(new RegistryCredential("r", "b", "2"));
  }

  @Test
  void noFileMeansNoLogins() {
    assertThat(new RegistryCredentials(Optional.empty()).all()).isEmpty();
  }
}
