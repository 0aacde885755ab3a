package dev.brickyard.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged worker reads the file that the chart mounts and names in its environment. */
class SettingsFileIT {
  @TempDir Path folder;

  @Test
  void aFileNamedInTheEnvironmentCounts() throws Exception {
    Path jar = Path.of("target/quarkus-app/quarkus-run.jar").toAbsolutePath();
    assertThat(jar).as("the packaged worker (mvn package)").exists();
    // A setting that it complains about by its name, and so shows that it has read it.
    Path file =
        Files.writeString(
            folder.resolve("worker.properties"),
            """
            brickyard.worker.registry.mirrors."registry.local\\:5000"=http://127.0.0.1:1
            brickyard.worker.runtime=no-such-program
            """);
    Path log = folder.resolve("log");
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx192m",
                "-XX:TieredStopAtLevel=1",
                "-jar",
                jar.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder
        .environment()
        .putAll(
            Map.of(
                "QUARKUS_CONFIG_LOCATIONS", file.toString(),
                "QUARKUS_HTTP_PORT", "0",
                "BRICKYARD_INTERNAL_TOKEN", "a-token-for-tests",
                "BRICKYARD_WORKER_DATA_DIR", folder.resolve("data").toString(),
                "KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1",
                "BRICKYARD_S3_ENDPOINT", "http://127.0.0.1:1"));
    Process process = builder.start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ends by itself").isTrue();
      assertThat(process.exitValue()).isNotZero();
      assertThat(Files.readString(log)).contains("brickyard.worker.runtime", "no-such-program");
    } finally {
      process.destroyForcibly();
    }
  }
}
