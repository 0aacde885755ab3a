package dev.brickyard.yard.service;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;

/** Asks a health endpoint of this machine. */
final class Http {
  private static final HttpClient CLIENT =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(2))
          .build();

  private Http() {}

  /** Empty when a GET of the path answers 200; else what happened. */
  static Optional<String> ailment(String address, int port, String path)
      throws InterruptedException {
    URI uri = URI.create("http://" + address + ":" + port + path);
    try {
      HttpResponse<String> response =
          CLIENT.send(
              HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(5)).build(),
              HttpResponse.BodyHandlers.ofString());
      return response.statusCode() == 200
          ? Optional.empty()
          : Optional.of(uri + " answers " + response.statusCode() + ": " + response.body());
    } catch (IOException e) {
      return Optional.of(uri + " does not answer: " + e);
    }
  }
}
