package dev.brickyard.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.Test;

final class TestRegistryIT {
  @Test
  void answersAndLeavesNothingBehind() throws Exception {
    TestRegistry registry = TestRegistry.start();
    Path data = registry.data();
    try (registry) {
      assertThat(ping(registry, "")).isEqualTo(200);
      assertThat(data).exists();
    }
    assertThat(data.getParent()).doesNotExist();
  }

  @Test
  void wantsThePassword() throws Exception {
    try (TestRegistry registry = TestRegistry.startWithPassword()) {
      assertThat(ping(registry, "")).isEqualTo(401);
      assertThat(ping(registry, TestRegistry.USERNAME + ":wrong")).isEqualTo(401);
      assertThat(ping(registry, TestRegistry.USERNAME + ":" + TestRegistry.PASSWORD))
          .isEqualTo(200);
    }
  }

  private static int ping(TestRegistry registry, String login)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://" + registry.host() + "/v2/"));
    if (!login.isEmpty()) {
      String basic = Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8));
      request.header("Authorization", "Basic " + basic);
    }
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
    }
  }
}
