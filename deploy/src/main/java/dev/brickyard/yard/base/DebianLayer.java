package dev.brickyard.yard.base;

import dev.brickyard.engine.image.Descriptor;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.image.MediaTypes;
import dev.brickyard.engine.image.Platform;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.yard.YardException;
import dev.brickyard.yard.process.Folders;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/**
 * A minimal Debian for one platform as a layer, made by {@code mmdebstrap} and kept in a folder so
 * that it is made once.
 */
public final class DebianLayer {
  /** What Debian's slim images leave out, and what makes dpkg quick where nothing can be lost. */
  private static final List<String> SLIM =
      List.of(
          "--dpkgopt=force-unsafe-io",
          "--dpkgopt=path-exclude=/usr/share/doc/*",
          "--dpkgopt=path-include=/usr/share/doc/*/copyright",
          "--dpkgopt=path-exclude=/usr/share/man/*",
          "--dpkgopt=path-exclude=/usr/share/info/*",
          "--dpkgopt=path-exclude=/usr/share/locale/*",
          "--aptopt=Acquire::Languages \"none\"");

  private static final int LAST_LINES = 12;

  private final Path blob;
  private final Path description;
  private final Platform platform;
  private final String suite;
  private final List<String> options;

  /**
   * A minimal Debian.
   *
   * @param cache made when missing
   * @param suite such as {@code bookworm}
   */
  public DebianLayer(Path cache, String suite, Platform platform) {
    this(cache, suite, suite, platform, List.of("--variant=minbase"));
  }

  /**
   * A Debian of one's own.
   *
   * @param name what it is kept under; another for other options
   * @param options of {@code mmdebstrap}, the variant among them
   */
  public DebianLayer(
      Path cache, String name, String suite, Platform platform, List<String> options) {
    String file = name + "-" + platform.toString().replace('/', '-');
    this.blob = cache.resolve(file + ".tar.gz");
    this.description = cache.resolve(file + ".properties");
    this.platform = platform;
    this.suite = suite;
    this.options = List.copyOf(options);
  }

  /** The compressed tar. */
  public Path blob() {
    return blob;
  }

  /** True when it need not be made any more. */
  public boolean exists() {
    return Files.exists(description);
  }

  /** What it is; made now when it does not exist, which takes a minute or two under emulation. */
  public Layer layer(Consumer<String> progress)
      throws IOException, YardException, InterruptedException {
    if (!exists()) {
      make(progress);
    }
    Properties properties = new Properties();
    try (InputStream in = Files.newInputStream(description)) {
      properties.load(in);
    }
    return new Layer(
        Digest.parse(properties.getProperty("diff-id")),
        Descriptor.of(
            MediaTypes.OCI_LAYER_GZIP,
            Digest.parse(properties.getProperty("digest")),
            Files.size(blob)));
  }

  private void make(Consumer<String> progress)
      throws IOException, YardException, InterruptedException {
    Path folder = Files.createDirectories(blob.toAbsolutePath().getParent());
    Path fresh = folder.resolve(blob.getFileName() + ".new");
    Path temporary = Files.createTempDirectory(folder, "mmdebstrap");
    List<String> command = new ArrayList<>();
    command.add("mmdebstrap");
    command.add("--architectures=" + platform.architecture());
    command.addAll(SLIM);
    command.addAll(options);
    command.add(suite);
    command.add("-");
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("TMPDIR", temporary.toString());
    try {
      MessageDigest diffId = Digest.newSha256();
      MessageDigest digest = Digest.newSha256();
      Process process = builder.start();
      try {
        process.getOutputStream().close();
        List<String> last = new ArrayList<>();
        Thread messages = Thread.ofVirtual().start(() -> relay(process, progress, last));
        try (InputStream tar = new DigestInputStream(process.getInputStream(), diffId);
            OutputStream packed =
                new GZIPOutputStream(
                    new DigestOutputStream(
                        new BufferedOutputStream(Files.newOutputStream(fresh)), digest),
                    1 << 16)) {
          tar.transferTo(packed);
        }
        int code = process.waitFor();
        messages.join();
        if (code != 0) {
          throw new YardException(
              "mmdebstrap could not make a Debian for "
                  + platform
                  + " (exit code "
                  + code
                  + "):\n  | "
                  + String.join("\n  | ", last));
        }
      } finally {
        // Its children keep mounts below the temporary folder; they end with it.
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
      Files.move(fresh, blob, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      Path newDescription = folder.resolve(description.getFileName() + ".new");
      Files.writeString(
          newDescription,
          "diff-id=%s%ndigest=%s%n".formatted(Digest.of(diffId), Digest.of(digest)));
      Files.move(newDescription, description, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(fresh);
      Folders.delete(temporary);
    }
  }

  private static void relay(Process process, Consumer<String> progress, List<String> last) {
    try (BufferedReader reader =
            new BufferedReader(
                new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8));
        Stream<String> lines = reader.lines()) {
      lines.forEach(
          line -> {
            if (last.size() == LAST_LINES) {
              last.removeFirst();
            }
            last.add(line);
            if (line.startsWith("I: ")) {
              progress.accept(line.substring("I: ".length()));
            }
          });
    } catch (IOException | java.io.UncheckedIOException e) {
      last.add("its messages could not be read: " + e.getMessage());
    }
  }
}
