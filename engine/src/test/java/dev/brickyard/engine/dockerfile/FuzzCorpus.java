package dev.brickyard.engine.dockerfile;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Dockerfiles made of the golden ones by accident, and what must hold for each: it parses, or there
 * is an error with a place inside the text; and its words expand, or there is an error.
 */
final class FuzzCorpus {
  private static final List<String> TOKENS =
      List.of(
          "\n",
          "\\\n",
          "`\n",
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
          "\",\"",
          "$",
          "${",
          "${a:-",
          "${a//",
          "}",
          "/",
          "*",
          "--",
          "--from=",
          "--mount=type=",
          "--mount=type=cache,target=",
          "--interval=",
          "=",
          ",",
          "#",
          "# escape=`\n",
          "#syntax=docker/dockerfile:1\n",
          "#!/bin/sh\n",
          "`",
          "\\",
          "\0",
          "\uFEFF",
          "\u00A0",
          "FROM x\n",
          "FROM x AS a\n",
          "RUN ",
          "ONBUILD ",
          "HEALTHCHECK ",
          "HEALTHCHECK CMD ",
          "COPY ",
          "ADD ",
          "ENV ",
          "LABEL ",
          "EXPOSE ",
          "ARG ",
          "SHELL [\"",
          "\uD83D",
          "\u0085");

  private final List<String> files;
  private final Random random;

  private FuzzCorpus(List<String> files, Random random) {
    this.files = files;
    this.random = random;
  }

  /** Begins with the golden Dockerfiles; the same seed always makes the same inputs. */
  static FuzzCorpus of(long seed) throws Exception {
    List<String> files = new ArrayList<>();
    for (String kind : List.of("golden", "invalid")) {
      try (Stream<Path> folders = GoldenDockerfileTest.folders(kind)) {
        for (Path folder : folders.toList()) {
          String text = Files.readString(folder.resolve("Dockerfile"));
          if (text.length() < 4096) {
            files.add(text);
          }
        }
      }
    }
    return new FuzzCorpus(files, new Random(seed));
  }

  /** The next input. */
  String next() {
    if (random.nextInt(20) == 0) {
      byte[] bytes = new byte[random.nextInt(300)];
      random.nextBytes(bytes);
      return new String(bytes, StandardCharsets.UTF_8);
    }
    StringBuilder text = new StringBuilder(pick(files));
    for (int i = random.nextInt(6); i >= 0; i--) {
      int at = random.nextInt(text.length() + 1);
      switch (random.nextInt(5)) {
        case 0, 1 -> text.insert(at, pick(TOKENS));
        case 2 -> text.delete(at, Math.min(text.length(), at + 1 + random.nextInt(12)));
        case 3 -> text.insert(at, (char) random.nextInt(0x250));
        default -> {
          String other = pick(files);
          int from = random.nextInt(other.length() + 1);
          text.insert(at, other, from, Math.min(other.length(), from + random.nextInt(80)));
        }
      }
    }
    return text.toString();
  }

  private String pick(List<String> texts) {
    return texts.get(random.nextInt(texts.size()));
  }

  /**
   * Throws an {@link AssertionError} that shows the text when something surprising happens.
   *
   * @return whether it is a Dockerfile
   */
  static boolean check(String text) {
    String[] lines = (text.startsWith("\uFEFF") ? text.substring(1) : text).split("\n", -1);
    try {
      return parse(text, lines);
    } catch (RuntimeException | StackOverflowError | AssertionError e) {
      throw new AssertionError("with the Dockerfile " + InstructionDump.quoted(text), e);
    }
  }

  private static boolean parse(String text, String[] lines) {
    Dockerfile file;
    try {
      file = Dockerfile.parse("Dockerfile", text);
    } catch (DockerfileException e) {
      assertThat(e.sentence()).isNotBlank();
      assertThat(e.code()).startsWith("dockerfile-");
      assertThat(e.excerpt()).contains(">>>");
      checkRange(lines, e.range());
      return false;
    }
    assertThat(file.stages()).isNotEmpty();
    file.warnings().forEach(warning -> checkRange(lines, warning.range()));
    for (StageDefinition stage : file.stages()) {
      checkRange(lines, stage.from().range());
      for (Instruction instruction : stage.instructions()) {
        checkRange(lines, instruction.range());
        if (instruction instanceof Instruction.OnBuild onBuild) {
          readBack(onBuild);
        }
      }
    }
    expandAll(file);
    return true;
  }

  /** A trigger may have been read with another escape character, so it may be an error now. */
  private static void readBack(Instruction.OnBuild onBuild) {
    try {
      assertThat(Dockerfile.parseTrigger(onBuild.trigger()).keyword()).isNotBlank();
    } catch (DockerfileException e) {
      assertThat(e.sentence()).isNotBlank();
    }
  }

  private static void expandAll(Dockerfile file) {
    for (String line : file.text().split("\n", 40)) {
      try {
        WordExpansion.expandToWords(
            line,
            name -> name.length() % 2 == 0 ? Optional.empty() : Optional.of(name + "*a b"),
            file.directives().escape());
      } catch (ExpansionException e) {
        assertThat(e.sentence()).isNotBlank();
      }
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
}
