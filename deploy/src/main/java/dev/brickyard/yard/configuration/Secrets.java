package dev.brickyard.yard.configuration;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.stream.Collectors;

/**
 * What the parts of one yard prove themselves to each other with; made once, kept in the data
 * folder readable by its owner only.
 *
 * @param databasePassword of PostgreSQL's user {@link #DATABASE_USER}
 * @param internalToken what workers show to the scheduler
 * @param registrySecret with which the registry signs the state of uploads
 * @param secretsKey what seals the secrets that come with builds
 */
public record Secrets(
    String databasePassword,
    String s3AccessKey,
    String s3SecretKey,
    String internalToken,
    String registrySecret,
    String secretsKey) {
  /** The user and the name of the farm's database. */
  public static final String DATABASE_USER = "brickyard";

  private static final String ADDED = "secrets.key";

  private static final List<String> NAMES =
      List.of(
          "database.password",
          "s3.access-key",
          "s3.secret-key",
          "internal-token",
          "registry.secret",
          ADDED);

  /** Reads the data folder's secrets, or makes them when there are none yet. */
  public static Secrets of(Path data, SecureRandom random) throws IOException {
    Path file = data.resolve("secrets.properties");
    if (!Files.exists(file)) {
      Path temporary = Files.createTempFile(data, "secrets", ".new", ownerOnly());
      Files.writeString(
          temporary,
          NAMES.stream()
              .map(name -> name + "=" + fresh(random) + "\n")
              .collect(Collectors.joining()));
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    }
    Properties properties = load(file);
    if (!properties.containsKey(ADDED)) {
      // Of an older release, which made no such key.
      Path temporary = Files.createTempFile(data, "secrets", ".new", ownerOnly());
      Files.writeString(temporary, Files.readString(file) + ADDED + "=" + fresh(random) + "\n");
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
      properties = load(file);
    }
    Properties read = properties;
    List<String> values =
        NAMES.stream()
            .map(
                name ->
                    Objects.requireNonNull(read.getProperty(name), () -> file + " lacks " + name))
            .toList();
    return new Secrets(
        values.get(0), values.get(1), values.get(2), values.get(3), values.get(4), values.get(5));
  }

  private static Properties load(Path file) throws IOException {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      properties.load(reader);
    }
    return properties;
  }

  private static java.nio.file.attribute.FileAttribute<?> ownerOnly() {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  }

  private static String fresh(SecureRandom random) {
    byte[] bytes = new byte[24];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  /** Says nothing of the values, so that no log can. */
  @Override
  public String toString() {
    return "Secrets[…]";
  }
}
