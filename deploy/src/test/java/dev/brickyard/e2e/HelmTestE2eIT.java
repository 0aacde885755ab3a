package dev.brickyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code helm test} runs in a pod, run here against a real farm. */
class HelmTestE2eIT extends FarmE2e {
  private static final Path SCRIPT = Path.of("../helm/brickyard/files/test-build.sh");

  @TempDir Path folder;

  private final String tag = yard.registry() + "/helm-test/" + UUID.randomUUID() + ":1";

  @Test
  void theChartsTestBuildsAnImageForEveryPlatform() throws Exception {
    assertThat(run("busybox", "linux/amd64,linux/arm64")).as(output()).isZero();
    assertThat(output()).contains("SUCCEEDED", "The farm builds images.");
    assertThat(skopeo("inspect", "--raw", "docker://" + tag).get("manifests")).hasSize(2);
  }

  @Test
  void itFailsWithTheLogOfABuildThatFails() throws Exception {
    assertThat(run("busybox:there-is-no-such-tag", "linux/amd64")).isEqualTo(1);
    assertThat(output()).contains("FAILED", "there-is-no-such-tag");
  }

  private int run(String base, String platforms) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                "sh",
                SCRIPT.toString(),
                yard.api().toString().replaceAll("/$", ""),
                tag,
                base,
                platforms,
                "200",
                folder.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("output").toFile())
            .start();
    try {
      assertThat(process.waitFor(240, TimeUnit.SECONDS)).isTrue();
      return process.exitValue();
    } finally {
      process.destroyForcibly();
    }
  }

  private String output() throws IOException {
    return Files.readString(folder.resolve("output"));
  }
}
