package dev.brickyard.engine.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.engine.image.Descriptor;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.image.MediaTypes;
import dev.brickyard.engine.image.Platform;
import dev.brickyard.engine.layer.Compression;
import dev.brickyard.engine.layer.EntryType;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.engine.layer.LayerWriter;
import dev.brickyard.engine.layer.NewLayer;
import dev.brickyard.engine.linux.Attributes;
import dev.brickyard.engine.linux.Mounts;
import dev.brickyard.engine.testing.TestRoot;
import dev.brickyard.engine.testing.Workbench;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Unpacking, mounting and committing on a real overlay file system. */
class LayerStoreIT {
  private Workbench bench;

  @BeforeEach
  void open() throws IOException {
    bench = new Workbench();
  }

  @AfterEach
  void close() throws IOException {
    bench.close();
  }

  private static LayerEntry dir(String path) {
    return LayerEntry.directory(new ImagePath(path), 0755, 0, 0, 100);
  }

  @FunctionalInterface
  private interface Fill {
    void into(LayerWriter writer) throws IOException;
  }

  private Layer layer(Fill fill) throws IOException {
    try (LayerWriter writer = new LayerWriter(bench.blobs(), Compression.ZSTD)) {
      fill.into(writer);
      return bench.offer(writer.finish());
    }
  }

  private static void file(LayerWriter writer, String path, String content) throws IOException {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    writer.addFile(
        new ImagePath(path),
        0644,
        0,
        0,
        100,
        bytes.length,
        new TreeMap<>(),
        () -> new ByteArrayInputStream(bytes));
  }

  private static LayerEntry opaque(String path) {
    return new LayerEntry(
        new ImagePath(path),
        EntryType.OPAQUE,
        0,
        0,
        0,
        0,
        0,
        Optional.empty(),
        Optional.empty(),
        new TreeMap<>(),
        0,
        -1);
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> children = Files.list(directory)) {
      return children.map(p -> String.valueOf(p.getFileName())).sorted().toList();
    }
  }

  @Test
  void layersAreStackedAsTheyShould() throws Exception {
    Layer base =
        layer(
            w -> {
              w.add(dir("a"));
              file(w, "a/one", "1");
              file(w, "a/two", "2");
              w.add(dir("b"));
              file(w, "b/old", "old");
            });
    Layer top =
        layer(
            w -> {
              w.add(dir("a"));
              w.add(LayerEntry.whiteout(new ImagePath("a/one")));
              w.add(dir("b"));
              w.add(opaque("b"));
              file(w, "b/new", "new");
            });
    try (WritableRoot root = bench.store.mount(List.of(base, top))) {
      assertThat(names(root.root().resolve("a"))).containsExactly("two");
      assertThat(names(root.root().resolve("b"))).containsExactly("new");
      assertThat(Files.getLastModifiedTime(root.root().resolve("b")))
          .isEqualTo(FileTime.from(Instant.ofEpochSecond(100)));
    }
  }

  @Test
  void nothingMakesAnEmptyRoot() throws Exception {
    WritableRoot root = bench.store.mount(List.of());
    Files.writeString(root.root().resolve("hello"), "world");
    NewLayer layer = bench.store.commit(root, Compression.NONE, Optional.empty());
    assertThat(layer.index().entries())
        .singleElement()
        .satisfies(e -> assertThat(e.path().value()).isEqualTo("hello"));
    assertThat(bench.store.has(layer.layer())).isTrue();
  }

  @Test
  void threeHundredLayersAreMounted() throws Exception {
    List<Layer> layers = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      int number = i;
      layers.add(
          layer(
              w -> {
                file(w, "f" + number, "x");
                file(w, "last", Integer.toString(number));
              }));
    }
    try (WritableRoot root = bench.store.mount(layers)) {
      // What a container needs of a root is made when one starts, not by the mount.
      assertThat(names(root.root())).hasSize(302);
      assertThat(root.root().resolve("last")).hasContent("299");
    }
  }

  @Test
  void olderKernelsMountToo() throws Exception {
    List<Path> topFirst = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      int number = i;
      topFirst.addFirst(bench.store.unpacked(layer(w -> file(w, "f", "" + number))));
    }
    Path place = Files.createDirectory(bench.directory().resolve("classic"));
    for (String name : List.of("upper", "work", "root", "l")) {
      Files.createDirectory(place.resolve(name));
    }
    OverlayMount.withClassicCall(
        topFirst,
        place.resolve("upper"),
        place.resolve("work"),
        place.resolve("root"),
        place.resolve("l"));
    try {
      assertThat(place.resolve("root/f")).hasContent("59");
    } finally {
      Mounts.unmount(place.resolve("root"), 0);
    }
  }

  @Test
  void aLayerIsFetchedOnceHoweverManyAsk() throws Exception {
    Layer base = bench.offer(TestRoot.layer(Platform.LINUX_AMD64, bench.blobs(), Compression.GZIP));
    try (ExecutorService askers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Path>> answers = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        answers.add(askers.submit(() -> bench.store.unpacked(base)));
      }
      for (Future<Path> answer : answers) {
        assertThat(answer.get().resolve("bin/busybox")).isExecutable();
      }
    }
    assertThat(bench.store.bytesFetched()).isEqualTo(base.blob().size());
  }

  @Test
  void aLayerWithAnotherDigestIsRefusedAndNotKept() throws Exception {
    Layer good = layer(w -> file(w, "f", "good"));
    Layer other = new Layer(Digest.of("something else"), good.blob());
    try (WritableRoot root = bench.store.mount(List.of(good))) {
      assertThat(root.root().resolve("f")).hasContent("good");
    }
    Path lies = Files.createTempDirectory(bench.directory(), "lies");
    NewLayer blob;
    try (LayerWriter writer = new LayerWriter(lies, Compression.GZIP)) {
      file(writer, "f", "evil");
      blob = writer.finish();
    }
    Layer claimed = bench.offer(new NewLayer(other, blob.index(), blob.blobFile()));
    assertThatThrownBy(() -> bench.store.unpacked(claimed)).hasMessageContaining("is corrupt");
    assertThat(bench.store.has(claimed)).isFalse();
    assertThat(names(bench.directory().resolve("data/tmp"))).isEmpty();
  }

  private Layer hostile(TarArchiveEntry... entries) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
      for (TarArchiveEntry entry : entries) {
        tar.putArchiveEntry(entry);
        tar.write(new byte[(int) entry.getSize()]);
        tar.closeArchiveEntry();
      }
    }
    Path file = Files.createTempFile(bench.blobs(), "hostile", ".tar");
    Files.write(file, out.toByteArray());
    Digest digest = Digest.of(out.toByteArray());
    Layer layer = new Layer(digest, Descriptor.of(MediaTypes.OCI_LAYER, digest, out.size()));
    return bench.offer(
        new NewLayer(
            layer, new dev.brickyard.engine.layer.LayerIndex(List.of(), java.util.Map.of()), file));
  }

  private static TarArchiveEntry entry(String name, byte type, String link) {
    TarArchiveEntry entry = new TarArchiveEntry(name, type, true);
    entry.setLinkName(link);
    entry.setSize(type == TarConstants.LF_NORMAL ? 4 : 0);
    return entry;
  }

  @Test
  void noArchiveWritesOutsideOfItsDirectory() throws Exception {
    Path outside = Files.createDirectory(bench.directory().resolve("outside"));
    Files.writeString(outside.resolve("secret"), "secret");
    String out = outside.toString();
    List<Layer> attacks =
        List.of(
            hostile(
                entry("link", TarConstants.LF_SYMLINK, out),
                entry("link/written", TarConstants.LF_NORMAL, "")),
            hostile(
                entry("d/link", TarConstants.LF_SYMLINK, "../../../outside"),
                entry("d/link/sub/written", TarConstants.LF_NORMAL, "")),
            hostile(
                entry("link", TarConstants.LF_SYMLINK, out),
                entry("link/.wh.secret", TarConstants.LF_NORMAL, "")),
            hostile(
                entry("link", TarConstants.LF_SYMLINK, out),
                entry("link/.wh..wh..opq", TarConstants.LF_NORMAL, "")),
            hostile(
                entry("link", TarConstants.LF_SYMLINK, out),
                entry("stolen", TarConstants.LF_LINK, "link/secret")),
            hostile(entry("stolen", TarConstants.LF_LINK, "../outside/secret")),
            hostile(entry("../written", TarConstants.LF_NORMAL, "")));
    for (Layer attack : attacks) {
      assertThatThrownBy(() -> bench.store.unpacked(attack)).isInstanceOf(IOException.class);
      assertThat(bench.store.has(attack)).isFalse();
    }
    // A link that a file then takes the place of is harmless: the file is written, not followed.
    Layer replaced =
        hostile(
            entry("f", TarConstants.LF_SYMLINK, out + "/secret"),
            entry("f", TarConstants.LF_NORMAL, ""));
    assertThat(bench.store.unpacked(replaced).resolve("f")).isRegularFile();
    assertThat(names(outside)).containsExactly("secret");
    assertThat(outside.resolve("secret")).hasContent("secret");
    assertThat(names(bench.directory().resolve("data/tmp"))).isEmpty();
  }

  @Test
  void whatAKilledPredecessorLeftIsCleanedUp() throws Exception {
    Layer base = layer(w -> file(w, "f", "kept"));
    WritableRoot abandoned = bench.store.mount(List.of(base));
    Files.writeString(abandoned.root().resolve("g"), "half");
    Path data = bench.directory().resolve("data");
    Files.createDirectories(data.resolve("tmp/layer-1/half"));
    Files.writeString(data.resolve("blobs/layer-1.blob"), "half");
    assertThat(Mounts.below(data)).hasSize(1);
    try (LayerStore next =
        new LayerStore(
            data,
            l -> {
              throw new IOException("nothing may be fetched");
            })) {
      next.recover();
      assertThat(Mounts.below(data)).isEmpty();
      for (String name : List.of("tmp", "mounts", "blobs")) {
        assertThat(names(data.resolve(name))).isEmpty();
      }
      try (WritableRoot root = next.mount(List.of(base))) {
        assertThat(root.root().resolve("f")).hasContent("kept");
      }
    }
  }

  @Test
  void afterTheMachineWentDownNoLayerIsTrusted() throws Exception {
    Layer base = layer(w -> file(w, "f", "x"));
    bench.store.unpacked(base);
    Files.writeString(bench.directory().resolve("data/boot"), "another boot");
    bench.store.recover();
    assertThat(bench.store.has(base)).isFalse();
  }

  @Test
  void attributesAndTimesSurviveAndAreClamped() throws Exception {
    Layer base = layer(w -> w.add(dir("d")));
    WritableRoot root = bench.store.mount(List.of(base));
    Path file = Files.writeString(root.root().resolve("d/f"), "x");
    Attributes.set(file.toString(), "user.note", new byte[] {0, (byte) 0xFF});
    Attributes.set(file.toString(), "trusted.secret", new byte[] {1});
    Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(50)));
    Files.writeString(root.root().resolve("d/late"), "y");
    NewLayer layer =
        bench.store.commit(root, Compression.GZIP, Optional.of(Instant.ofEpochSecond(1000)));
    LayerEntry entry = layer.index().find(new ImagePath("d/f")).orElseThrow();
    assertThat(entry.xattrs()).containsOnlyKeys("user.note").containsValue("\u0000\u00ff");
    assertThat(entry.mtime()).isEqualTo(50);
    assertThat(layer.index().find(new ImagePath("d/late")).orElseThrow().mtime()).isEqualTo(1000);
    assertThat(layer.index().find(new ImagePath("d")).orElseThrow().mtime()).isEqualTo(1000);
    try (WritableRoot again = bench.store.mount(List.of(base, layer.layer()))) {
      assertThat(Attributes.get(again.root().resolve("d/f").toString(), "user.note"))
          .hasValueSatisfying(v -> assertThat(v).containsExactly(0, 0xFF));
      assertThat(Files.getLastModifiedTime(again.root().resolve("d/late")))
          .isEqualTo(FileTime.from(Instant.ofEpochSecond(1000)));
    }
  }

  @Test
  void theSameChangesGiveTheSameLayer() throws Exception {
    Layer base = layer(w -> w.add(dir("d")));
    Layer first = change(base);
    Layer second = change(base);
    assertThat(second).isEqualTo(first);
  }

  private Layer change(Layer base) throws Exception {
    WritableRoot root = bench.store.mount(List.of(base));
    for (String name : List.of("z", "b", "a", "c")) {
      Files.writeString(root.root().resolve("d/" + name), name);
    }
    Files.createLink(root.root().resolve("d/b2"), root.root().resolve("d/b"));
    NewLayer layer = bench.store.commit(root, Compression.GZIP, Optional.of(Instant.EPOCH));
    Files.delete(layer.blobFile());
    return layer.layer();
  }
}
