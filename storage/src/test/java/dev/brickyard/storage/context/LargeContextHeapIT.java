package dev.brickyard.storage.context;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.storage.testing.S3Server;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LargeContextHeapIT {
  private static final int FILES = 8;

  @Test
  void contextFourTimesTheHeapPasses() throws Exception {
    try (S3Server server = S3Server.start()) {
      Process child =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx64m",
                  "-cp",
                  System.getProperty("java.class.path"),
                  "dev.brickyard.storage.context.ReceiveLargeContext",
                  server.endpoint().toString(),
                  server.accessKey(),
                  server.secretKey(),
                  "large",
                  Integer.toString(FILES))
              .redirectErrorStream(true)
              .start();
      try {
        String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(said).contains("received " + ((long) FILES << 25));
      } finally {
        child.destroyForcibly().waitFor();
      }
    }
  }
}
