package dev.brickyard.scheduler.claim;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.brickyard.contracts.RegistryCredential;
import dev.brickyard.scheduler.SchedulerConfiguration;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * The logins at registries, from a file as {@code docker login} writes it: {@code
 * {"auths":{"registry":{"auth":"base64 of user:password"}}}}. Read again when the file changes;
 * while it is unreadable, the last good content counts. Credential helpers named in it are not run.
 */
@Singleton
class RegistryCredentials {
  private static final Logger LOG = Logger.getLogger(RegistryCredentials.class);
  private static final JsonMapper MAPPER = new JsonMapper();

  private final Optional<Path> file;
  private FileTime read = FileTime.fromMillis(Long.MIN_VALUE);
  private List<RegistryCredential> credentials = List.of();

  @Inject
  RegistryCredentials(SchedulerConfiguration configuration) {
    this(configuration.registry().credentialsFile());
  }

  RegistryCredentials(Optional<Path> file) {
    this.file = file;
  }

  /** All logins there are. */
  synchronized List<RegistryCredential> all() {
    file.ifPresent(this::refresh);
    return credentials;
  }

  private void refresh(Path path) {
    try {
      FileTime modified = Files.getLastModifiedTime(path);
      if (!modified.equals(read)) {
        credentials = parse(Files.readString(path));
        read = modified;
        LOG.infof("%d registry logins read from %s", credentials.size(), path);
      }
    } catch (IOException | IllegalArgumentException e) {
      // Not the message: a parser's may quote the secret.
      LOG.errorf(
          "the registry logins in %s cannot be read: %s", path, e.getClass().getSimpleName());
    }
  }

  private static List<RegistryCredential> parse(String json) throws IOException {
    List<RegistryCredential> found = new ArrayList<>();
    for (Map.Entry<String, JsonNode> login : MAPPER.readTree(json).path("auths").properties()) {
      JsonNode entry = login.getValue();
      String user = entry.path("username").asText("");
      String password = entry.path("password").asText("");
      String both = entry.path("auth").asText("");
      if (!both.isEmpty()) {
        String decoded = new String(Base64.getDecoder().decode(both), StandardCharsets.UTF_8);
        int colon = decoded.indexOf(':');
        if (colon < 0) {
          throw new IllegalArgumentException("a login without a colon");
        }
        user = decoded.substring(0, colon);
        password = decoded.substring(colon + 1);
      }
      if (!user.isEmpty()) {
        found.add(new RegistryCredential(registry(login.getKey()), user, password));
      }
    }
    return List.copyOf(found);
  }

  /** Docker writes Docker Hub as a URL, and some tools all others too. */
  private static String registry(String key) {
    String host = key.replaceFirst("^https?://", "").replaceFirst("/.*$", "");
    return host.equals("index.docker.io") ? "docker.io" : host;
  }
}
