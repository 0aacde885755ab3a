package dev.brickyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.brickyard.engine.image.Platform;
import dev.brickyard.yard.configuration.ServiceName;
import dev.brickyard.yard.testing.TestYard;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;

/** Tests of the whole farm: one local yard for the test run, spoken to over HTTP. */
@Timeout(300)
abstract class FarmE2e {
  static final ServiceName WORKER = ServiceName.worker(1);

  final TestYard yard = TestYard.shared();
  final ApiClient farm = new ApiClient(yard.api());

  /** Every test may build {@code FROM busybox}, for both platforms. */
  @BeforeAll
  static void pushBase() {
    TestYard.shared().pushBusybox(Platform.LINUX_AMD64, Platform.LINUX_ARM64);
  }

  /** Runs skopeo, which must succeed, and reads the JSON it prints. */
  static JsonNode skopeo(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("skopeo"));
    for (String argument : arguments) {
      command.add(argument);
      if (argument.equals("inspect")) {
        command.add("--tls-verify=false");
      }
    }
    Process process = new ProcessBuilder(command).start();
    byte[] out = process.getInputStream().readAllBytes();
    byte[] err = process.getErrorStream().readAllBytes();
    assertThat(process.waitFor())
        .as("%s: %s", command, new String(err, StandardCharsets.UTF_8))
        .isZero();
    return new ObjectMapper().readTree(out);
  }
}
