package dev.brickyard.bench.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.bench.BenchException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The projects in the repository are as the benchmark needs them. */
class ProjectsTest {
  // Maven runs tests in the module's folder.
  private static final Path CHECKOUT = Path.of("").toAbsolutePath().getParent();

  @ParameterizedTest
  @EnumSource(Project.class)
  void eachChangeChangesOneFile(Project project, @TempDir Path folder)
      throws IOException, BenchException {
    Context context = Context.copy(project, CHECKOUT, folder.resolve("context"));
    for (Change change : List.of(Change.LAST_COPY, Change.BEFORE_RUN)) {
      Path file = context.folder().resolve(project.changed(change));
      String before = Files.readString(file);
      context.apply(change, 41);
      assertThat(Files.readString(file)).isNotEqualTo(before).contains("bench-change: 41");
    }
  }

  @ParameterizedTest
  @EnumSource(Project.class)
  void theChangedFilesAreCopiedWhereTheirCaseSays(Project project) throws IOException {
    List<String> dockerfile = Files.readAllLines(project.folder(CHECKOUT).resolve("Dockerfile"));
    assertThat(dockerfile).startsWith("ARG BASE", "FROM $BASE");
    int lastRun = last(dockerfile, "RUN ");
    assertThat(lineThatCopies(dockerfile, project.changed(Change.BEFORE_RUN)))
        .as("copied in front of a RUN")
        .isLessThan(lastRun);
    assertThat(lineThatCopies(dockerfile, project.changed(Change.LAST_COPY)))
        .as("copied last")
        .isEqualTo(last(dockerfile, "COPY "))
        .isGreaterThan(lastRun);
  }

  @Test
  void aFileWithoutAMarkIsAnError(@TempDir Path folder) throws IOException {
    Context context = Context.copy(Project.FORTY, CHECKOUT, folder.resolve("context"));
    Files.writeString(context.folder().resolve("notes.txt"), "nothing\n");
    assertThatThrownBy(() -> context.apply(Change.LAST_COPY, 1))
        .isInstanceOf(BenchException.class)
        .hasMessageContaining("notes.txt");
  }

  @Test
  void fortyAreForty() throws IOException {
    assertThat(Files.readAllLines(Project.FORTY.folder(CHECKOUT).resolve("Dockerfile")))
        .filteredOn(line -> !line.isBlank() && !line.startsWith("ARG") && !line.startsWith("FROM"))
        .hasSizeGreaterThanOrEqualTo(40);
    assertThat(Files.readAllLines(Project.FIFTY.folder(CHECKOUT).resolve("Dockerfile")))
        .filteredOn(line -> line.startsWith("RUN "))
        .hasSize(50);
  }

  private static int last(List<String> lines, String beginning) {
    int found = -1;
    for (int number = 0; number < lines.size(); number++) {
      if (lines.get(number).startsWith(beginning)) {
        found = number;
      }
    }
    return found;
  }

  private static int lineThatCopies(List<String> lines, String file) {
    for (int number = 0; number < lines.size(); number++) {
      String line = lines.get(number);
      if (line.startsWith("COPY ")
          && List.of(line.split(" ", -1)).stream()
              .skip(1)
              .anyMatch(word -> file.equals(word) || file.startsWith(word + "/"))) {
        return number;
      }
    }
    throw new AssertionError("nothing copies " + file);
  }
}
