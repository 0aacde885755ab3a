package dev.brickyard.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.brickyard.engine.FailureKind;
import dev.brickyard.engine.image.Descriptor;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.image.Platform;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.registry.ImageToPush.PushableLayer;
import dev.brickyard.engine.registry.RegistryException.Code;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The client against the real distribution server, judged by skopeo. */
final class RegistryClientIT {
  private TestRegistry registry;
  private RegistryClient client;

  @BeforeEach
  void start() {
    registry = TestRegistry.start();
    client = new RegistryClient(RegistrySettings.DEFAULT.withRetries(2, Duration.ofMillis(10)));
  }

  @AfterEach
  void stop() {
    client.close();
    registry.close();
  }

  @Test
  void skopeoAcceptsAPublishedIndex() throws Exception {
    ImageReference tag = registry.reference("team/app:1.0");
    ImageReference latest = registry.reference("team/app:latest");
    Descriptor amd64 = push(TestImages.image(Platform.LINUX_AMD64, "x86", "shared"), tag);
    Descriptor arm64 = push(TestImages.image(Platform.LINUX_ARM64, "arm", "shared"), tag);

    Descriptor index =
        new ImagePublisher(client)
            .publish(List.of(amd64, arm64), List.of(tag, latest), RegistryCredentials.NONE);

    for (ImageReference each : List.of(tag, latest)) {
      JsonNode raw = skopeo("inspect", "--tls-verify=false", "--raw", "docker://" + each);
      assertThat(raw.path("manifests").findValuesAsText("architecture"))
          .containsExactly("amd64", "arm64");
      JsonNode seen =
          skopeo("--override-arch=arm64", "inspect", "--tls-verify=false", "docker://" + each);
      assertThat(seen.path("Digest").asText()).isEqualTo(index.digest().toString());
      assertThat(seen.path("Architecture").asText()).isEqualTo("arm64");
      assertThat(seen.path("Layers")).hasSize(2);
      assertThat(seen.path("Env").path(0).asText()).isEqualTo("PATH=/usr/bin:/bin");
    }
  }

  @Test
  void oneManifestIsTaggedItself() throws Exception {
    ImageReference tag = registry.reference("app:1");
    Descriptor manifest = push(TestImages.image(Platform.LINUX_AMD64, "one"), tag);

    Descriptor tagged =
        new ImagePublisher(client)
            .publish(List.of(manifest), List.of(tag), RegistryCredentials.NONE);

    assertThat(tagged.digest()).isEqualTo(manifest.digest());
    JsonNode seen = skopeo("inspect", "--tls-verify=false", "docker://" + tag);
    assertThat(seen.path("Digest").asText()).isEqualTo(manifest.digest().toString());
  }

  @Test
  void resolvesAndReadsWhatItPushed() throws Exception {
    ImageReference tag = registry.reference("app:1");
    ImageToPush image = TestImages.image(Platform.LINUX_ARM64, "one", "two");
    publish(image, tag);

    ResolvedImage resolved = client.resolve(tag, Platform.LINUX_ARM64, RegistryCredentials.NONE);

    assertThat(resolved.config()).isEqualTo(image.config());
    assertThat(resolved.layers())
        .isEqualTo(image.layers().stream().map(PushableLayer::layer).toList());
    for (PushableLayer layer : image.layers()) {
      Descriptor blob = layer.layer().blob();
      try (InputStream pulled =
              client.openBlob(resolved.location(), blob, RegistryCredentials.NONE);
          InputStream original = layer.source().open()) {
        assertThat(pulled.readAllBytes()).isEqualTo(original.readAllBytes());
      }
    }
  }

  @Test
  void seesThatATagHasMoved() throws Exception {
    ImageReference tag = registry.reference("app:1");
    publish(TestImages.image(Platform.LINUX_AMD64, "old"), tag);
    ResolvedImage old = client.resolve(tag, Platform.LINUX_AMD64, RegistryCredentials.NONE);
    try (RegistryClient other = new RegistryClient(RegistrySettings.DEFAULT)) {
      Descriptor moved =
          new ImagePusher(other)
              .push(
                  TestImages.image(Platform.LINUX_AMD64, "new"),
                  List.of(tag),
                  RegistryCredentials.NONE);
      new ImagePublisher(other).publish(List.of(moved), List.of(tag), RegistryCredentials.NONE);

      ResolvedImage now = client.resolve(tag, Platform.LINUX_AMD64, RegistryCredentials.NONE);

      assertThat(now.descriptor().digest())
          .isEqualTo(moved.digest())
          .isNotEqualTo(old.descriptor().digest());
    }
  }

  @Test
  void mountsTheLayersOfABaseImage() throws Exception {
    ImageToPush base = TestImages.image(Platform.LINUX_AMD64, "base layer");
    publish(base, registry.reference("library/base:1"));
    ResolvedImage found =
        client.resolve(
            registry.reference("library/base:1"), Platform.LINUX_AMD64, RegistryCredentials.NONE);
    Layer layer = found.layers().getFirst();

    PushedBlob pushed =
        client.pushBlob(
            client.locationOf(registry.reference("team/app:1")),
            layer.blob(),
            Optional.of(found.location()),
            () -> {
              throw new AssertionError("a mounted layer must not be opened");
            },
            RegistryCredentials.NONE);
    PushedBlob again =
        client.pushBlob(
            client.locationOf(registry.reference("team/app:1")),
            layer.blob(),
            Optional.empty(),
            () -> {
              throw new AssertionError("a present layer must not be opened");
            },
            RegistryCredentials.NONE);

    assertThat(pushed).isEqualTo(PushedBlob.MOUNTED);
    assertThat(again).isEqualTo(PushedBlob.PRESENT);
  }

  @Test
  void findsTheImagesOfARegistryInItsMirror() throws Exception {
    publish(
        TestImages.image(Platform.LINUX_AMD64, "debian"),
        registry.reference("library/debian:bookworm"));
    RegistrySettings settings =
        RegistrySettings.DEFAULT.withMirrors(
            Map.of("docker.io", List.of(Mirror.at("http://" + registry.host()))));
    try (RegistryClient mirrored = new RegistryClient(settings)) {
      ResolvedImage found =
          mirrored.resolve(
              ImageReference.parse("debian:bookworm"),
              Platform.LINUX_AMD64,
              RegistryCredentials.NONE);

      assertThat(found.reference()).hasToString("docker.io/library/debian:bookworm");
      assertThat(found.location()).hasToString(registry.host() + "/library/debian");
    }
  }

  @Test
  void namesAMissingImageAndWhereItLooked() {
    assertThatExceptionOfType(RegistryException.class)
        .isThrownBy(
            () ->
                client.resolve(
                    registry.reference("no/such:1"),
                    Platform.LINUX_AMD64,
                    RegistryCredentials.NONE))
        .satisfies(
            e -> {
              assertThat(e.code()).isEqualTo(Code.IMAGE_NOT_FOUND);
              assertThat(e.toBuildFailure().kind()).isEqualTo(FailureKind.USER);
              assertThat(e.sentence())
                  .isEqualTo(registry.host() + "/no/such:1 was not found in " + registry.host());
            });
  }

  @Test
  void namesThePlatformsAnImageHas() throws Exception {
    ImageReference tag = registry.reference("app:1");
    Descriptor amd64 = push(TestImages.image(Platform.LINUX_AMD64, "x86"), tag);
    Descriptor s390x = push(TestImages.image(Platform.parse("linux/s390x"), "z"), tag);
    new ImagePublisher(client)
        .publish(List.of(amd64, s390x), List.of(tag), RegistryCredentials.NONE);

    assertThatExceptionOfType(RegistryException.class)
        .isThrownBy(() -> client.resolve(tag, Platform.LINUX_ARM64, RegistryCredentials.NONE))
        .satisfies(e -> assertThat(e.code()).isEqualTo(Code.PLATFORM_NOT_FOUND))
        .withMessage("%s is not available for linux/arm64, only for linux/amd64, linux/s390x", tag);
  }

  @Test
  void saysThatARegistryCannotBeReached() {
    ImageReference gone = registry.reference("app:1");
    registry.close();

    assertThatExceptionOfType(RegistryException.class)
        .isThrownBy(() -> client.resolve(gone, Platform.LINUX_AMD64, RegistryCredentials.NONE))
        .satisfies(
            e -> {
              assertThat(e.code()).isEqualTo(Code.UNREACHABLE);
              assertThat(e.toBuildFailure().kind()).isEqualTo(FailureKind.FARM);
            })
        .withMessage("%s could not be reached: the connection was refused", gone.registry());
  }

  @Test
  void givesTheLoginWhenAskedAndNamesADeniedPush() throws Exception {
    try (TestRegistry locked = TestRegistry.startWithPassword()) {
      ImageReference tag = locked.reference("app:1");
      ImageToPush image = TestImages.image(Platform.LINUX_AMD64, "secret");
      ImagePusher pusher = new ImagePusher(client);

      assertThatExceptionOfType(RegistryException.class)
          .isThrownBy(() -> pusher.push(image, List.of(tag), RegistryCredentials.NONE))
          .satisfies(e -> assertThat(e.code()).isEqualTo(Code.PUSH_DENIED))
          .withMessageStartingWith("push denied to " + tag.name());
      pusher.push(image, List.of(tag), locked.credentials());
      assertThatExceptionOfType(RegistryException.class)
          .isThrownBy(
              () ->
                  pusher.push(
                      image,
                      List.of(tag),
                      host -> Optional.of(new RegistryCredentials.Credential("mason", "wrong"))))
          .satisfies(e -> assertThat(e.code()).isEqualTo(Code.PUSH_DENIED));
    }
  }

  @Test
  void pushesAgainAfterTheRegistryLostItsData() throws Exception {
    ImageReference tag = registry.reference("app:1");
    ImageToPush image = TestImages.image(Platform.LINUX_AMD64, "one", "two");
    ImagePusher pusher = new ImagePusher(client);
    pusher.push(image, List.of(tag), RegistryCredentials.NONE);
    new ProcessBuilder("find", registry.data().toString(), "-mindepth", "1", "-delete")
        .inheritIO()
        .start()
        .waitFor();

    Descriptor again = pusher.push(image, List.of(tag), RegistryCredentials.NONE);

    new ImagePublisher(client).publish(List.of(again), List.of(tag), RegistryCredentials.NONE);
    try (RegistryClient fresh = new RegistryClient(RegistrySettings.DEFAULT)) {
      assertThat(fresh.resolve(tag, Platform.LINUX_AMD64, RegistryCredentials.NONE).layers())
          .hasSize(2);
    }
  }

  @Test
  void loopbackNamesArePlainHttpAndOthersWhenSettingsSaySo() {
    RegistrySettings settings = RegistrySettings.DEFAULT.withInsecure(Set.of("yard.example:5000"));
    try (RegistryClient configured = new RegistryClient(settings)) {
      assertThat(configured.locationOf(ImageReference.parse("localhost:5000/a")).endpoint())
          .hasToString("http://localhost:5000");
      assertThat(configured.locationOf(ImageReference.parse("yard.example:5000/a")).endpoint())
          .hasToString("http://yard.example:5000");
      assertThat(configured.locationOf(ImageReference.parse("127.0.0.1.example/a")).endpoint())
          .hasToString("https://127.0.0.1.example");
      assertThat(configured.locationOf(ImageReference.parse("debian")).endpoint())
          .hasToString("https://registry-1.docker.io");
    }
  }

  private Descriptor push(ImageToPush image, ImageReference target)
      throws RegistryException, InterruptedException {
    return new ImagePusher(client).push(image, List.of(target), RegistryCredentials.NONE);
  }

  private void publish(ImageToPush image, ImageReference tag)
      throws RegistryException, InterruptedException {
    new ImagePublisher(client)
        .publish(List.of(push(image, tag)), List.of(tag), RegistryCredentials.NONE);
  }

  private static JsonNode skopeo(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("skopeo"));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
    return new ObjectMapper().readTree(output);
  }
}
