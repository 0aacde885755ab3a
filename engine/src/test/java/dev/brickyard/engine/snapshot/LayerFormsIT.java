package dev.brickyard.engine.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.engine.cache.LayerImageStore;
import dev.brickyard.engine.image.Descriptor;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.image.MediaTypes;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.linux.Attributes;
import dev.brickyard.engine.linux.Directory;
import dev.brickyard.engine.linux.FileStatus;
import dev.brickyard.engine.linux.Mounts;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A layer is the same thing whether it is unpacked or mounted as an image. */
class LayerFormsIT {
  @TempDir Path folder;

  /** A tar in the making. */
  private static final class Tar {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final TarArchiveOutputStream out =
        new TarArchiveOutputStream(bytes, StandardCharsets.UTF_8.name());

    Tar() {
      out.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      out.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    }

    TarArchiveEntry entry(String name, byte type, int mode, int uid, int gid, long mtime) {
      TarArchiveEntry entry = new TarArchiveEntry(name, type, true);
      entry.setMode(mode);
      entry.setIds(uid, gid);
      entry.setModTime(mtime * 1000);
      return entry;
    }

    Tar add(TarArchiveEntry entry, byte[] content) throws IOException {
      entry.setSize(content.length);
      out.putArchiveEntry(entry);
      out.write(content);
      out.closeArchiveEntry();
      return this;
    }

    Tar file(String name, byte[] content) throws IOException {
      return add(entry(name, TarConstants.LF_NORMAL, 0644, 0, 0, 1000), content);
    }

    Tar file(String name, String content) throws IOException {
      return file(name, content.getBytes(StandardCharsets.UTF_8));
    }

    Tar directory(String name, int mode, long mtime) throws IOException {
      return add(entry(name, TarConstants.LF_DIR, mode, 3, 4, mtime), new byte[0]);
    }

    Tar link(String name, byte type, String target) throws IOException {
      TarArchiveEntry link = entry(name, type, 0777, 5, 6, 77);
      link.setLinkName(target);
      return add(link, new byte[0]);
    }

    byte[] finish() throws IOException {
      out.close();
      return bytes.toByteArray();
    }
  }

  private static Layer layer(byte[] tar) {
    Digest digest = Digest.of(tar);
    return new Layer(digest, Descriptor.of(MediaTypes.OCI_LAYER, digest, tar.length));
  }

  private LayerStore store(String name, byte[] tar, long imageFrom) throws IOException {
    LayerStore store =
        new LayerStore(
            folder.resolve(name),
            l -> new ByteArrayInputStream(tar),
            new LayerStoreSettings(LayerImageStore.NONE, DiskBudget.WHOLE_DISK, imageFrom),
            IndexSink.NONE,
            Clock.systemUTC());
    store.recover();
    return store;
  }

  /** Everything about every path, but the times of directories nobody described. */
  private static Map<String, String> describe(Path root) throws IOException {
    Map<String, String> all = new TreeMap<>();
    try (Directory directory = Directory.open(root)) {
      describe(directory, root, "", all, new TreeMap<>());
    }
    return all;
  }

  private static void describe(
      Directory directory,
      Path place,
      String prefix,
      Map<String, String> all,
      Map<Long, String> inodes)
      throws IOException {
    for (String name : directory.list().stream().sorted().toList()) {
      FileStatus s = directory.status(name);
      StringBuilder text = new StringBuilder(Integer.toOctalString(s.mode()));
      text.append(' ').append(s.uid()).append(':').append(s.gid());
      text.append(" rdev ").append(s.rdev()).append(" links ").append(s.links());
      if (!s.isDirectory() && !s.isWhiteout()) {
        text.append(" size ").append(s.size());
      }
      if (!(prefix + name).startsWith("implied") && !s.isWhiteout()) {
        text.append(" mtime ").append(s.mtime()).append('.').append(s.mtimeNanos());
      }
      String path = prefix + name;
      text.append(" first ").append(inodes.computeIfAbsent(s.inode(), i -> path));
      if (s.type() == FileStatus.SYMLINK) {
        text.append(" -> ").append(directory.readLink(name));
      }
      if (s.type() == FileStatus.FILE) {
        text.append(' ').append(Digest.of(Files.readAllBytes(place.resolve(path))));
      }
      for (String attribute : directory.attributes(name).stream().sorted().toList()) {
        text.append(' ').append(attribute).append('=');
        text.append(
            Base64.getEncoder().encodeToString(directory.attribute(name, attribute).orElseThrow()));
      }
      all.put(path, text.toString());
      if (s.isDirectory()) {
        try (Directory inside = directory.directory(name)) {
          describe(inside, place, path + "/", all, inodes);
        }
      }
    }
  }

  private void sameInBothForms(byte[] tar) throws Exception {
    Layer layer = layer(tar);
    try (LayerStore unpacking = store("unpacking", tar, Long.MAX_VALUE);
        LayerStore mounting = store("mounting", tar, 0)) {
      Map<String, String> unpacked = describe(unpacking.unpacked(layer));
      Path mounted = mounting.unpacked(layer);
      assertThat(Mounts.below(folder)).containsExactly(mounted);
      assertThat(describe(mounted)).isEqualTo(unpacked);
      assertThat(unpacked).isNotEmpty();
    }
    assertThat(Mounts.below(folder)).isEmpty();
  }

  @Test
  void everyKindOfEntryIsTheSame() throws Exception {
    Tar tar = new Tar();
    tar.directory("d/", 01777, 12345);
    tar.add(
        tar.entry("d/setuid", TarConstants.LF_NORMAL, 04755, 70000, 3000000, 1), new byte[5000]);
    tar.add(
        tar.entry("d/future", TarConstants.LF_NORMAL, 0600, 0, 0, 5_000_000_000L), new byte[512]);
    tar.add(tar.entry("d/past", TarConstants.LF_NORMAL, 0, 0, 0, -7), new byte[513]);
    tar.file("empty", "");
    tar.link("short", TarConstants.LF_SYMLINK, "../x/\u00e9");
    tar.link("long", TarConstants.LF_SYMLINK, "y/".repeat(700) + "z");
    tar.link("d/hard", TarConstants.LF_LINK, "d/setuid");
    tar.link("hard2", TarConstants.LF_LINK, "d/setuid");
    TarArchiveEntry device = tar.entry("null", TarConstants.LF_CHR, 0666, 0, 0, 9);
    device.setDevMajor(1);
    device.setDevMinor(3);
    tar.add(device, new byte[0]);
    TarArchiveEntry block = tar.entry("disk", TarConstants.LF_BLK, 0660, 0, 6, 9);
    block.setDevMajor(259);
    block.setDevMinor(70000);
    tar.add(block, new byte[0]);
    tar.add(tar.entry("pipe", TarConstants.LF_FIFO, 0622, 0, 0, 9), new byte[0]);
    tar.file("implied/way/to/it", "x");
    tar.file("d/.wh.gone", "");
    tar.file("d/.wh..wh..opq", "");
    tar.file("implied2/.wh..wh..opq", "");
    tar.directory("\u65e5\u672c", 0755, 3).file("\u65e5\u672c/" + "n".repeat(255), "name");
    sameInBothForms(tar.finish());
  }

  @Test
  void laterEntriesReplaceEarlierOnesAlike() throws Exception {
    Tar tar = new Tar();
    tar.file("f", "first").file("f", "second, longer");
    tar.directory("d", 0755, 1).file("d/inside", "x").file("d", "now a file");
    tar.file("g", "file").directory("g", 0700, 5).file("g/inside", "y");
    tar.file(".wh.h", "").directory("h", 0755, 8).file("h/i", "z");
    tar.file("k", "kept").file(".wh.k", "");
    tar.directory("m", 0755, 1).file(".wh.m", "");
    tar.file("a", "linked").link("b", TarConstants.LF_LINK, "a").file("a", "other");
    tar.directory("o", 0755, 9).directory("o", 0711, 9);
    sameInBothForms(tar.finish());
  }

  @Test
  void extendedAttributesAreTheSame() throws Exception {
    Tar tar = new Tar();
    byte[] capability = {1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    TarArchiveEntry ping = tar.entry("ping", TarConstants.LF_NORMAL, 0755, 0, 0, 1);
    ping.addPaxHeader(
        "SCHILY.xattr.security.capability", new String(capability, StandardCharsets.ISO_8859_1));
    ping.addPaxHeader("SCHILY.xattr.user.note", "some text");
    ping.addPaxHeader("SCHILY.xattr.user.long", "v".repeat(2000));
    ping.addPaxHeader("SCHILY.xattr.trusted.overlay.opaque", "y");
    tar.add(ping, new byte[10]);
    TarArchiveEntry described = tar.entry("d", TarConstants.LF_DIR, 0755, 0, 0, 1);
    described.addPaxHeader("SCHILY.xattr.user.a", "1");
    tar.add(described, new byte[0]);
    tar.file("d/.wh..wh..opq", "");
    byte[] bytes = tar.finish();
    sameInBothForms(bytes);
    try (LayerStore mounting = store("attributes", bytes, 0)) {
      String file = mounting.unpacked(layer(bytes)).resolve("ping").toString();
      assertThat(Attributes.get(file, "security.capability")).contains(capability);
      assertThat(Attributes.list(file)).doesNotContain("trusted.overlay.opaque");
    }
  }

  @Test
  void aLargeDirectoryIsTheSame() throws Exception {
    Tar tar = new Tar();
    Random random = new Random(7);
    tar.directory("many", 0755, 3);
    for (int i = 0; i < 3000; i++) {
      byte[] content = new byte[random.nextInt(3000)];
      random.nextBytes(content);
      tar.file("many/" + "x".repeat(random.nextInt(200)) + i, content);
    }
    sameInBothForms(tar.finish());
  }

  @Test
  void anEmptyLayerIsMounted() throws Exception {
    byte[] bytes = new Tar().finish();
    try (LayerStore mounting = store("empty", bytes, 0)) {
      assertThat(mounting.unpacked(layer(bytes))).isEmptyDirectory();
    }
  }

  @Test
  void whatNoDirectoryCouldBeIsNoImageEither() throws Exception {
    List<byte[]> impossible = new ArrayList<>();
    impossible.add(new Tar().file("f", "x").file("f/inside", "y").finish());
    impossible.add(
        new Tar().link("l", TarConstants.LF_SYMLINK, "/etc").file("l/passwd", "y").finish());
    impossible.add(new Tar().link("a", TarConstants.LF_LINK, "missing").finish());
    impossible.add(new Tar().directory("d", 0755, 1).link("a", TarConstants.LF_LINK, "d").finish());
    impossible.add(new Tar().file("n".repeat(256), "x").finish());
    impossible.add(new Tar().file("f", "x").file("f/.wh..wh..opq", "").finish());
    impossible.add(new Tar().file("a/".repeat(3000) + "f", "x").finish());
    for (byte[] tar : impossible) {
      try (LayerStore mounting = store("impossible", tar, 0)) {
        assertThatThrownBy(() -> mounting.unpacked(layer(tar))).isInstanceOf(IOException.class);
        assertThat(mounting.has(layer(tar))).isFalse();
      }
    }
  }

  @Test
  void theSameLayerIsTheSameImageEverywhere() throws Exception {
    byte[] tar = new Tar().file("a/b", "x").link("c", TarConstants.LF_SYMLINK, "a").finish();
    List<Digest> images = new ArrayList<>();
    for (String name : List.of("one", "two")) {
      try (LayerStore mounting = store(name, tar, 0)) {
        mounting.unpacked(layer(tar));
        Path image = folder.resolve(name + "/images/" + layer(tar).diffId().hex() + ".new");
        images.add(Digest.of(Files.readAllBytes(image)));
      }
    }
    assertThat(images.getFirst()).isEqualTo(images.getLast());
  }
}
