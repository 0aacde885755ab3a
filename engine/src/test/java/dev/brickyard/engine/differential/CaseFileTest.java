package dev.brickyard.engine.differential;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The corpus itself: every case can be read, whether or not it is built here. */
class CaseFileTest {
  @Test
  void everyCaseCanBeReadAndSaysWhatItShows() throws Exception {
    Path cases = Path.of(CaseFileTest.class.getResource("cases").toURI());
    assertThat(CaseFile.all(cases)).hasSizeGreaterThan(300);
    assertThat(CaseFile.all(cases)).extracting(CaseFile::name).doesNotHaveDuplicates();
  }
}
