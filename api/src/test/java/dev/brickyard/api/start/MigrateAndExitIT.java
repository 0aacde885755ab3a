package dev.brickyard.api.start;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.api.testing.FarmResource;
import dev.brickyard.contracts.testing.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged api as the chart's Job runs it, and as its pods run after that. */
class MigrateAndExitIT {
  @TempDir Path folder;

  @Test
  void onlyTheJobMigratesAndItNeedsNothingButTheDatabase() throws Exception {
    try (PostgresServer database = PostgresServer.start()) {
      assertThat(exitCode(database, Map.of("QUARKUS_FLYWAY_MIGRATE_AT_START", "false")))
          .as("a start without tables: %s", log())
          .isNotZero();
      assertThat(submissionTables(database)).isZero();

      assertThat(
              exitCode(
                  database,
                  Map.of("QUARKUS_INIT_AND_EXIT", "true", "BRICKYARD_START_PATIENCE", "1S")))
          .as("a migration before the scheduler's: %s", log())
          .isNotZero();

      FarmResource.createViews(database);
      assertThat(exitCode(database, Map.of("QUARKUS_INIT_AND_EXIT", "true")))
          .as("the migration: %s", log())
          .isZero();
      assertThat(submissionTables(database)).isPositive();
    }
  }

  private int exitCode(PostgresServer database, Map<String, String> more)
      throws IOException, InterruptedException {
    Path jar = Path.of("target/quarkus-app/quarkus-run.jar").toAbsolutePath();
    assertThat(jar).as("the packaged api (mvn package)").exists();
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx192m",
                "-XX:TieredStopAtLevel=1",
                "-jar",
                jar.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile());
    builder
        .environment()
        .putAll(
            Map.of(
                "QUARKUS_DATASOURCE_JDBC_URL",
                database.jdbcUrl(),
                "QUARKUS_DATASOURCE_USERNAME",
                database.username(),
                "QUARKUS_DATASOURCE_PASSWORD",
                database.password(),
                "QUARKUS_HTTP_PORT",
                "0",
                // Nobody is there.
                "KAFKA_BOOTSTRAP_SERVERS",
                "127.0.0.1:1",
                "BRICKYARD_S3_ENDPOINT",
                "http://127.0.0.1:1"));
    builder.environment().putAll(more);
    Process process = builder.start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ends by itself: %s", log()).isTrue();
      return process.exitValue();
    } finally {
      process.destroyForcibly();
    }
  }

  private String log() throws IOException {
    Path log = folder.resolve("log");
    return Files.exists(log) ? Files.readString(log) : "";
  }

  private static long submissionTables(PostgresServer database) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(
                database.jdbcUrl(), database.username(), database.password());
        Statement statement = connection.createStatement();
        ResultSet found =
            statement.executeQuery(
                "select count(*) from pg_tables where schemaname = 'api'"
                    + " and tablename = 'submission'")) {
      assertThat(found.next()).isTrue();
      return found.getLong(1);
    }
  }
}
