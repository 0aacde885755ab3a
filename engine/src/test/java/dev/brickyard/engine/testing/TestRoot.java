package dev.brickyard.engine.testing;

import dev.brickyard.engine.image.Platform;
import dev.brickyard.engine.layer.Compression;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.engine.layer.LayerWriter;
import dev.brickyard.engine.layer.NewLayer;
import dev.brickyard.engine.layer.TarHeader;
import dev.brickyard.engine.layer.TarLimits;
import dev.brickyard.engine.layer.TarReader;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.TreeMap;

/**
 * A root filesystem of two megabytes that programs run in: Debian's {@code busybox-static} with its
 * usual names, a few users, the usual directories. The program is fetched with {@code mmdebstrap}
 * once per machine and processor and kept under {@code /var/cache/brickyard-test}; the layer made
 * from it is the same every time.
 */
public final class TestRoot {
  private static final Path CACHE = Path.of("/var/cache/brickyard-test");

  private static final String PASSWD =
      """
      root:x:0:0:root:/root:/bin/sh
      daemon:x:1:1:daemon:/usr/sbin:/bin/false
      builder:x:1000:1000:Builder:/home/builder:/bin/sh
      """;

  private static final String GROUP =
      """
      root:x:0:
      daemon:x:1:
      tty:x:5:
      staff:x:50:builder
      builder:x:1000:
      """;

  private static final List<String> DIRECTORIES =
      List.of(
          "bin",
          "dev",
          "etc",
          "home",
          "home/builder",
          "proc",
          "root",
          "sys",
          "tmp",
          "usr",
          "usr/bin",
          "var");

  private static final List<String> APPLETS =
      List.of(
          ("awk cat chmod chown cp cut date dd df echo env expr false find grep head hostname id kill"
                  + " ln ls md5sum mkdir mkfifo mknod mount mv nc ps pwd readlink rm rmdir sed seq"
                  + " setfattr sh sha256sum sleep sort stat sync tail tar tee test touch tr true"
                  + " umount uname wc wget which xargs")
              .split(" "));

  private TestRoot() {}

  /** Writes the root as one layer into the directory; the same digests every time. */
  public static NewLayer layer(Platform platform, Path directory, Compression compression)
      throws IOException {
    byte[] busybox = busybox(platform);
    try (LayerWriter writer = new LayerWriter(directory, compression)) {
      for (String name : DIRECTORIES) {
        long owner = name.equals("home/builder") ? 1000 : 0;
        int mode = name.equals("tmp") ? 01777 : 0755;
        writer.add(LayerEntry.directory(new ImagePath(name), mode, owner, owner, 0));
      }
      file(writer, "bin/busybox", 0755, busybox);
      for (String applet : APPLETS) {
        writer.add(LayerEntry.symlink(new ImagePath("bin/" + applet), "busybox", 0, 0, 0));
      }
      file(writer, "etc/group", 0644, GROUP.getBytes(StandardCharsets.UTF_8));
      file(writer, "etc/passwd", 0644, PASSWD.getBytes(StandardCharsets.UTF_8));
      return writer.finish();
    }
  }

  private static void file(LayerWriter writer, String path, int mode, byte[] content)
      throws IOException {
    writer.addFile(
        new ImagePath(path),
        mode,
        0,
        0,
        0,
        content.length,
        new TreeMap<>(),
        () -> new ByteArrayInputStream(content));
  }

  /** The program itself. */
  public static synchronized byte[] busybox(Platform platform) throws IOException {
    Path cached = CACHE.resolve("busybox-" + platform.architecture());
    if (!Files.exists(cached)) {
      Files.createDirectories(CACHE);
      Path fresh = Files.createTempFile(CACHE, "busybox-", ".tmp");
      Files.write(fresh, download(platform));
      Files.move(fresh, cached, StandardCopyOption.ATOMIC_MOVE);
    }
    return Files.readAllBytes(cached);
  }

  private static byte[] download(Platform platform) throws IOException {
    Path tar = Files.createTempFile("busybox-", ".tar");
    try {
      Process process =
          new ProcessBuilder(
                  "mmdebstrap",
                  "--quiet",
                  "--variant=extract",
                  "--include=busybox-static",
                  "--arch=" + platform.architecture(),
                  "bookworm",
                  tar.toString())
              .redirectErrorStream(true)
              .start();
      process.getOutputStream().close();
      String said =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      int code = process.waitFor();
      if (code != 0) {
        throw new IOException("mmdebstrap ended with " + code + ": " + said);
      }
      return find(tar);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while mmdebstrap ran", e);
    } finally {
      Files.deleteIfExists(tar);
    }
  }

  private static byte[] find(Path tar) throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(tar));
        TarReader reader = new TarReader(in, TarLimits.LAYER)) {
      for (TarHeader header = reader.next(); header != null; header = reader.next()) {
        if (header.name().endsWith("bin/busybox")) {
          return reader.readAllBytes();
        }
      }
    }
    throw new IOException("Debian's busybox-static has no /bin/busybox");
  }
}
