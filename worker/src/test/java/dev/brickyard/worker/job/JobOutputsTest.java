package dev.brickyard.worker.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.contracts.BuildOptions;
import dev.brickyard.contracts.BuildOutput;
import dev.brickyard.contracts.BuildOutput.Annotation;
import dev.brickyard.contracts.BuildOutput.Annotation.Level;
import dev.brickyard.contracts.BuildOutput.Type;
import dev.brickyard.contracts.ClaimGranted;
import dev.brickyard.contracts.JobKind;
import dev.brickyard.contracts.ProvenanceRequest;
import dev.brickyard.contracts.RunSettings;
import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.export.Export;
import dev.brickyard.engine.export.ExportStream;
import dev.brickyard.engine.export.FormedImage;
import dev.brickyard.engine.export.ImageArchive;
import dev.brickyard.engine.export.ImageForm;
import dev.brickyard.engine.export.Provenance;
import dev.brickyard.engine.image.ImageConfig;
import dev.brickyard.engine.image.Platform;
import dev.brickyard.engine.layer.Compression;
import dev.brickyard.storage.output.OutputStore;
import dev.brickyard.storage.output.StoredOutput;
import dev.brickyard.storage.testing.MemoryObjectStore;
import dev.brickyard.storage.testing.TestClock;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** From what a build was asked for to what the engine does, and to joint files. */
class JobOutputsTest {
  private static final dev.brickyard.engine.BuildOptions USUAL =
      dev.brickyard.engine.BuildOptions.NONE;

  private final TestClock clock = new TestClock();
  private final OutputStore store =
      new OutputStore(new MemoryObjectStore(clock, request -> {}), clock);
  private final JobOutputs outputs = new JobOutputs(store);
  private final UUID build = UUID.randomUUID();

  private ClaimGranted claim(boolean alone) {
    return new ClaimGranted(
        1, build, UUID.randomUUID(), 1, JobKind.BUILD, 1, null, null, null, alone, 60L);
  }

  private static BuildOutput output(Type type, String name, List<Annotation> annotations) {
    return new BuildOutput(
        type, name, List.of("docker.io/team/app:1"), "zstd", 7, true, true, false, annotations);
  }

  private static BuildOptions asked(BuildOutput... outputs) {
    return new BuildOptions(
        List.of(),
        RunSettings.USUAL,
        false,
        null,
        false,
        Map.of(),
        List.of(outputs),
        new ProvenanceRequest("max", "v1", "urn:x"));
  }

  @Test
  void theRegistrysImageHasItsForm() {
    dev.brickyard.engine.BuildOptions options =
        outputs.with(
            USUAL,
            claim(true),
            asked(
                output(
                    Type.REGISTRY,
                    "",
                    List.of(
                        new Annotation(Level.MANIFEST, "linux/arm64", "a", "arm"),
                        new Annotation(Level.MANIFEST, null, "a", "all"),
                        new Annotation(Level.INDEX, null, "i", "1")))),
            Platform.LINUX_ARM64);
    assertThat(options.exports()).isEmpty();
    assertThat(options.form().compression()).contains(Compression.ZSTD);
    assertThat(options.form().level()).hasValue(7);
    assertThat(options.form().annotations()).containsOnlyKeys("a").containsEntry("a", "arm");
    assertThat(options.provenance())
        .contains(new Provenance(Provenance.Mode.MAX, Provenance.Version.V1, Optional.of("urn:x")));
  }

  @Test
  void aSinglePlatformsJobWritesTheFileItself() throws Exception {
    Export export =
        outputs
            .with(
                USUAL,
                claim(true),
                asked(output(Type.DOCKER, "image.tar", List.of())),
                Platform.LINUX_AMD64)
            .exports()
            .getFirst();
    assertThat(export.part()).isFalse();
    try (ExportStream out = export.sink().begin()) {
      out.write(1);
      out.complete();
    }
    StoredOutput stored = store.find(build, "image.tar").orElseThrow();
    assertThat(stored.type()).isEqualTo("docker");
    assertThat(stored.expiresAt()).isEqualTo(clock.instant().plus(Duration.ofSeconds(60)));
  }

  private void writePart(BuildOptions asked, Platform platform) throws Exception {
    Export export = outputs.with(USUAL, claim(false), asked, platform).exports().getFirst();
    assertThat(export.part()).isTrue();
    FormedImage image = FormedImage.of(ImageConfig.empty(platform), List.of(), ImageForm.DEFAULT);
    try (ExportStream out = export.sink().begin()) {
      new ImageArchive(layer -> InputStream.nullInputStream()).oci(image, List.of(), true, out);
      out.complete();
    }
  }

  @Test
  void partsAreJoinedOnceHoweverOftenItIsTried() throws Exception {
    BuildOptions asked = asked(output(Type.OCI, "image.tar", List.of()));
    writePart(asked, Platform.LINUX_AMD64);
    writePart(asked, Platform.LINUX_ARM64);
    List<String> platforms = List.of("linux/amd64", "linux/arm64");
    assertThat(store.list(build)).isEmpty();
    assertThat(outputs.join(claim(false), asked, platforms)).isPresent();
    StoredOutput joint = store.find(build, "image.tar").orElseThrow();
    outputs.forgetParts(build);
    // Another attempt, whose predecessor died when all was done.
    assertThat(outputs.join(claim(false), asked, platforms)).isEmpty();
    assertThat(store.find(build, "image.tar")).contains(joint);
  }

  @Test
  void aPartThatIsGoneIsTheFarmsFailure() throws IOException {
    assertThatThrownBy(
            () ->
                outputs.join(
                    claim(false),
                    asked(output(Type.TAR, "tree.tar", List.of())),
                    List.of("linux/amd64", "linux/arm64")))
        .isInstanceOfSatisfying(
            BuildFailure.class, e -> assertThat(e.code()).isEqualTo("output-unavailable"));
    assertThat(store.list(build)).isEmpty();
  }
}
