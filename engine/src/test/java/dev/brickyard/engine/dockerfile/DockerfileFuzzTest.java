package dev.brickyard.engine.dockerfile;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/** Whatever the bytes: a Dockerfile, or a DockerfileException with a place inside the text. */
class DockerfileFuzzTest {
  private static final int ROUNDS = 15_000;
  private static final List<String> TOKENS =
      List.of(
          "\n",
          "\\\n",
          "\r\n",
          "\r",
          "\t",
          " ",
          "<<",
          "<<-E\n",
          "E\n",
          "\"",
          "'",
          "[",
          "]",
          "$",
          "${",
          "}",
          "--",
          "--from=",
          "--mount=type=",
          "=",
          "#",
          "# escape=`\n",
          "`",
          "\\",
          "\0",
          "\uFEFF",
          "FROM x\n",
          "RUN ",
          "ONBUILD ",
          "HEALTHCHECK ",
          "COPY ",
          "ENV ",
          "ARG ",
          "\uD83D",
          "\u0085");

  @Test
  void mutatedFilesNeverSurprise() throws Exception {
    List<String> corpus = new ArrayList<>();
    for (String kind : List.of("golden", "invalid")) {
      try (Stream<Path> folders = GoldenDockerfileTest.folders(kind)) {
        for (Path folder : folders.toList()) {
          corpus.add(Files.readString(folder.resolve("Dockerfile")));
        }
      }
    }
    Random random = new Random(20260723);
    int parsed = 0;
    for (int round = 0; round < ROUNDS; round++) {
      String text = mutate(corpus, random);
      if (parse(text)) {
        parsed++;
      }
    }
    assertThat(parsed).as("files that survived").isBetween(ROUNDS / 50, ROUNDS - ROUNDS / 50);
  }

  private static String mutate(List<String> corpus, Random random) {
    StringBuilder text = new StringBuilder(corpus.get(random.nextInt(corpus.size())));
    for (int i = random.nextInt(5); i >= 0; i--) {
      int at = random.nextInt(text.length() + 1);
      switch (random.nextInt(4)) {
        case 0 -> text.insert(at, TOKENS.get(random.nextInt(TOKENS.size())));
        case 1 -> text.delete(at, Math.min(text.length(), at + 1 + random.nextInt(12)));
        case 2 -> text.insert(at, (char) random.nextInt(0x250));
        default -> {
          String other = corpus.get(random.nextInt(corpus.size()));
          int from = random.nextInt(other.length() + 1);
          text.insert(at, other, from, Math.min(other.length(), from + random.nextInt(60)));
        }
      }
    }
    return text.toString();
  }

  @Test
  void randomBytesNeverSurprise() throws Exception {
    Random random = new Random(5);
    for (int round = 0; round < 2_000; round++) {
      byte[] bytes = new byte[random.nextInt(200)];
      random.nextBytes(bytes);
      parse(new String(bytes, StandardCharsets.UTF_8));
    }
  }

  private static boolean parse(String text) {
    String[] lines = (text.startsWith("\uFEFF") ? text.substring(1) : text).split("\n", -1);
    try {
      Dockerfile file = Dockerfile.parse("Dockerfile", text);
      assertThat(file.stages()).isNotEmpty();
      for (StageDefinition stage : file.stages()) {
        checkRange(lines, stage.from().range());
        stage.instructions().forEach(instruction -> checkRange(lines, instruction.range()));
      }
      return true;
    } catch (DockerfileException e) {
      assertThat(e.sentence()).isNotBlank();
      assertThat(e.excerpt()).contains(">>>");
      checkRange(lines, e.range());
      return false;
    } catch (RuntimeException | StackOverflowError e) {
      throw new AssertionError("with the Dockerfile " + InstructionDump.quoted(text), e);
    }
  }

  private static void checkRange(String[] lines, SourceRange range) {
    boolean within =
        range.endLine() <= lines.length
            && range.startColumn() <= lines[range.startLine() - 1].length() + 1
            && range.endColumn() <= lines[range.endLine() - 1].length() + 1;
    if (!within) {
      throw new AssertionError(range + " lies outside of the file");
    }
  }

  @Test
  void sizeIsNoProblem() {
    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(15),
        () -> {
          parse("FROM x\nRUN " + "a \\\n".repeat(100_000) + "b\n");
          parse("FROM x\nRUN a \\\n" + "\n".repeat(200_000) + "b\n");
          parse("FROM x\nENV " + "a=b \\\n".repeat(100_000) + "c\n");
          parse("FROM x\n" + "RUN true\n".repeat(50_000));
          parse("# escape" + " ".repeat(1_000_000) + "=\\\nFROM x");
          parse("FROM x\nCMD " + "[".repeat(500_000));
          parse("FROM x\nONBUILD " + "ONBUILD ".repeat(50_000) + "RUN x");
          parse("FROM x\nHEALTHCHECK --interval=" + "1".repeat(500_000) + "s CMD x");
          parse("FROM x\nRUN --mount=type=tmpfs,size=" + "1".repeat(500_000) + " x");
          parse("FROM x\nRUN " + "${".repeat(200_000) + "<<");
        });
  }
}
