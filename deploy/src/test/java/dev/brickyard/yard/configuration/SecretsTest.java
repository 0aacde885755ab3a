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
                first.registrySecret()))
        .hasSize(5)
        .allSatisfy(secret -> assertThat(secret).hasSize(48));
    assertThat(Files.getPosixFilePermissions(data.resolve("secrets.properties")))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    assertThat(first.toString()).doesNotContain(first.internalToken());
  }
}
