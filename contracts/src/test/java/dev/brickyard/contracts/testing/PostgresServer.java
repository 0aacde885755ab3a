package dev.brickyard.contracts.testing;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * A real PostgreSQL from unpacked binaries, on a free port with its data in a temporary folder;
 * {@link #close} ends it and removes the folder. It does not wait for the disk: data would not
 * survive a power cut, but does survive a kill.
 */
public final class PostgresServer implements AutoCloseable {
  private final EmbeddedPostgres postgres;
  private final Path data;

  private PostgresServer(EmbeddedPostgres postgres, Path data) {
    this.postgres = postgres;
    this.data = data;
  }

  /** Starts a server with an empty database and waits until it answers. */
  public static PostgresServer start() {
    try {
      Path data = Files.createTempDirectory("brickyard-postgres-");
      return new PostgresServer(
          EmbeddedPostgres.builder()
              .setDataDirectory(data.resolve("data"))
              .setCleanDataDirectory(false)
              .setServerConfig("fsync", "off")
              .setServerConfig("synchronous_commit", "off")
              .setServerConfig("full_page_writes", "off")
              .setPGStartupWait(Duration.ofSeconds(60))
              .start(),
          data);
    } catch (IOException e) {
      throw new UncheckedIOException("PostgreSQL did not start", e);
    }
  }

  /** URL of the database, without the user. */
  public String jdbcUrl() {
    return "jdbc:postgresql://127.0.0.1:" + postgres.getPort() + "/postgres";
  }

  /** A superuser. */
  public String username() {
    return "postgres";
  }

  /** Any would do: the server trusts connections from this machine. */
  public String password() {
    return "postgres";
  }

  @Override
  public void close() {
    try {
      postgres.close();
      try (Stream<Path> files = Files.walk(data)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
