package dev.brickyard.cli;

import dev.brickyard.cli.context.ContextFilter;
import dev.brickyard.cli.context.ContextTar;
import dev.brickyard.cli.context.IgnoreFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What {@code build} was pointed at, made ready to be sent. */
final class BuildContextSource {
  private static final int TAR_HEADER = 512;
  private static final int TAR_MAGIC = 257;

  private final InputStream content;
  private final @Nullable String dockerfile;
  private final @Nullable String shownAs;

  private BuildContextSource(
      InputStream content, @Nullable String dockerfile, @Nullable String shownAs) {
    this.content = content;
    this.dockerfile = dockerfile;
    this.shownAs = shownAs;
  }

  /**
   * Finds out what to send.
   *
   * @param path a folder, or {@code -} for an archive or a lone Dockerfile on standard input
   * @param file where the Dockerfile is, relative to the working directory; {@code -} for standard
   *     input; null for the one in the folder
   * @throws IOException in one sentence, when something is not there
   */
  static BuildContextSource of(String path, @Nullable String file, InputStream standardInput)
      throws IOException {
    return path.equals("-")
        ? ofStandardInput(file, standardInput)
        : ofFolder(Path.of(path), file, standardInput, false);
  }

  /**
   * The same for a check, which needs no more of a folder than the Dockerfile and its list of
   * ignored files.
   */
  static BuildContextSource forCheck(String path, @Nullable String file, InputStream standardInput)
      throws IOException {
    return path.equals("-")
        ? ofStandardInput(file, standardInput)
        : ofFolder(Path.of(path), file, standardInput, true);
  }

  private static BuildContextSource ofStandardInput(@Nullable String file, InputStream in)
      throws IOException {
    PushbackInputStream peeked = new PushbackInputStream(in, TAR_HEADER);
    byte[] head = peeked.readNBytes(TAR_HEADER);
    peeked.unread(head);
    if (isArchive(head)) {
      return new BuildContextSource(peeked, file, null);
    }
    if (head.length == 0) {
      throw new IOException("standard input is empty: pipe an archive or a Dockerfile into it");
    }
    Path empty = Files.createTempDirectory("brickyard-empty-context-");
    empty.toFile().deleteOnExit();
    byte[] text = peeked.readAllBytes();
    return new BuildContextSource(
        new ContextTar(empty, ContextFilter.NOTHING, Map.of("Dockerfile", text)).open(),
        "Dockerfile",
        "-");
  }

  /** Whether these first bytes are of a tar, or of something compressed. */
  private static boolean isArchive(byte[] head) {
    boolean tar =
        head.length == TAR_HEADER
            && new String(head, TAR_MAGIC, 5, StandardCharsets.US_ASCII).equals("ustar");
    return tar
        || startsWith(head, 0x1f, 0x8b)
        || startsWith(head, 0x28, 0xb5, 0x2f, 0xfd)
        || startsWith(head, 'B', 'Z', 'h')
        || startsWith(head, 0xfd, '7', 'z', 'X', 'Z');
  }

  private static boolean startsWith(byte[] head, int... magic) {
    for (int i = 0; i < magic.length; i++) {
      if (i >= head.length || (head[i] & 0xff) != magic[i]) {
        return false;
      }
    }
    return true;
  }

  private static BuildContextSource ofFolder(
      Path folder, @Nullable String file, InputStream standardInput, boolean dockerfileOnly)
      throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new IOException(
          Files.exists(folder) ? folder + " is no folder" : "there is no folder " + folder);
    }
    if ("-".equals(file)) {
      return outside(folder, standardInput.readAllBytes(), "-", Optional.empty(), dockerfileOnly);
    }
    Path dockerfile = file == null ? folder.resolve("Dockerfile") : Path.of(file);
    if (file != null && Files.notExists(dockerfile) && !dockerfile.isAbsolute()) {
      // As farms' scripts write it: relative to the folder.
      dockerfile = folder.resolve(file);
    }
    if (!Files.isRegularFile(dockerfile)) {
      throw new IOException("there is no Dockerfile at " + dockerfile);
    }
    Path root = folder.toRealPath();
    Path real = dockerfile.toRealPath();
    Path ignore = dockerfile.resolveSibling(dockerfile.getFileName() + ".dockerignore");
    Optional<byte[]> ownIgnore =
        Files.isRegularFile(ignore) ? Optional.of(Files.readAllBytes(ignore)) : Optional.empty();
    if (!real.startsWith(root)) {
      return outside(
          folder, Files.readAllBytes(real), dockerfile.toString(), ownIgnore, dockerfileOnly);
    }
    String name = root.relativize(real).toString();
    return new BuildContextSource(
        new ContextTar(folder, filter(folder, name, ownIgnore, dockerfileOnly), Map.of()).open(),
        name,
        dockerfile.toString());
  }

  /** Sends a Dockerfile that is not in the folder along, under a name nobody else uses. */
  private static BuildContextSource outside(
      Path folder, byte[] text, String shownAs, Optional<byte[]> ownIgnore, boolean dockerfileOnly)
      throws IOException {
    String name = ".dockerfile." + Integer.toHexString(Arrays.hashCode(text));
    Map<String, byte[]> extras =
        ownIgnore.isPresent()
            ? Map.of(name, text, name + ".dockerignore", ownIgnore.get())
            : Map.of(name, text);
    return new BuildContextSource(
        new ContextTar(folder, filter(folder, name, ownIgnore, dockerfileOnly), extras).open(),
        name,
        shownAs);
  }

  private static ContextFilter filter(
      Path folder, String dockerfile, Optional<byte[]> ownIgnore, boolean dockerfileOnly)
      throws IOException {
    Set<String> always = Set.of(dockerfile, dockerfile + ".dockerignore", ".dockerignore");
    if (dockerfileOnly) {
      return new IgnoreFile("*", always);
    }
    Path general = folder.resolve(".dockerignore");
    byte[] text;
    if (ownIgnore.isPresent()) {
      text = ownIgnore.get();
    } else if (Files.isRegularFile(general)) {
      text = Files.readAllBytes(general);
    } else {
      return ContextFilter.NOTHING;
    }
    return new IgnoreFile(new String(text, StandardCharsets.UTF_8), always);
  }

  /** The archive to send. */
  InputStream content() {
    return content;
  }

  /** The Dockerfile's name in the archive; null for the usual one. */
  @Nullable String dockerfile() {
    return dockerfile;
  }

  /** The Dockerfile as the user named it; null when the farm's name for it will do. */
  @Nullable String shownAs() {
    return shownAs;
  }
}
