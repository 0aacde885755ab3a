package dev.brickyard.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

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

/** The packaged scheduler as the chart's Job runs it, and as its pods run after that. */
class MigrateAndExitIT {
  @TempDir Path folder;

  @Test
  void onlyTheJobMigratesAndItNeedsNothingButTheDatabase() throws Exception {
    try (PostgresServer database = PostgresServer.start()) {
      assertThat(exitCode(database, Map.of("QUARKUS_FLYWAY_MIGRATE_AT_START", "false")))
          .as("a start without tables: %s", log())
          .isNotZero();
      assertThat(schemas(database)).isZero();

      assertThat(exitCode(database, Map.of("QUARKUS_INIT_AND_EXIT", "true")))
          .as("the migration: %s", log())
          .isZero();
      assertThat(publishedViews(database)).isPositive();

      assertThat(exitCode(database, Map.of("QUARKUS_INIT_AND_EXIT", "true")))
          .as("another one, with nothing to do: %s", log())
          .isZero();
    }
  }

  private int exitCode(PostgresServer database, Map<String, String> more)
      throws IOException, InterruptedException {
    Path jar = Path.of("target/quarkus-app/quarkus-run.jar").toAbsolutePath();
    assertThat(jar).as("the packaged scheduler (mvn package)").exists();
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
                "QUARKUS_DATASOURCE_JDBC_URL", database.jdbcUrl(),
                "QUARKUS_DATASOURCE_USERNAME", database.username(),
                "QUARKUS_DATASOURCE_PASSWORD", database.password(),
                "QUARKUS_HTTP_PORT", "0",
                "BRICKYARD_INTERNAL_TOKEN", "a-token-for-tests",
                // Nobody is there.
                "KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1",
                "BRICKYARD_S3_ENDPOINT", "http://127.0.0.1:1"));
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

  private static long schemas(PostgresServer database) throws SQLException {
    return count(database, "select count(*) from pg_namespace where nspname = 'scheduler'");
  }

  private static long publishedViews(PostgresServer database) throws SQLException {
    return count(
        database,
        "select count(*) from pg_views where schemaname = 'scheduler'"
            + " and viewname = 'job_published'");
  }

  private static long count(PostgresServer database, String query) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(
                database.jdbcUrl(), database.username(), database.password());
        Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery(query)) {
      assertThat(found.next()).isTrue();
      return found.getLong(1);
    }
  }
}
