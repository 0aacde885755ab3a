package dev.brickyard.cli;

import dev.brickyard.cli.client.FormPart;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads {@code --secret} and {@code --ssh} as {@code docker build} takes them. */
final class SecretOptions {
  /** As BuildKit bounds a secret. */
  private static final int MAX_BYTES = 500 * 1024;

  private SecretOptions() {}

  /**
   * Gets the secrets from where they are.
   *
   * @param secrets {@code [type=file|env,]id=ID[,src=FILE|,env=NAME]}
   * @param sshKeys {@code ID=FILE[,FILE]}
   * @param environment this program's variables; null for one that is not set
   * @throws IOException with a sentence for people, when one is not there or not well written
   */
  static List<FormPart> read(
      List<String> secrets, List<String> sshKeys, Function<String, @Nullable String> environment)
      throws IOException {
    List<FormPart> parts = new ArrayList<>();
    for (String secret : secrets) {
      parts.add(secret(secret, environment));
    }
    for (String keys : sshKeys) {
      parts.add(ssh(keys));
    }
    return parts;
  }

  private static FormPart secret(String text, Function<String, @Nullable String> environment)
      throws IOException {
    String id = "";
    String type = "";
    String file = "";
    String variable = "";
    for (String field : text.split(",", -1)) {
      int equals = field.indexOf('=');
      if (equals < 0) {
        throw new IOException("invalid field '" + field + "' must be a key=value pair");
      }
      String value = field.substring(equals + 1);
      String key = field.substring(0, equals).toLowerCase(Locale.ROOT);
      switch (key) {
        case "type" -> {
          if (!value.equals("file") && !value.equals("env")) {
            throw new IOException("unsupported secret type \"" + value + "\"");
          }
          type = value;
        }
        case "id" -> id = value;
        case "source", "src" -> file = value;
        case "env" -> variable = value;
        default -> throw new IOException("unexpected key '" + key + "' in '" + field + "'");
      }
    }
    if (type.equals("env") && variable.isEmpty()) {
      variable = file;
      file = "";
    }
    if (id.isEmpty()) {
      throw new IOException("secret \"" + text + "\" has no id");
    }
    if (file.isEmpty() && variable.isEmpty()) {
      // As Docker: the variable of that name, else the file.
      if (environment.apply(id) == null) {
        file = id;
      } else {
        variable = id;
      }
    }
    if (!variable.isEmpty()) {
      String value = environment.apply(variable);
      if (value == null) {
        throw new IOException("secret " + id + ": the variable " + variable + " is not set");
      }
      return part("secret.", id, value.getBytes(StandardCharsets.UTF_8));
    }
    return part("secret.", id, content("secret " + id, file));
  }

  private static FormPart ssh(String text) throws IOException {
    int equals = text.indexOf('=');
    if (equals <= 0 || equals == text.length() - 1) {
      throw new IOException(
          "--ssh "
              + text
              + ": name the private key, as in --ssh default=~/.ssh/id_ed25519: the farm cannot"
              + " reach an agent on this machine");
    }
    String id = text.substring(0, equals);
    ByteArrayOutputStream keys = new ByteArrayOutputStream();
    for (String file : text.substring(equals + 1).split(",", -1)) {
      keys.writeBytes(content("SSH key " + id, file));
      keys.write('\n');
    }
    return part("ssh.", id, keys.toByteArray());
  }

  private static byte[] content(String what, String file) throws IOException {
    String home = System.getProperty("user.home", "");
    Path path = Path.of(file.startsWith("~/") ? home + file.substring(1) : file);
    try {
      if (!Files.isReadable(path) || Files.isDirectory(path)) {
        throw new IOException(what + ": " + file + " is no file that can be read");
      }
      byte[] content = Files.readAllBytes(path);
      if (content.length > MAX_BYTES) {
        throw new IOException(what + " is larger than " + (MAX_BYTES >> 10) + " KiB");
      }
      return content;
    } catch (NoSuchFileException e) {
      throw new IOException(what + ": " + file + " is not there", e);
    }
  }

  private static FormPart part(String kind, String id, byte[] value) throws IOException {
    try {
      return new FormPart(kind + id, value);
    } catch (IllegalArgumentException e) {
      throw new IOException("\"" + id + "\" is no id that a Dockerfile could name", e);
    }
  }
}
