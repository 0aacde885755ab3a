package dev.brickyard.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.brickyard.engine.registry.RegistryCredentials.Credential;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DockerCredentialFileTest {
  @TempDir private Path folder;

  @Test
  void readsEveryWayDockerWritesALogin() throws IOException {
    DockerCredentialFile file =
        read(
            """
            {"auths": {
               "https://index.docker.io/v1/": {"auth": "YW5uYTpwYTpzcw=="},
               "ghcr.io": {"username": "bob", "password": "secret"},
               "127.0.0.1:5000": {"auth": "Y2FybDpw"},
               "registry.example": {"identitytoken": "idtok", "auth": "eDp5"},
               "helper.example": {},
               "broken.example": {"auth": "%%%"}},
             "credsStore": "desktop"}
            """);

    assertThat(file.find("docker.io")).contains(new Credential("anna", "pa:ss"));
    assertThat(file.find("ghcr.io")).contains(new Credential("bob", "secret"));
    assertThat(file.find("127.0.0.1:5000")).contains(new Credential("carl", "p"));
    assertThat(file.find("registry.example")).contains(new Credential("<token>", "idtok"));
    assertThat(file.find("helper.example")).isEmpty();
    assertThat(file.find("broken.example")).isEmpty();
    assertThat(file.find("127.0.0.1:5001")).isEmpty();
    assertThat(file.find("evil-ghcr.io")).isEmpty();
  }

  @Test
  void aBrokenFileIsNamedButNotQuoted() {
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> read("{\"auths\": {\"a\": {\"password\": \"hunter2\" oops"))
        .withMessageContaining("config.json is no JSON")
        .withNoCause()
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("hunter2"));
  }

  private DockerCredentialFile read(String json) throws IOException {
    return DockerCredentialFile.read(Files.writeString(folder.resolve("config.json"), json));
  }
}
