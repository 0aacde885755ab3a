package dev.brickyard.engine.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.brickyard.engine.registry.RegistryException.Code;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;

/** Turns refusals of a registry into sentences. */
final class Answers {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MAX_ERROR_BODY = 16 * 1024;
  private static final int MAX_QUOTED = 300;

  private Answers() {}

  /**
   * The failure an answer to a read stands for.
   *
   * @param what such as an image reference, as the sentence's subject
   */
  static RegistryException pullRefused(
      HttpResponse<InputStream> response, String what, RepositoryLocation location, Code missing) {
    int status = response.statusCode();
    String said = said(response);
    return switch (status) {
      case 404 ->
          new RegistryException(
              missing, "%s was not found in %s".formatted(what, location.registry()));
      case 401, 403 ->
          new RegistryException(
              Code.UNAUTHORIZED,
              "%s does not exist in %s or needs a login that may read it%s"
                  .formatted(what, location.registry(), said));
      default ->
          new RegistryException(
              status >= 500 || status == 429 ? Code.UNAVAILABLE : Code.REFUSED,
              "%s answered %d when asked for %s%s"
                  .formatted(location.registry(), status, what, said));
    };
  }

  /** The failure an answer to a write stands for. */
  static RegistryException pushRefused(
      HttpResponse<InputStream> response, String what, RepositoryLocation location) {
    int status = response.statusCode();
    String said = said(response);
    return switch (status) {
      case 401, 403 ->
          new RegistryException(Code.PUSH_DENIED, "push denied to %s%s".formatted(location, said));
      default ->
          new RegistryException(
              status >= 500 || status == 429 ? Code.UNAVAILABLE : Code.REFUSED,
              "%s answered %d when given %s for %s%s"
                  .formatted(location.registry(), status, what, location.repository(), said));
    };
  }

  /** What the error body says (OCI distribution specification, "Error Codes"), on one line. */
  private static String said(HttpResponse<InputStream> response) {
    try (InputStream body = response.body()) {
      JsonNode error = JSON.readTree(body.readNBytes(MAX_ERROR_BODY)).path("errors").path(0);
      String message = error.path("message").asText("");
      String text = message.isEmpty() ? error.path("code").asText("") : message;
      String line = text.replaceAll("\\p{Cntrl}+", " ").strip();
      if (line.isEmpty()) {
        return "";
      }
      return ": " + (line.length() > MAX_QUOTED ? line.substring(0, MAX_QUOTED) + "…" : line);
    } catch (IOException e) {
      return "";
    }
  }
}
