package dev.brickyard.engine.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
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
    return Refusal.read(response).ofPush(what, location);
  }

  /**
   * A refused write.
   *
   * @param code of the registry's error, such as {@code DIGEST_INVALID}; empty when it gives none
   * @param said what it says, ready to be put behind a sentence
   */
  record Refusal(int status, String code, String said) {
    /** Reads the answer to its end. */
    static Refusal read(HttpResponse<InputStream> response) {
      JsonNode error = error(response);
      return new Refusal(response.statusCode(), error.path("code").asText(""), Answers.said(error));
    }

    /** Whether the registry holds that what came is not what was announced. */
    boolean isOfDigest() {
      return status == 400 && code.equals("DIGEST_INVALID");
    }

    RegistryException ofPush(String what, RepositoryLocation location) {
      return switch (status) {
        case 401, 403 ->
            new RegistryException(
                Code.PUSH_DENIED, "push denied to %s%s".formatted(location, said));
        default ->
            new RegistryException(
                status >= 500 || status == 429 || isOfDigest() ? Code.UNAVAILABLE : Code.REFUSED,
                "%s answered %d when given %s for %s%s"
                    .formatted(location.registry(), status, what, location.repository(), said));
      };
    }
  }

  private static String said(HttpResponse<InputStream> response) {
    return said(error(response));
  }

  /** The first error of the body (OCI distribution specification, "Error Codes"), or nothing. */
  private static JsonNode error(HttpResponse<InputStream> response) {
    try (InputStream body = response.body()) {
      return JSON.readTree(body.readNBytes(MAX_ERROR_BODY)).path("errors").path(0);
    } catch (IOException e) {
      return MissingNode.getInstance();
    }
  }

  /** What the error says, on one line. */
  private static String said(JsonNode error) {
    String message = error.path("message").asText("");
    String text = message.isEmpty() ? error.path("code").asText("") : message;
    String line = text.replaceAll("\\p{Cntrl}+", " ").strip();
    if (line.isEmpty()) {
      return "";
    }
    return ": " + (line.length() > MAX_QUOTED ? line.substring(0, MAX_QUOTED) + "…" : line);
  }
}
