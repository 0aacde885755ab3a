package dev.brickyard.engine.solve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.brickyard.engine.BuildOptions;
import dev.brickyard.engine.BuildRequest;
import dev.brickyard.engine.BuildResult;
import dev.brickyard.engine.PublishRequest;
import dev.brickyard.engine.StepOutcome;
import dev.brickyard.engine.export.ArchiveJoin;
import dev.brickyard.engine.export.Archives;
import dev.brickyard.engine.export.Export;
import dev.brickyard.engine.export.Export.Kind;
import dev.brickyard.engine.export.FileSink;
import dev.brickyard.engine.export.ImageForm;
import dev.brickyard.engine.export.Provenance;
import dev.brickyard.engine.image.Descriptor;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.image.ImageIndex;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.image.Manifest;
import dev.brickyard.engine.image.MediaTypes;
import dev.brickyard.engine.image.Platform;
import dev.brickyard.engine.layer.Compression;
import dev.brickyard.engine.registry.RegistryCredentials;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files made of images, read by others' programs. Needs root, runc, docker-registry and skopeo. */
class ExportIT {
  private static final JsonMapper JSON = new JsonMapper();

  @TempDir Path folder;
  private TestYard yard;
  private FarmBuildEngine worker;
  private ImageReference base;

  @BeforeEach
  void open() throws Exception {
    yard = new TestYard(folder);
    ShellRoot.create(yard.context.resolve("shell"));
    worker = yard.worker();
    base = yard.base(worker, "shell", "FROM scratch\nCOPY shell /\n");
    yard.file("app/a.txt", "a");
    yard.file("app/b/c.txt", "c");
  }

  @AfterEach
  void close() throws Exception {
    yard.close();
  }

  private Path file(String name) {
    return folder.resolve(name);
  }

  private static ImageForm form(Compression compression, int level, boolean force) {
    return new ImageForm(
        true,
        Optional.of(compression),
        level < 0 ? OptionalInt.empty() : OptionalInt.of(level),
        force,
        Map.of(),
        Map.of());
  }

  private static Export export(Kind kind, Path file, ImageForm form, String... names) {
    return new Export(
        kind,
        List.of(names).stream().map(ImageReference::parse).toList(),
        form,
        false,
        false,
        new FileSink(file));
  }

  private BuildRequest request(String dockerfile, Export... exports) {
    return yard.request(dockerfile).withOptions(BuildOptions.NONE.withExports(List.of(exports)));
  }

  private static BuildRequest unpushed(BuildRequest r) {
    return new BuildRequest(
        r.dockerfileName(),
        r.dockerfile(),
        r.context(),
        r.platform(),
        r.buildArgs(),
        r.labels(),
        r.target(),
        r.noCache(),
        r.cache(),
        List.of(),
        r.credentials(),
        r.sourceDateEpoch(),
        r.options());
  }

  private static String skopeo(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("skopeo", "--insecure-policy"));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }

  private static JsonNode index(Map<String, Archives.Entry> archive) throws IOException {
    return JSON.readTree(archive.get("index.json").content());
  }

  private static byte[] blob(Map<String, Archives.Entry> archive, Digest digest) {
    return archive.get("blobs/sha256/" + digest.hex()).content();
  }

  @Test
  void anOciArchiveHoldsTheVeryImageThatIsPushed() throws Exception {
    BuildResult result =
        yard.build(
            worker,
            request(
                "FROM " + base + "\nCOPY app /srv/\n",
                export(Kind.OCI, file("image.tar"), ImageForm.DEFAULT, "team/app:1")));
    assertThat(yard.observer().ended(StepOutcome.DONE)).contains("exporting to oci image format");
    JsonNode seen = JSON.readTree(skopeo("inspect", "oci-archive:" + file("image.tar") + ":1"));
    assertThat(seen.get("Digest").asText()).isEqualTo(result.manifest().digest().toString());
    Map<String, Archives.Entry> archive = Archives.entries(file("image.tar"));
    JsonNode named = index(archive).get("manifests").get(0);
    assertThat(named.get("digest").asText()).isEqualTo(result.manifest().digest().toString());
    assertThat(named.get("annotations").get("io.containerd.image.name").asText())
        .isEqualTo("docker.io/team/app:1");
    // Another program brings it to a registry, where it is the same image.
    ImageReference copied = yard.image("test/copied:1");
    skopeo(
        "copy",
        "--dest-tls-verify=false",
        "--preserve-digests",
        "oci-archive:" + file("image.tar") + ":1",
        "docker://" + copied);
    assertThat(
            yard
                .client
                .resolve(copied, Platform.current(), RegistryCredentials.NONE)
                .layers()
                .stream()
                .map(layer -> layer.blob().digest()))
        .isEqualTo(result.layers().stream().map(layer -> layer.blob().digest()).toList());
  }

  @Test
  void aDockerArchiveNeedsNoPush() throws Exception {
    ImageForm docker =
        new ImageForm(false, Optional.empty(), OptionalInt.empty(), false, Map.of(), Map.of());
    BuildResult result =
        yard.build(
            worker,
            unpushed(
                request(
                    "FROM " + base + "\nCOPY app /srv/\nENV A=b\n",
                    export(Kind.DOCKER, file("docker.tar"), docker, "debian", "team/app:1"))));
    assertThat(result.manifest().mediaType()).isEqualTo(MediaTypes.DOCKER_MANIFEST);
    assertThat(yard.observer().ended(StepOutcome.DONE)).noneMatch(step -> step.contains("push"));
    Map<String, Archives.Entry> archive = Archives.entries(file("docker.tar"));
    JsonNode manifest = JSON.readTree(archive.get("manifest.json").content()).get(0);
    assertThat(manifest.get("RepoTags").toString()).isEqualTo("[\"debian:latest\",\"team/app:1\"]");
    assertThat(manifest.get("Layers")).hasSize(2);
    assertThat(archive).containsKey(manifest.get("Config").asText());
    JsonNode seen = JSON.readTree(skopeo("inspect", "docker-archive:" + file("docker.tar")));
    assertThat(seen.get("Env").toString()).contains("A=b");
    skopeo(
        "copy",
        "--dest-tls-verify=false",
        "docker-archive:" + file("docker.tar"),
        "docker://" + yard.image("test/docker:1"));
  }

  @Test
  void aTreeIsWhatAContainerWouldSee() throws Exception {
    yard.file("old/kept", "kept");
    yard.file("old/changed", "before");
    yard.file("old/gone", "gone");
    yard.file("old/replaced/inside", "x");
    yard.file("changed", "after");
    yard.build(
        worker,
        unpushed(
            request(
                """
                FROM %s
                COPY old /old/
                COPY changed /old/changed
                RUN rm /old/gone && ln /old/kept /old/second && ln -s kept /old/link \
                && rm -r /old/replaced && touch /old/replaced && mkdir -m 1777 /old/dir
                RUN rm /old/kept
                """
                    .formatted(base),
                export(Kind.TREE, file("tree.tar"), ImageForm.DEFAULT))));
    Map<String, Archives.Entry> tree = Archives.entries(file("tree.tar"));
    assertThat(tree.keySet().stream().filter(name -> name.startsWith("old")))
        .containsExactlyInAnyOrder(
            "old/", "old/changed", "old/second", "old/link", "old/replaced", "old/dir/");
    assertThat(tree.get("old/changed").content()).asString().isEqualTo("after");
    assertThat(tree.get("old/second").content()).asString().isEqualTo("kept");
    assertThat(tree.get("old/link").header().getLinkName()).isEqualTo("kept");
    assertThat(tree.get("old/dir/").header().getMode() & 07777).isEqualTo(01777);
    assertThat(tree.get("old/replaced").header().isFile()).isTrue();
    assertThat(tree.get("etc/passwd").content()).asString().contains("mason");
    // Directories stand before what they contain.
    List<String> order = List.copyOf(tree.keySet());
    assertThat(order.indexOf("old/")).isLessThan(order.indexOf("old/changed"));
  }

  @Test
  void namesOfOneFileStayNamesOfOneFile() throws Exception {
    yard.build(
        worker,
        unpushed(
            request(
                "FROM %s\nRUN mkdir /d && touch /d/x && ln /d/x /d/y && ln /d/x /d/z && rm /d/x\n"
                    .formatted(base),
                export(Kind.TREE, file("tree.tar"), ImageForm.DEFAULT))));
    Map<String, Archives.Entry> tree = Archives.entries(file("tree.tar"));
    assertThat(tree.get("d/y").header().isFile()).isTrue();
    assertThat(tree.get("d/z").header().isLink()).isTrue();
    assertThat(tree.get("d/z").header().getLinkName()).isEqualTo("d/y");
  }

  @Test
  void layersArePackedAnewOnceForTheWholeFarm() throws Exception {
    String dockerfile = "FROM " + base + "\nCOPY app /srv/\n";
    Export zstd = export(Kind.OCI, file("zstd.tar"), form(Compression.ZSTD, -1, false));
    BuildResult first = yard.build(worker, unpushed(request(dockerfile, zstd)));
    assertThat(first.layers())
        .extracting(layer -> layer.blob().mediaType())
        .containsExactly(MediaTypes.OCI_LAYER_GZIP, MediaTypes.OCI_LAYER_ZSTD);
    int records = yard.records.all().size();
    BuildResult second = yard.build(yard.worker(), unpushed(request(dockerfile, zstd)));
    assertThat(second.manifest()).isEqualTo(first.manifest());
    assertThat(yard.records.all().size()).isEqualTo(records);
    Export forced = export(Kind.OCI, file("forced.tar"), form(Compression.ZSTD, 19, true));
    BuildResult third = yard.build(worker, unpushed(request(dockerfile, forced)));
    assertThat(third.layers())
        .extracting(layer -> layer.blob().mediaType())
        .containsOnly(MediaTypes.OCI_LAYER_ZSTD);
    assertThat(third.config()).isEqualTo(first.config());
    Export plain = export(Kind.OCI, file("plain.tar"), form(Compression.NONE, -1, true));
    BuildResult fourth = yard.build(worker, unpushed(request(dockerfile, plain)));
    assertThat(fourth.layers()).allMatch(layer -> layer.blob().digest().equals(layer.diffId()));
    skopeo("inspect", "oci-archive:" + file("forced.tar"));
    skopeo("inspect", "oci-archive:" + file("plain.tar"));
  }

  @Test
  void thePushedImageHasTheFormThatWasAskedFor() throws Exception {
    ImageForm docker =
        new ImageForm(
            false, Optional.of(Compression.GZIP), OptionalInt.of(9), false, Map.of(), Map.of());
    BuildResult result =
        yard.build(
            worker,
            yard.request("FROM " + base + "\nCOPY app /srv/\n")
                .withOptions(BuildOptions.NONE.withForm(docker)));
    byte[] pushed =
        yard.client.manifest(
            yard.client.locationOf(yard.target()),
            result.manifest().digest(),
            RegistryCredentials.NONE);
    Manifest manifest = Manifest.parse(pushed);
    assertThat(manifest.mediaType()).isEqualTo(MediaTypes.DOCKER_MANIFEST);
    assertThat(manifest.config().mediaType()).isEqualTo(MediaTypes.DOCKER_CONFIG);
    assertThat(manifest.layers())
        .extracting(Descriptor::mediaType)
        .containsOnly(MediaTypes.DOCKER_LAYER_GZIP);
  }

  @Test
  void annotationsStandOnTheManifest() throws Exception {
    ImageForm noted =
        new ImageForm(
            true,
            Optional.empty(),
            OptionalInt.empty(),
            false,
            Map.of("org.opencontainers.image.vendor", "bricks"),
            Map.of("shelf", "3"));
    BuildResult result =
        yard.build(
            worker,
            unpushed(
                request("FROM scratch\nCOPY app /\n", export(Kind.OCI, file("noted.tar"), noted))));
    Map<String, Archives.Entry> archive = Archives.entries(file("noted.tar"));
    assertThat(Manifest.parse(blob(archive, result.manifest().digest())).annotations())
        .containsEntry("org.opencontainers.image.vendor", "bricks");
    assertThat(index(archive).get("manifests").get(0).get("annotations").get("shelf").asText())
        .isEqualTo("3");
  }

  @Test
  void provenanceStandsBesideTheImageInAnIndex() throws Exception {
    ImageReference tag = yard.image("test/app:proven");
    Provenance asked =
        new Provenance(Provenance.Mode.MAX, Provenance.Version.V0_2, Optional.of("urn:test"));
    BuildRequest request =
        TestYard.pushingTo(yard.request("FROM " + base + "\nCOPY app /srv/\n"), tag)
            .withOptions(
                BuildOptions.NONE
                    .withProvenance(Optional.of(asked))
                    .withExports(
                        List.of(
                            export(Kind.OCI, file("proven.tar"), ImageForm.DEFAULT),
                            export(Kind.TREE, file("tree.tar"), ImageForm.DEFAULT))));
    BuildResult result = yard.build(worker, request);
    Descriptor said = result.attestation().orElseThrow();
    Descriptor published =
        worker.publish(
            new PublishRequest(
                List.of(result.manifest(), said), List.of(tag), RegistryCredentials.NONE));
    assertThat(published.mediaType()).isEqualTo(MediaTypes.OCI_INDEX);
    ImageIndex index =
        ImageIndex.parse(
            skopeo("inspect", "--raw", "--tls-verify=false", "docker://" + tag)
                .getBytes(StandardCharsets.UTF_8));
    assertThat(index.manifests().get(1).annotations())
        .containsEntry("vnd.docker.reference.type", "attestation-manifest")
        .containsEntry("vnd.docker.reference.digest", result.manifest().digest().toString());
    // Whoever pulls the tag gets the image, not what is said about it.
    assertThat(yard.client.resolve(tag, Platform.current(), RegistryCredentials.NONE).layers())
        .hasSize(2);
    Manifest attestation =
        Manifest.parse(
            yard.client.manifest(
                yard.client.locationOf(tag), said.digest(), RegistryCredentials.NONE));
    Descriptor layer = attestation.layers().getFirst();
    assertThat(layer.mediaType()).isEqualTo("application/vnd.in-toto+json");
    JsonNode statement;
    try (var in =
        yard.client.openBlob(yard.client.locationOf(tag), layer, RegistryCredentials.NONE)) {
      statement = JSON.readTree(in);
    }
    assertThat(statement.get("subject").get(0).get("digest").get("sha256").asText())
        .isEqualTo(result.manifest().digest().hex());
    assertThat(statement.get("predicate").get("materials").get(0).get("uri").asText())
        .contains("shell@latest");
    assertThat(statement.get("predicate").get("builder").get("id").asText()).isEqualTo("urn:test");
    // The archive has the same index at its root.
    Map<String, Archives.Entry> archive = Archives.entries(file("proven.tar"));
    JsonNode root = index(archive).get("manifests").get(0);
    assertThat(root.get("mediaType").asText()).isEqualTo(MediaTypes.OCI_INDEX);
    JsonNode ofTree =
        JSON.readTree(Archives.entries(file("tree.tar")).get("provenance.json").content());
    assertThat(ofTree.get("subject").toString())
        .contains("{\"name\":\"srv/a.txt\",\"digest\":{\"sha256\":\"" + Digest.of("a").hex());
  }

  @Test
  void archivesOfTwoPlatformsBecomeOne() throws Exception {
    List<ArchiveJoin.Part> images = new ArrayList<>();
    List<ArchiveJoin.Part> trees = new ArrayList<>();
    for (Platform platform : List.of(Platform.LINUX_AMD64, Platform.LINUX_ARM64)) {
      Path image = file(platform.architecture() + ".oci");
      Path tree = file(platform.architecture() + ".tree");
      BuildRequest plain =
          request(
              "FROM scratch\nCOPY app /srv/\n",
              new Export(Kind.OCI, List.of(), ImageForm.DEFAULT, true, false, new FileSink(image)),
              new Export(Kind.TREE, List.of(), ImageForm.DEFAULT, true, true, new FileSink(tree)));
      yard.build(
          worker,
          unpushed(
              new BuildRequest(
                  plain.dockerfileName(),
                  plain.dockerfile(),
                  plain.context(),
                  platform,
                  plain.buildArgs(),
                  plain.labels(),
                  plain.target(),
                  plain.noCache(),
                  plain.cache(),
                  plain.pushTo(),
                  plain.credentials(),
                  plain.sourceDateEpoch(),
                  plain.options())));
      images.add(() -> Files.newInputStream(image));
      trees.add(() -> Files.newInputStream(tree));
    }
    Descriptor joint;
    try (var out = Files.newOutputStream(file("joint.tar"))) {
      joint =
          ArchiveJoin.images(
              images,
              new ArchiveJoin.Index(
                  List.of(ImageReference.parse("team/app:1")), true, Map.of(), Map.of()),
              out);
    }
    for (String architecture : List.of("amd64", "arm64")) {
      JsonNode seen =
          JSON.readTree(
              skopeo(
                  "--override-arch",
                  architecture,
                  "inspect",
                  "oci-archive:" + file("joint.tar") + ":1"));
      assertThat(seen.get("Architecture").asText()).isEqualTo(architecture);
    }
    skopeo(
        "copy",
        "--all",
        "--preserve-digests",
        "--dest-tls-verify=false",
        "oci-archive:" + file("joint.tar") + ":1",
        "docker://" + yard.image("test/joint:1"));
    assertThat(
            Digest.of(
                skopeo(
                    "inspect",
                    "--raw",
                    "--tls-verify=false",
                    "docker://" + yard.image("test/joint:1"))))
        .isEqualTo(joint.digest());
    try (var out = Files.newOutputStream(file("trees.tar"))) {
      ArchiveJoin.trees(trees, List.of("linux/amd64", "linux/arm64"), out);
    }
    assertThat(Archives.entries(file("trees.tar")))
        .containsKeys(
            "linux_amd64/", "linux_amd64/srv/a.txt", "linux_arm64/", "linux_arm64/srv/b/c.txt");
  }

  @Test
  void twoWorkersMakeTheSameFiles() throws Exception {
    List<List<Digest>> made = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      BuildRequest plain =
          request(
              "FROM " + base + "\nCOPY app /srv/\nRUN touch /made && mkdir /d\n",
              export(Kind.OCI, file("image.tar"), form(Compression.ZSTD, -1, true), "team/app:1"),
              export(Kind.DOCKER, file("docker.tar"), ImageForm.DEFAULT, "team/app:1"),
              export(Kind.TREE, file("tree.tar"), ImageForm.DEFAULT));
      yard.build(
          yard.worker(),
          new BuildRequest(
              plain.dockerfileName(),
              plain.dockerfile(),
              plain.context(),
              plain.platform(),
              plain.buildArgs(),
              plain.labels(),
              plain.target(),
              true,
              plain.cache(),
              List.of(),
              plain.credentials(),
              Optional.of(java.time.Instant.parse("2026-01-01T00:00:00Z")),
              plain
                  .options()
                  .withProvenance(
                      Optional.of(
                          new Provenance(
                              Provenance.Mode.MAX, Provenance.Version.V1, Optional.empty())))));
      List<Digest> files = new ArrayList<>();
      for (String name : List.of("image.tar", "docker.tar", "tree.tar")) {
        files.add(Digest.of(Files.readAllBytes(file(name))));
      }
      made.add(files);
    }
    assertThat(made.get(1)).isEqualTo(made.get(0));
  }
}
