package dev.brickyard.yard.service;

import dev.brickyard.yard.YardException;
import dev.brickyard.yard.configuration.Secrets;
import dev.brickyard.yard.configuration.ServiceName;
import dev.brickyard.yard.configuration.YardConfiguration;
import dev.brickyard.yard.process.Folders;
import dev.brickyard.yard.process.Launch;
import dev.brickyard.yard.process.ServiceProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * PostgreSQL from the Zonky project's binaries. They refuse to run as root, so root runs them in a
 * user namespace in which it is nobody.
 */
final class PostgresService implements Service {
  private final YardConfiguration configuration;
  private final Secrets secrets;
  private final Path home;
  private final Path program;
  private final Path cluster;

  PostgresService(YardConfiguration configuration, Secrets secrets) {
    this.configuration = configuration;
    this.secrets = secrets;
    this.home = configuration.data().resolve("postgres");
    this.program = home.resolve("program");
    this.cluster = home.resolve("cluster");
  }

  @Override
  public ServiceName name() {
    return ServiceName.POSTGRES;
  }

  @Override
  public Map<String, Integer> ports() {
    return Map.of("postgres", port());
  }

  @Override
  public List<ServiceName> needs() {
    return List.of();
  }

  @Override
  public Launch prepare() throws IOException, YardException, InterruptedException {
    Files.createDirectories(home);
    unpack();
    if (!Files.exists(cluster)) {
      makeCluster();
    }
    // Written by a predecessor that was killed. Its pid may be somebody else's today, which
    // PostgreSQL would take for a running server. The caller knows that ours does not run.
    Files.deleteIfExists(cluster.resolve("postmaster.pid"));
    return new Launch(
        asNobody(
            program.resolve("bin/postgres").toString(),
            "-D",
            cluster.toString(),
            "-p",
            Integer.toString(port()),
            "-c",
            "listen_addresses=" + address(configuration),
            "-c",
            "unix_socket_directories=",
            "-c",
            "max_connections=80",
            "-c",
            "shared_buffers=64MB"),
        Map.of(),
        home);
  }

  @Override
  public Optional<String> ailment() {
    Properties login = new Properties();
    login.setProperty("user", Secrets.DATABASE_USER);
    login.setProperty("password", secrets.databasePassword());
    login.setProperty("connectTimeout", "2");
    login.setProperty("socketTimeout", "5");
    try (Connection connection = DriverManager.getConnection(url(configuration), login);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select 1")) {
      return rows.next() ? Optional.empty() : Optional.of("no answer to a query");
    } catch (SQLException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void stop(ServiceProcess process) throws IOException, InterruptedException {
    // SIGTERM would wait for clients to leave; SIGINT ends their sessions.
    try {
      Tool.run(
          asNobody(
              program.resolve("bin/pg_ctl").toString(),
              "stop",
              "--no-wait",
              "--mode=fast",
              "-D",
              cluster.toString()),
          "");
    } catch (YardException e) {
      process.terminate();
    }
  }

  /** What JDBC clients connect to. */
  static String url(YardConfiguration configuration) {
    return "jdbc:postgresql://"
        + address(configuration)
        + ":"
        + configuration.ports().of(ServiceName.POSTGRES)
        + "/"
        + Secrets.DATABASE_USER;
  }

  private static String address(YardConfiguration configuration) {
    return configuration.network().of(ServiceName.POSTGRES);
  }

  private int port() {
    return configuration.ports().of(ServiceName.POSTGRES);
  }

  private void unpack() throws IOException, YardException, InterruptedException {
    if (Files.exists(program)) {
      return;
    }
    Path archives = configuration.built("deploy/target/yard/postgres");
    Path archive;
    try (Stream<Path> files = Files.list(archives)) {
      archive =
          files
              .filter(file -> file.toString().endsWith(".txz"))
              .findFirst()
              .orElseThrow(() -> new YardException(archives + " holds no archive"));
    }
    Tool.require("xz", "xz-utils");
    Path fresh = home.resolve("program.new");
    Folders.delete(fresh);
    Files.createDirectories(fresh);
    Tool.run(List.of("tar", "-xJf", archive.toString(), "-C", fresh.toString()), "");
    Files.move(fresh, program, StandardCopyOption.ATOMIC_MOVE);
  }

  private void makeCluster() throws IOException, YardException, InterruptedException {
    Path fresh = home.resolve("cluster.new");
    Path password = home.resolve("password");
    Folders.delete(fresh);
    Files.deleteIfExists(password);
    Files.createFile(
        password,
        java.nio.file.attribute.PosixFilePermissions.asFileAttribute(
            java.nio.file.attribute.PosixFilePermissions.fromString("rw-------")));
    try {
      Files.writeString(password, secrets.databasePassword() + "\n");
      Tool.run(
          asNobody(
              program.resolve("bin/initdb").toString(),
              "-D",
              fresh.toString(),
              "--username=" + Secrets.DATABASE_USER,
              "--pwfile=" + password,
              "--auth=scram-sha-256",
              "--encoding=UTF8",
              "--no-locale"),
          "");
    } finally {
      Files.deleteIfExists(password);
    }
    Tool.run(
        asNobody(
            program.resolve("bin/postgres").toString(),
            "--single",
            "-D",
            fresh.toString(),
            "postgres"),
        "CREATE DATABASE " + Secrets.DATABASE_USER + ";\n");
    Files.move(fresh, cluster, StandardCopyOption.ATOMIC_MOVE);
  }

  private static List<String> asNobody(String... command) {
    List<String> all = new ArrayList<>();
    if (System.getProperty("user.name").equals("root")) {
      all.add("unshare");
      all.add("--user");
    }
    all.addAll(List.of(command));
    return all;
  }
}
