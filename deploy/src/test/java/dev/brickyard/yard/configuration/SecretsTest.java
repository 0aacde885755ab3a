package dev.brickyard.yard.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretsTest {
  @TempDir Path data;

  @Test
  void areMadeOnceAndReadableByTheirOwnerOnly() throws Exception {
    Secrets first = Secrets.of(data, new SecureRandom());
    Secrets second = Secrets.of(data, new SecureRandom());
    assertThat(second).isEqualTo(first);
    assertThat(
            Set.of(
                first.databasePassword(),
                first.s3AccessKey(),
                first.s3SecretKey(),
                first.internalToken(),
                first.registrySecret(),
                first.secretsKey()))
        .hasSize(6)
        .allSatisfy(secret -> assertThat(secret).hasSize(48));
    assertThat(Files.getPosixFilePermissions(data.resolve("secrets.properties")))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    assertThat(first.toString()).doesNotContain(first.internalToken());
  }

  @Test
  void anOlderYardGetsTheKeyThatItLacks() throws Exception {
    Secrets made = Secrets.of(data, new SecureRandom());
    Path file = data.resolve("secrets.properties");
    Files.writeString(file, Files.readString(file).replaceAll("secrets\\.key=.*\n", ""));
    Secrets mended = Secrets.of(data, new SecureRandom());
    assertThat(mended.internalToken()).isEqualTo(made.internalToken());
    assertThat(mended.secretsKey()).hasSize(48).isNotEqualTo(made.secretsKey());
    assertThat(Secrets.of(data, new SecureRandom())).isEqualTo(mended);
    assertThat(Files.getPosixFilePermissions(file))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
  }
}
