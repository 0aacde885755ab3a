package dev.brickyard.engine.dockerfile;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/** Whatever the bytes: a Dockerfile, or a DockerfileException with a place inside the text. */
class DockerfileFuzzTest {
  private static final int ROUNDS = 15_000;

  @Test
  void mutatedFilesNeverSurprise() throws Exception {
    FuzzCorpus corpus = FuzzCorpus.of(20260723);
    int parsed = 0;
    for (int round = 0; round < ROUNDS; round++) {
      if (FuzzCorpus.check(corpus.next())) {
        parsed++;
      }
    }
    assertThat(parsed).as("files that survived").isBetween(ROUNDS / 50, ROUNDS - ROUNDS / 50);
  }

  @Test
  void sizeIsNoProblem() {
    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(15),
        () -> {
          FuzzCorpus.check("FROM x\nRUN " + "a \\\n".repeat(100_000) + "b\n");
          FuzzCorpus.check("FROM x\nRUN a \\\n" + "\n".repeat(200_000) + "b\n");
          FuzzCorpus.check("FROM x\nENV " + "a=b \\\n".repeat(100_000) + "c\n");
          FuzzCorpus.check("FROM x\n" + "RUN true\n".repeat(50_000));
          FuzzCorpus.check("# escape" + " ".repeat(60_000) + "=\\\nFROM x");
          FuzzCorpus.check("# syntax=" + " ".repeat(1_000_000) + "\nFROM x");
          FuzzCorpus.check("FROM x\nCMD " + "[".repeat(500_000));
          FuzzCorpus.check("FROM x\nONBUILD " + "ONBUILD ".repeat(50_000) + "RUN x");
          FuzzCorpus.check("FROM x\nHEALTHCHECK --interval=" + "1".repeat(500_000) + "s CMD x");
          FuzzCorpus.check("FROM x\nRUN --mount=type=tmpfs,size=" + "1".repeat(500_000) + " x");
          FuzzCorpus.check("FROM x\nRUN " + "${".repeat(200_000) + "<<");
        });
  }
}
