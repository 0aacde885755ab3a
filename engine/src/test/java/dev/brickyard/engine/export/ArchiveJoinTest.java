package dev.brickyard.engine.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.image.Descriptor;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.image.ImageConfig;
import dev.brickyard.engine.image.ImageIndex;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.image.MediaTypes;
import dev.brickyard.engine.image.Platform;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.engine.layer.TarStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What comes of the archives of several platforms. */
class ArchiveJoinTest {
  private static final byte[] SHARED = "a layer of both".getBytes(StandardCharsets.UTF_8);

  @TempDir Path folder;

  private static FormedImage image(Platform platform, byte[] own) {
    ImageConfig config = ImageConfig.empty(platform);
    List<Layer> layers = new ArrayList<>();
    for (byte[] content : List.of(SHARED, own)) {
      Digest digest = Digest.of(content);
      layers.add(new Layer(digest, Descriptor.of(MediaTypes.OCI_LAYER, digest, content.length)));
    }
    return FormedImage.of(config, layers, ImageForm.DEFAULT);
  }

  private static ArchiveJoin.Part part(FormedImage image, byte[] own) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new ImageArchive(
            layer ->
                new ByteArrayInputStream(layer.diffId().equals(Digest.of(SHARED)) ? SHARED : own))
        .oci(image, List.of(), true, out);
    byte[] archive = out.toByteArray();
    return () -> new ByteArrayInputStream(archive);
  }

  private static ArchiveJoin.Index index(boolean oci) {
    return new ArchiveJoin.Index(
        List.of(ImageReference.parse("team/app:1")),
        oci,
        Map.of("about", "all"),
        Map.of("found", "here"));
  }

  @Test
  void oneIndexNamesTheImagesOfAllPlatformsAndEachBlobIsThereOnce() throws Exception {
    byte[] one = {1};
    byte[] two = {2, 2};
    FormedImage amd64 = image(Platform.LINUX_AMD64, one);
    FormedImage plain = image(Platform.LINUX_ARM64, two);
    FormedImage arm64 =
        plain.with(Attestation.about(plain.descriptor(), new byte[] {'{', '}'}, "what"));
    Path file = folder.resolve("image.tar");
    Descriptor joint;
    try (var out = Files.newOutputStream(file)) {
      joint = ArchiveJoin.images(List.of(part(amd64, one), part(arm64, two)), index(true), out);
    }
    Map<String, Archives.Entry> entries = Archives.entries(file);
    ImageIndex root = ImageIndex.parse(entries.get("index.json").content());
    assertThat(root.manifests())
        .singleElement()
        .satisfies(
            named -> {
              assertThat(named.digest()).isEqualTo(joint.digest());
              assertThat(named.annotations())
                  .containsEntry("io.containerd.image.name", "docker.io/team/app:1")
                  .containsEntry("org.opencontainers.image.ref.name", "1")
                  .containsEntry("found", "here");
            });
    ImageIndex index =
        ImageIndex.parse(entries.get("blobs/sha256/" + joint.digest().hex()).content());
    assertThat(index.mediaType()).isEqualTo(MediaTypes.OCI_INDEX);
    assertThat(index.annotations()).containsEntry("about", "all");
    assertThat(index.manifests())
        .extracting(Descriptor::digest)
        .containsExactly(
            amd64.descriptor().digest(),
            arm64.descriptor().digest(),
            arm64.attestation().orElseThrow().entry().digest());
    assertThat(index.platforms()).containsExactly(Platform.LINUX_AMD64, Platform.LINUX_ARM64);
    for (Descriptor manifest : index.manifests()) {
      assertThat(entries).containsKey("blobs/sha256/" + manifest.digest().hex());
    }
    assertThat(entries.get("blobs/sha256/" + Digest.of(SHARED).hex()).content()).isEqualTo(SHARED);
    assertThat(entries.get("oci-layout").content())
        .asString()
        .isEqualTo("{\"imageLayoutVersion\":\"1.0.0\"}");
  }

  @Test
  void dockersMediaTypesMakeAManifestList() throws Exception {
    byte[] one = {1};
    FormedImage image = image(Platform.LINUX_AMD64, one);
    Descriptor joint =
        ArchiveJoin.images(List.of(part(image, one)), index(false), new ByteArrayOutputStream());
    assertThat(joint.mediaType()).isEqualTo(MediaTypes.DOCKER_LIST);
  }

  private static ArchiveJoin.Part tree(String directory, String file, String content)
      throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    TarStream tar = new TarStream(out);
    tar.add(LayerEntry.directory(new ImagePath(directory), 0755, 0, 0, 0));
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    tar.add(
        LayerEntry.file(new ImagePath(file), 0644, 0, 0, 0, bytes.length, Digest.of(bytes)),
        new ByteArrayInputStream(bytes));
    tar.finish();
    byte[] archive = out.toByteArray();
    return () -> new ByteArrayInputStream(archive);
  }

  @Test
  void treesStandBesideEachOther() throws Exception {
    Path file = folder.resolve("trees.tar");
    try (var out = Files.newOutputStream(file)) {
      ArchiveJoin.trees(
          List.of(tree("app", "app/one", "1"), tree("app", "app/two", "2")),
          List.of("linux/amd64", "linux/arm64"),
          out);
    }
    assertThat(Archives.entries(file)).containsOnlyKeys("app/", "app/one", "app/two");
  }

  @Test
  void aFileThatTwoPlatformsHaveIsRefused() throws Exception {
    List<ArchiveJoin.Part> parts =
        List.of(tree("app", "app/one", "1"), tree("app", "app/one", "2"));
    assertThatThrownBy(
            () ->
                ArchiveJoin.trees(
                    parts, List.of("linux/amd64", "linux/arm64"), new ByteArrayOutputStream()))
        .isInstanceOf(BuildFailure.class)
        .hasMessage(
            "cannot overwrite app/one from linux/amd64 with linux/arm64 when split option is"
                + " disabled");
  }
}
