package dev.brickyard.engine.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ImageIndexTest {
  @ParameterizedTest
  @CsvSource({
    "linux/amd64, linux/arm64 linux/amd64, linux/amd64",
    "linux/amd64, linux/amd64/v3 linux/amd64/v2 linux/amd64, linux/amd64",
    "linux/amd64/v2, linux/amd64 linux/amd64/v3 linux/amd64/v2, linux/amd64/v2",
    "linux/amd64/v3, linux/amd64 linux/amd64/v2, linux/amd64/v2",
    "linux/arm/v7, linux/arm/v5 linux/arm/v6, linux/arm/v6",
    "linux/arm/v6, linux/arm/v7, none",
    "linux/arm64, linux/arm64/v8, linux/arm64",
    "linux/arm64, linux/arm/v7, none",
    "linux/amd64, windows/amd64, none",
    "linux/amd64, unknown/unknown, none",
  })
  void choosesTheClosestVariantThatRuns(String wanted, String has, String chosen) {
    ImageIndex index =
        ImageIndex.oci(
            Arrays.stream(has.split(" ", -1))
                .map(
                    text ->
                        Descriptor.of(MediaTypes.OCI_MANIFEST, Digest.of(text), 1)
                            .forPlatform(Platform.parse(text)))
                .toList());

    assertThat(
            index
                .choose(Platform.parse(wanted))
                .flatMap(Descriptor::platform)
                .map(Platform::toString))
        .isEqualTo(chosen.equals("none") ? Optional.empty() : Optional.of(chosen));
  }

  @Test
  void survivesARoundTripAndSkipsWhatItCannotAddress() {
    String one =
        "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":3,\"annotations\":{\"a\":\"b\"},"
                .formatted(MediaTypes.OCI_MANIFEST, Digest.of("x"))
            + "\"platform\":{\"architecture\":\"arm\",\"os\":\"linux\",\"variant\":\"v6\"}}";
    String sha512 = "{\"mediaType\":\"x\",\"digest\":\"sha512:ff\",\"size\":3}";
    String json =
        "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"manifests\":[%s]}"
            .formatted(MediaTypes.OCI_INDEX, one);

    ImageIndex index = parse(json.replace("[", "[" + sha512 + ","));

    assertThat(new String(index.toJson(), StandardCharsets.UTF_8)).isEqualTo(json);
    assertThat(index.platforms()).containsExactly(Platform.parse("linux/arm/v6"));
    assertThatIllegalArgumentException().isThrownBy(() -> parse("{\"manifests\":{}}"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> parse(json.replace("\"size\":3", "\"size\":-3")));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> parse(json.replace("\"size\":3", "\"size\":1e400")));
  }

  private static ImageIndex parse(String json) {
    return ImageIndex.parse(json.getBytes(StandardCharsets.UTF_8));
  }
}
