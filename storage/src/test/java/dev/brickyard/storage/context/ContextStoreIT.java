package dev.brickyard.storage.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.engine.cache.CorruptBlobException;
import dev.brickyard.engine.context.BuildContext;
import dev.brickyard.engine.context.ContextException;
import dev.brickyard.engine.context.ContextLimits;
import dev.brickyard.engine.context.ReceivedContext;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.storage.object.ObjectNotFoundException;
import dev.brickyard.storage.object.S3ObjectStore;
import dev.brickyard.storage.testing.S3Server;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ContextStoreIT {
  private static final String BUCKET = "contexts-test";
  private static final int MIB = 1 << 20;
  private static S3Server server;
  private static S3ObjectStore objects;
  private static ContextStore contexts;

  private final UUID id = UUID.randomUUID();

  @BeforeAll
  static void start() {
    server = S3Server.start();
    objects = new S3ObjectStore(server.settings(BUCKET));
    contexts = new ContextStore(objects);
  }

  @AfterAll
  static void stop() {
    objects.close();
    server.close();
  }

  @Test
  void smallContextComesBackFileByFile() throws Exception {
    byte[] tar =
        tar(
            Map.of(
                "Dockerfile", bytes("FROM scratch\n"),
                "app/a.txt", bytes("a"),
                "app/empty", new byte[0]));

    ReceivedContext received = receive(new ByteArrayInputStream(tar));

    assertThat(received.captured().get(path("Dockerfile"))).isEqualTo(bytes("FROM scratch\n"));
    BuildContext context = contexts.open(id);
    assertThat(context.index().entries()).isEqualTo(received.index().entries());
    assertThat(read(context, "app/a.txt")).isEqualTo(bytes("a"));
    assertThat(read(context, "app/empty")).isEmpty();
  }

  @Test
  void smallContextIsOneObjectAndALargerOneTwo() throws Exception {
    receive(new ByteArrayInputStream(tar(Map.of("a", random(200 << 10)))));
    assertThat(objects.list("contexts/" + id, Optional.empty(), 10).objects()).hasSize(1);
    assertThat(read(contexts.open(id), "a")).isEqualTo(random(200 << 10));

    UUID larger = UUID.randomUUID();
    contexts.receive(
        larger,
        new ByteArrayInputStream(tar(Map.of("a", random(300 << 10)))),
        ContextLimits.DEFAULT,
        Set.of());
    assertThat(objects.list("contexts/" + larger, Optional.empty(), 10).objects()).hasSize(2);
    assertThat(read(contexts.open(larger), "a")).isEqualTo(random(300 << 10));
  }

  @Test
  void damagedSmallContextIsNoticed() throws Exception {
    receive(new ByteArrayInputStream(tar(Map.of("a", bytes("aaaa")))));
    Path stored = server.file(BUCKET, "contexts/" + id + "/index");
    byte[] whole = Files.readAllBytes(stored);
    byte[] flipped = whole.clone();
    flipped[flipped.length - 5] ^= 1;
    for (byte[] damaged : List.of(flipped, Arrays.copyOf(whole, whole.length - 512), new byte[3])) {
      Files.write(stored, damaged);
      assertThatThrownBy(() -> contexts.open(id).index()).isInstanceOf(IOException.class);
    }
  }

  @Test
  void indexesThatCannotBeAreRefused() {
    for (byte[] nonsense :
        List.of(
            new byte[0],
            ByteBuffer.allocate(8).putLong(-1).array(),
            ByteBuffer.allocate(12).putLong(-1).putInt(Integer.MAX_VALUE).array(),
            ByteBuffer.allocate(12).putLong(-1).putInt(-4).array(),
            ByteBuffer.allocate(12).putLong(Long.MIN_VALUE).putInt(0).array())) {
      assertThatThrownBy(() -> ContextIndex.decode(nonsense)).isInstanceOf(IOException.class);
    }
  }

  @Test
  void largeContextIsReadByRanges() throws Exception {
    byte[] large = random(11 * MIB);
    receive(new ByteArrayInputStream(tar(Map.of("large", large, "z/small", bytes("at the end")))));

    BuildContext context = contexts.open(id);
    assertThat(read(context, "large")).isEqualTo(large);
    assertThat(read(context, "z/small")).isEqualTo(bytes("at the end"));
  }

  @Test
  void brokenBodyLeavesNothing() throws Exception {
    byte[] tar = tar(Map.of("large", random(20 * MIB)));
    InputStream broken =
        new SequenceInputStream(
            new ByteArrayInputStream(tar, 0, 18 * MIB),
            new InputStream() {
              @Override
              public int read() throws IOException {
                throw new IOException("the client is gone");
              }
            });

    assertThatThrownBy(() -> receive(broken)).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> receive(new ByteArrayInputStream(tar, 0, 18 * MIB)))
        .isInstanceOfAny(ContextException.class, IOException.class);

    assertThat(objects.list("contexts/" + id, Optional.empty(), 10).objects()).isEmpty();
    assertThatThrownBy(() -> contexts.open(id).index()).isInstanceOf(ObjectNotFoundException.class);
  }

  @Test
  void damagedTarIsNoticedFileByFile() throws Exception {
    receive(
        new ByteArrayInputStream(
            tar(Map.of("a", bytes("aaaa"), "b", bytes("bbbb"), "c", random(MIB)))));
    Path stored = server.file(BUCKET, "contexts/" + id + "/context.tar");
    byte[] content = Files.readAllBytes(stored);
    LayerEntry a = contexts.open(id).index().find(path("a")).orElseThrow();
    content[(int) a.offset()] = 'X';
    Files.write(stored, content);

    BuildContext context = contexts.open(id);
    assertThatThrownBy(() -> read(context, "a")).isInstanceOf(CorruptBlobException.class);
    assertThat(read(context, "b")).isEqualTo(bytes("bbbb"));
  }

  @Test
  void truncatedTarIsNoticed() throws Exception {
    receive(new ByteArrayInputStream(tar(Map.of("a", random(9 * MIB), "b", bytes("bbbb")))));
    Path stored = server.file(BUCKET, "contexts/" + id + "/context.tar");
    Files.write(stored, Arrays.copyOf(Files.readAllBytes(stored), MIB));

    BuildContext context = contexts.open(id);
    assertThatThrownBy(() -> read(context, "a")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> read(context, "b")).isInstanceOf(IOException.class);
  }

  @Test
  void indexOfAnotherContextIsRefused() throws Exception {
    UUID other = UUID.randomUUID();
    receive(new ByteArrayInputStream(tar(Map.of("a", bytes("a")))));
    contexts.receive(
        other,
        new ByteArrayInputStream(tar(Map.of("b", bytes("b")))),
        ContextLimits.DEFAULT,
        Set.of());
    Files.copy(
        server.file(BUCKET, "contexts/" + other + "/index"),
        server.file(BUCKET, "contexts/" + id + "/index"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);

    assertThatThrownBy(() -> contexts.open(id).index())
        .hasMessage("the object contexts/" + id + "/index is damaged");
  }

  @Test
  void deletedContextIsGone() throws Exception {
    receive(new ByteArrayInputStream(tar(Map.of("a", bytes("a")))));
    contexts.delete(id);
    contexts.delete(id);
    assertThat(objects.list("contexts/" + id, Optional.empty(), 10).objects()).isEmpty();
  }

  private ReceivedContext receive(InputStream body) throws ContextException, IOException {
    return contexts.receive(id, body, ContextLimits.DEFAULT, Set.of(path("Dockerfile")));
  }

  private static byte[] read(BuildContext context, String path) throws IOException {
    LayerEntry file = context.index().find(path(path)).orElseThrow();
    try (InputStream in = context.open(file)) {
      return in.readAllBytes();
    }
  }

  private static byte[] tar(Map<String, byte[]> files) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
      for (var file : new TreeMap<>(files).entrySet()) {
        TarArchiveEntry entry = new TarArchiveEntry(file.getKey());
        entry.setSize(file.getValue().length);
        tar.putArchiveEntry(entry);
        tar.write(file.getValue());
        tar.closeArchiveEntry();
      }
    }
    return out.toByteArray();
  }

  private static ImagePath path(String value) {
    return new ImagePath(value);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] random(int size) {
    byte[] content = new byte[size];
    new Random(size).nextBytes(content);
    return content;
  }
}
