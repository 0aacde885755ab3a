package dev.brickyard.engine.lint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.engine.image.ImageConfig;
import dev.brickyard.engine.image.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each rule has its help page, and the examples there are what they say. */
class RulePagesTest {
  private static final Path PAGES = Path.of("../docs/checks");
  private static final Pattern EXAMPLE =
      Pattern.compile("```(dockerfile|ignore)\n(.*?)```", Pattern.DOTALL);

  private record Example(String dockerfile, String ignore) {}

  @ParameterizedTest
  @EnumSource
  void examplesBreakTheRuleAndMendIt(Rule rule) throws IOException {
    String page = Files.readString(PAGES.resolve(rule.id() + ".md"));
    assertThat(page).startsWith("# " + rule.id() + "\n\n" + rule.description());
    String[] parts = page.split("\n## ", -1);
    assertThat(parts)
        .extracting(part -> part.lines().findFirst().orElse(""))
        .containsSubsequence("Problem", "Example", "Mended");
    assertThat(broken(rule, example(parts, "Example"))).contains(rule);
    assertThat(broken(rule, example(parts, "Mended"))).doesNotContain(rule);
  }

  private static Example example(String[] parts, String title) {
    String part =
        Arrays.stream(parts).filter(p -> p.startsWith(title + "\n")).findFirst().orElseThrow();
    Matcher matcher = EXAMPLE.matcher(part);
    String dockerfile = "";
    String ignore = "";
    while (matcher.find()) {
      if (matcher.group(1).equals("ignore")) {
        ignore = matcher.group(2);
      } else {
        dockerfile = matcher.group(2);
      }
    }
    assertThat(dockerfile).isNotBlank();
    return new Example(dockerfile, ignore);
  }

  private static List<Rule> broken(Rule rule, Example example) {
    Checked checked = Checked.of(example.dockerfile()).ignoring(example.ignore());
    if (rule == Rule.INVALID_BASE_IMAGE_PLATFORM) {
      boolean other = example.dockerfile().contains("arm64v8/");
      checked.onBase(ImageConfig.empty(other ? Platform.LINUX_ARM64 : Platform.LINUX_AMD64));
    }
    List<Rule> rules = new ArrayList<>();
    for (String line : checked.warnings()) {
      Rule.find(line.substring(line.indexOf(' ') + 1, line.indexOf(':'))).ifPresent(rules::add);
    }
    return rules;
  }

  @Test
  void theIndexNamesEveryRuleAndNoOther() throws IOException {
    String index = Files.readString(PAGES.resolve("README.md"));
    List<String> ids = Arrays.stream(Rule.values()).map(Rule::id).toList();
    assertThat(ids).allSatisfy(id -> assertThat(index).contains("[" + id + "](" + id + ".md)"));
    try (Stream<Path> pages = Files.list(PAGES)) {
      assertThat(pages.map(page -> page.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(
              Stream.concat(Stream.of("README.md"), ids.stream().map(id -> id + ".md")).toList());
    }
  }
}
