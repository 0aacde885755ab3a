package dev.brickyard.engine.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The logins in a Docker {@code config.json}: its {@code auths}, written by {@code docker login} or
 * by hand. Credential helpers are other programs, and are not asked.
 */
public final class DockerCredentialFile implements RegistryCredentials {
  /** What an identity token's user is called, in Docker's credential stores too. */
  private static final String IDENTITY_TOKEN_USER = "<token>";

  private final Map<String, Credential> byRegistry;

  private DockerCredentialFile(Map<String, Credential> byRegistry) {
    this.byRegistry = Map.copyOf(byRegistry);
  }

  /**
   * Reads the file.
   *
   * @throws IOException when it cannot be read or is no JSON; never with a password in the message
   */
  public static DockerCredentialFile read(Path file) throws IOException {
    JsonNode root;
    try {
      root = new ObjectMapper().readTree(Files.readAllBytes(file));
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      // Without the cause: it quotes the text around the error.
      throw new IOException(file + " is no JSON: error in line " + e.getLocation().getLineNr());
    }
    Map<String, Credential> credentials = new HashMap<>();
    for (Map.Entry<String, JsonNode> entry : root.path("auths").properties()) {
      Optional<Credential> credential = credential(entry.getValue());
      // The plain name wins over an address such as https://host/v1/.
      if (credential.isPresent() && isPlain(entry.getKey())) {
        credentials.put(registry(entry.getKey()), credential.get());
      } else if (credential.isPresent()) {
        credentials.putIfAbsent(registry(entry.getKey()), credential.get());
      }
    }
    return new DockerCredentialFile(credentials);
  }

  private static boolean isPlain(String name) {
    return name.indexOf('/') < 0;
  }

  /** {@code https://index.docker.io/v1/} is {@code docker.io}; other addresses are their host. */
  private static String registry(String name) {
    String host =
        name.toLowerCase(Locale.ROOT).replaceFirst("^https?://", "").replaceFirst("/.*$", "");
    return switch (host) {
      case "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com" -> "docker.io";
      default -> host;
    };
  }

  private static Optional<Credential> credential(JsonNode entry) {
    String identity = entry.path("identitytoken").asText("");
    if (!identity.isEmpty()) {
      return Optional.of(new Credential(IDENTITY_TOKEN_USER, identity));
    }
    String username = entry.path("username").asText("");
    String password = entry.path("password").asText("");
    if (!username.isEmpty() && !password.isEmpty()) {
      return Optional.of(new Credential(username, password));
    }
    try {
      String login =
          new String(
              Base64.getDecoder().decode(entry.path("auth").asText("").strip()),
              StandardCharsets.UTF_8);
      int colon = login.indexOf(':');
      // Docker pads old entries with NULs.
      return colon <= 0
          ? Optional.empty()
          : Optional.of(
              new Credential(
                  login.substring(0, colon), login.substring(colon + 1).replace("\0", "")));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  @Override
  public Optional<Credential> find(String registry) {
    return Optional.ofNullable(byRegistry.get(registry(registry)));
  }
}
