package dev.brickyard.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.marcnuri.helm.LintResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each set of values in {@code src/test/values} renders what {@code src/test/golden} shows, and
 * nothing that the Kubernetes API does not know. {@code -Dgolden.update=true} writes the golden
 * files anew: what changed in them is what a change of the chart does to installations.
 */
class RenderTest {
  private static final Path GOLDEN = Path.of("src/test/golden");

  @TempDir Path folder;

  @ParameterizedTest
  @MethodSource("dev.brickyard.helm.Rendered$ValueSets#names")
  void rendersAsShown(String values) throws IOException {
    Chart chart = Chart.with(Rendered.ValueSets.file(values), folder);

    LintResult lint = chart.lint();
    assertThat(lint.isFailed()).as("%s", lint.getMessages()).isFalse();

    String rendered = chart.render().replaceAll("(?m)[ \t]+$", "");
    assertThat(KubernetesReader.read(rendered)).isNotEmpty();

    Path golden = GOLDEN.resolve(values + ".yaml");
    if (Boolean.getBoolean("golden.update")) {
      Files.createDirectories(GOLDEN);
      Files.writeString(golden, rendered);
    }
    assertThat(golden)
        .as("a golden file, which mvn -pl helm -am test -Dgolden.update=true writes")
        .exists();
    assertThat(rendered).isEqualTo(Files.readString(golden));
  }

  @Test
  void thereIsNoGoldenFileTooMany() throws IOException {
    try (var files = Files.list(GOLDEN);
        var names = Rendered.ValueSets.names()) {
      assertThat(files.map(file -> String.valueOf(file.getFileName()).replace(".yaml", "")))
          .containsExactlyInAnyOrderElementsOf(names.toList());
    }
  }

  @Test
  void theReaderRefusesWhatTheApiDoesNotKnow() {
    String deployment =
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: a
        spec:
          template:
            spec:
              containers:
                - name: a
                  %s
        """;
    assertThat(problem(deployment.formatted("image: b"))).isEmpty();
    assertThat(problem(deployment.formatted("imagePullPolice: Never"))).contains("imagePullPolice");
    assertThat(problem(deployment.formatted("env: [{name: A, value: 5}]"))).contains("value");
    assertThat(problem(deployment.formatted("ports: [{containerPort: \"80\"}]")))
        .contains("containerPort");
    assertThat(problem("apiVersion: v1\nkind: Sevice\n")).contains("Sevice");
    assertThat(problem("apiVersion: v1\nkind: Pod\nkind: Pod\n")).contains("kind");
    assertThat(problem("apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nspec: {trigers: []}\n"))
        .contains("trigers");
  }

  private static String problem(String yaml) {
    try {
      KubernetesReader.read(yaml);
      return "";
    } catch (IOException | RuntimeException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
