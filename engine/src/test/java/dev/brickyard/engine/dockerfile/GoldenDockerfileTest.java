package dev.brickyard.engine.dockerfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Folders with a Dockerfile and what the parser makes of it: {@code golden} for what is right,
 * {@code invalid} for what is wrong, with the line and column of the error. Run with {@code
 * -Dgolden.write=<path of src/test/resources>} to write the expectations anew, then read the
 * difference.
 */
class GoldenDockerfileTest {
  private static final String EXPECTED = "expected.txt";

  @TestFactory
  Stream<DynamicTest> golden() throws Exception {
    return folders("golden")
        .map(
            folder ->
                DynamicTest.dynamicTest(
                    folder.getFileName().toString(),
                    () -> {
                      Dockerfile parsed = Dockerfile.parse("Dockerfile", dockerfile(folder));
                      compare(folder, InstructionDump.of(parsed));
                    }));
  }

  @TestFactory
  Stream<DynamicTest> invalid() throws Exception {
    return folders("invalid")
        .map(
            folder ->
                DynamicTest.dynamicTest(
                    folder.getFileName().toString(), () -> compare(folder, error(folder))));
  }

  private static String error(Path folder) throws IOException {
    try {
      Dockerfile.parse("Dockerfile", dockerfile(folder));
      return fail("was accepted");
    } catch (DockerfileException e) {
      assertThat(e.fileName()).isEqualTo("Dockerfile");
      return InstructionDump.of(e.range())
          + " "
          + e.code()
          + "\n"
          + e.sentence()
          + "\n"
          + e.excerpt();
    }
  }

  private static String dockerfile(Path folder) throws IOException {
    return Files.readString(folder.resolve("Dockerfile"));
  }

  private static void compare(Path folder, String actual) throws IOException {
    String write = System.getProperty("golden.write");
    if (write != null) {
      Path kind = Objects.requireNonNull(folder.getParent());
      Files.writeString(
          Path.of(write, "dev/brickyard/engine/dockerfile")
              .resolve(kind.getFileName())
              .resolve(folder.getFileName())
              .resolve(EXPECTED),
          actual);
      return;
    }
    assertThat(actual).isEqualTo(Files.readString(folder.resolve(EXPECTED)));
  }

  static Stream<Path> folders(String kind) throws IOException, URISyntaxException {
    Path root =
        Path.of(Objects.requireNonNull(GoldenDockerfileTest.class.getResource(kind)).toURI());
    try (Stream<Path> list = Files.list(root)) {
      List<Path> folders = list.sorted().toList();
      assertThat(folders).isNotEmpty();
      return folders.stream();
    }
  }
}
