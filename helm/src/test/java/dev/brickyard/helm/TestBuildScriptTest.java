package dev.brickyard.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script that {@code helm test} runs, with the shell, tar and curl, against a scripted api. */
class TestBuildScriptTest {
  private static final String BUILD =
      """
      {"id":"0198-a","project":"default","state":"%s","tags":["registry.example.com/t:1"],\
      "jobs":[{"id":"0198-b","state":"SUCCEEDED"}]}""";

  @TempDir Path folder;

  private final Queue<String> asked = new ConcurrentLinkedQueue<>();
  private final Deque<String> states = new ArrayDeque<>();
  private String accepted = BUILD.formatted("QUEUED");
  private byte[] context = {};
  private HttpServer api;

  TestBuildScriptTest() throws IOException {
    api = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
  }

  @BeforeEach
  void start() {
    api.createContext(
        "/",
        exchange -> {
          try (exchange) {
            asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
            byte[] body = exchange.getRequestBody().readAllBytes();
            String answer;
            if (exchange.getRequestMethod().equals("POST")) {
              context = body;
              answer = accepted;
            } else if (exchange.getRequestURI().getPath().endsWith("/logs")) {
              answer = "what the step said";
            } else {
              answer = BUILD.formatted(states.size() > 1 ? states.pop() : states.getFirst());
            }
            byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
          }
        });
    api.start();
  }

  @AfterEach
  void stop() {
    api.stop(0);
  }

  private record Outcome(int code, String output) {}

  private Outcome run(String base, int seconds) throws IOException, InterruptedException {
    Path output = folder.resolve("output");
    Process process =
        new ProcessBuilder(
                "sh",
                Chart.SOURCE.resolve("files/test-build.sh").toString(),
                "http://127.0.0.1:" + api.getAddress().getPort(),
                "registry.example.com/t:1",
                base,
                "linux/amd64,linux/arm64",
                Integer.toString(seconds),
                folder.toString())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      return new Outcome(process.exitValue(), Files.readString(output));
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void aBuildThatSucceedsIsWaitedFor() throws Exception {
    states.addAll(List.of("QUEUED", "RUNNING", "SUCCEEDED"));
    Outcome outcome = run("docker.io/library/busybox:stable", 30);

    assertThat(outcome.code()).as(outcome.output()).isZero();
    assertThat(outcome.output()).contains("RUNNING", "The farm builds images.");
    assertThat(asked)
        .first()
        .isEqualTo("POST /v1/builds?tag=registry.example.com/t:1&platform=linux/amd64,linux/arm64");
    assertThat(new String(context, StandardCharsets.ISO_8859_1))
        .contains("Dockerfile", "FROM docker.io/library/busybox:stable", "RUN cat /when.txt");
  }

  @Test
  void withoutABaseNothingIsRunInIt() throws Exception {
    states.add("SUCCEEDED");
    assertThat(run("", 30).code()).isZero();
    assertThat(new String(context, StandardCharsets.ISO_8859_1))
        .contains("FROM scratch")
        .doesNotContain("RUN");
  }

  @Test
  void aBuildThatFailsSaysWhy() throws Exception {
    states.addAll(List.of("RUNNING", "FAILED"));
    Outcome outcome = run("busybox", 30);
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.output()).contains("FAILED", "what the step said");
  }

  @Test
  void aRefusalIsShown() throws Exception {
    accepted = "{\"title\":\"A parameter is missing\"}";
    Outcome outcome = run("busybox", 30);
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.output()).contains("refused", "A parameter is missing");
  }

  @Test
  void aBuildThatDoesNotEndIsNotWaitedForForever() throws Exception {
    states.add("QUEUED");
    Outcome outcome = run("busybox", 1);
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.output()).contains("did not end within 1 s");
  }
}
