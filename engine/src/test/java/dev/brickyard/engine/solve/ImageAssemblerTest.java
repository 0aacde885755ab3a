package dev.brickyard.engine.solve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.engine.StepId;
import dev.brickyard.engine.dockerfile.Dockerfile;
import dev.brickyard.engine.graph.BaseImage;
import dev.brickyard.engine.graph.BaseImages;
import dev.brickyard.engine.graph.BuildGraph;
import dev.brickyard.engine.graph.GraphBuilder;
import dev.brickyard.engine.graph.Stage;
import dev.brickyard.engine.graph.Step;
import dev.brickyard.engine.graph.TestGraphs;
import dev.brickyard.engine.image.ContainerConfig;
import dev.brickyard.engine.image.Descriptor;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.image.History;
import dev.brickyard.engine.image.ImageConfig;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.image.MediaTypes;
import dev.brickyard.engine.image.Platform;
import dev.brickyard.engine.layer.Layer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The config's history and times, as BuildKit's image exporter completes them. */
class ImageAssemblerTest {
  private static final Instant BASE_TIME = Instant.ofEpochSecond(100);
  private static final History BASE_LAYER = History.layer(BASE_TIME, "ADD root /", "");
  private static final History BASE_CMD =
      History.empty(BASE_TIME.plusSeconds(1), "CMD [\"sh\"]", "");

  /** An image of so many layers that tells this history. */
  private static BaseImages image(int layers, History... history) {
    List<Layer> all = new ArrayList<>();
    for (int i = 0; i < layers; i++) {
      all.add(layer("base " + i));
    }
    ImageConfig config =
        new ImageConfig(
            Optional.of(BASE_TIME.plusSeconds(1)),
            "base author",
            Platform.LINUX_AMD64,
            ContainerConfig.EMPTY,
            all.stream().map(Layer::diffId).toList(),
            List.of(history));
    return new BaseImages() {
      @Override
      public void expect(ImageReference reference, Platform platform) {}

      @Override
      public BaseImage find(ImageReference reference, Platform platform) {
        return new BaseImage(reference, config, all);
      }
    };
  }

  private static Layer layer(String content) {
    return new Layer(
        Digest.of(content), Descriptor.of(MediaTypes.OCI_LAYER_GZIP, Digest.of(content + "z"), 9));
  }

  /** Steps are made at 1000, 2000, … in their order. */
  private static ImageConfig assemble(BaseImages images, Optional<Instant> epoch, String dockerfile)
      throws Exception {
    BuildGraph graph =
        new GraphBuilder(
                Dockerfile.parse("Dockerfile", dockerfile),
                TestGraphs.request(dockerfile, Map.of(), Optional.empty()),
                Platform.LINUX_AMD64,
                images)
            .build();
    Map<StepId, StepResult> results = new HashMap<>();
    List<Layer> layers = new ArrayList<>();
    if (!dockerfile.startsWith("FROM scratch")) {
      layers.addAll(images.find(ImageReference.parse("base"), Platform.LINUX_AMD64).layers());
    }
    for (Stage stage : graph.stages()) {
      for (Step step : stage.steps()) {
        Layer layer = layer(step.id().value());
        results.put(
            step.id(),
            StepResult.cached(layer, Instant.ofEpochSecond(1000 * (results.size() + 1))));
        layers.add(layer);
      }
    }
    return new ImageAssembler(results, epoch).assemble(graph.target(), layers);
  }

  private static List<String> told(ImageConfig config) {
    return config.history().stream()
        .map(
            entry ->
                entry.created().map(time -> time.getEpochSecond() + "").orElse("-")
                    + (entry.emptyLayer() ? " (" : " ")
                    + entry.createdBy()
                    + (entry.emptyLayer() ? ")" : ""))
        .toList();
  }

  @Test
  void whatMakesNoLayerIsDatedByTheLayerBeforeOrTheFirstNewOne() throws Exception {
    ImageConfig config =
        assemble(
            image(1, BASE_LAYER, BASE_CMD),
            Optional.empty(),
            "FROM base AS one\nENV A=1\nRUN a\nENV B=1\nFROM one\nRUN b\nCMD c\n");

    assertThat(told(config))
        .containsExactly(
            "100 ADD root /",
            "101 (CMD [\"sh\"])",
            "1000 (ENV A=1)",
            "1000 RUN /bin/sh -c a # buildkit",
            "1000 (ENV B=1)",
            "2000 RUN /bin/sh -c b # buildkit",
            "2000 (CMD [\"/bin/sh\" \"-c\" \"c\"])");
    assertThat(config.created()).contains(Instant.ofEpochSecond(2000));
    assertThat(config.author()).isEqualTo("base author");
    assertThat(config.history())
        .extracting(History::comment)
        .containsOnly("", "buildkit.dockerfile.v0");
  }

  @Test
  void withoutNewLayersTheBasesTimesHold() throws Exception {
    ImageConfig config =
        assemble(image(1, BASE_LAYER, BASE_CMD), Optional.empty(), "FROM base\nENV A=1\n");

    assertThat(told(config)).last().isEqualTo("101 (ENV A=1)");
    assertThat(config.created()).contains(Instant.ofEpochSecond(101));
    ImageConfig nothing = assemble(image(0), Optional.empty(), "FROM scratch\nENV A=1\n");
    assertThat(told(nothing)).containsExactly("- (ENV A=1)");
    assertThat(nothing.created()).isEmpty();
  }

  @Test
  void theTimeOfTheSourcesReplacesEveryNewTimeAndNoOther() throws Exception {
    ImageConfig config =
        assemble(
            image(1, BASE_LAYER, BASE_CMD),
            Optional.of(Instant.ofEpochSecond(7)),
            "FROM base\nENV A=1\nRUN a\n");

    assertThat(told(config))
        .containsExactly(
            "100 ADD root /", "101 (CMD [\"sh\"])", "7 (ENV A=1)", "7 RUN /bin/sh -c a # buildkit");
    assertThat(config.created()).contains(Instant.ofEpochSecond(7));
  }

  @Test
  void layersThatTheBaseDoesNotTellOfAreToldAtTheEnd() throws Exception {
    ImageConfig config = assemble(image(1), Optional.empty(), "FROM base\nRUN a\nENV A=1\n");

    // BuildKit counts from below, so the last layer is the one without an entry of its own.
    assertThat(told(config))
        .containsExactly(
            "1000 RUN /bin/sh -c a # buildkit",
            "1000 (ENV A=1)",
            "1000 mount / from exec /bin/sh -c a");
    assertThat(config.history().getLast().comment()).isEqualTo("buildkit.exporter.image.v0");
    assertThat(told(assemble(image(2, BASE_LAYER), Optional.empty(), "FROM base\n")))
        .containsExactly("100 ADD root /", "101 pulled from docker.io/library/base:latest");
  }

  @Test
  void layersThatAreNotThereAreToldAsNone() throws Exception {
    ImageConfig config =
        assemble(image(1, BASE_LAYER, BASE_LAYER), Optional.empty(), "FROM base\nENV A=1\n");

    assertThat(told(config)).containsExactly("100 ADD root /", "100 (ADD root /)", "100 (ENV A=1)");
  }
}
