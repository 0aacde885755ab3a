package dev.brickyard.storage.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.engine.export.ExportStream;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.storage.object.ObjectNotFoundException;
import dev.brickyard.storage.object.S3ObjectStore;
import dev.brickyard.storage.testing.S3Server;
import dev.brickyard.storage.testing.TestClock;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class OutputStoreIT {
  private static S3Server server;
  private static S3ObjectStore objects;
  private static final TestClock CLOCK = new TestClock();

  private final OutputStore outputs = new OutputStore(objects, CLOCK);
  private final UUID build = UUID.randomUUID();

  @BeforeAll
  static void start() {
    server = S3Server.start();
    objects = new S3ObjectStore(server.settings("outputs"));
  }

  @AfterAll
  static void stop() {
    objects.close();
    server.close();
  }

  private void store(String name, byte[] content) throws IOException {
    try (ExportStream out = outputs.begin(build, name, "oci", Duration.ofHours(1))) {
      out.write(content);
      out.complete();
    }
  }

  @Test
  void aFileIsThereOnceItIsComplete() throws Exception {
    byte[] large = new byte[(17 << 20) + 5];
    for (int i = 0; i < large.length; i++) {
      large[i] = (byte) (i * 31);
    }
    try (ExportStream out = outputs.begin(build, "never.tar", "tar", Duration.ofHours(1))) {
      out.write(1);
    }
    store("image.tar", large);
    store("another.tar", new byte[] {1, 2, 3, 4});
    assertThat(outputs.list(build))
        .extracting(StoredOutput::name)
        .containsExactly("another.tar", "image.tar");
    StoredOutput stored = outputs.find(build, "image.tar").orElseThrow();
    assertThat(stored.size()).isEqualTo(large.length);
    assertThat(stored.digest()).isEqualTo(Digest.of(large));
    assertThat(stored.expiresAt()).isEqualTo(CLOCK.instant().plus(Duration.ofHours(1)));
    try (InputStream in = outputs.open(build, "image.tar", 0, large.length)) {
      assertThat(in.readAllBytes()).isEqualTo(large);
    }
    try (InputStream in = outputs.open(build, "another.tar", 1, 2)) {
      assertThat(in.readAllBytes()).containsExactly(2, 3);
    }
  }

  @Test
  void aNewerFileReplacesAnOlderOne() throws Exception {
    store("image.tar", new byte[] {1});
    store("image.tar", new byte[] {2, 2});
    assertThat(outputs.list(build)).singleElement().extracting(StoredOutput::size).isEqualTo(2L);
  }

  @Test
  void partsAreNoOutputsAndCanBeForgotten() throws Exception {
    try (ExportStream out = outputs.beginPart(build, "image.tar", "linux/arm/v7")) {
      out.write("part".getBytes(StandardCharsets.UTF_8));
      out.complete();
    }
    assertThat(outputs.list(build)).isEmpty();
    try (InputStream in = outputs.openPart(build, "image.tar", "linux/arm/v7")) {
      assertThat(in.readAllBytes()).asString().isEqualTo("part");
    }
    outputs.deleteParts(build);
    assertThatThrownBy(() -> outputs.openPart(build, "image.tar", "linux/arm/v7"))
        .isInstanceOf(ObjectNotFoundException.class);
  }

  @Test
  void namesLeadNowhereElse() throws Exception {
    assertThat(outputs.find(build, "../about")).isEmpty();
    assertThatThrownBy(() -> outputs.begin(build, "a/b", "tar", Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
