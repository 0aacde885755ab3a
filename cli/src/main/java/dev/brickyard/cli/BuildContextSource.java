package dev.brickyard.cli;

import dev.brickyard.cli.context.ContextFilter;
import dev.brickyard.cli.context.ContextTar;
import dev.brickyard.cli.context.IgnoreFile;
import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.context.PlainArchive;
import dev.brickyard.engine.source.RemoteSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What {@code build} was pointed at, made ready to be sent. */
final class BuildContextSource {
  private static final int HEAD = 1024;
  private static final String DOCKERFILE = "Dockerfile";

  /** Where folders that are named contexts stand in what is sent; nobody else has such names. */
  private static final String FOLDERS = ".brickyard-contexts/";

  private final InputStream content;
  private final @Nullable String dockerfile;
  private final @Nullable String shownAs;
  private final boolean beside;
  private final Optional<String> remote;
  private final Map<String, String> named;

  private BuildContextSource(
      InputStream content,
      @Nullable String dockerfile,
      @Nullable String shownAs,
      boolean beside,
      Optional<String> remote,
      Map<String, String> named) {
    this.content = content;
    this.dockerfile = dockerfile;
    this.shownAs = shownAs;
    this.beside = beside;
    this.remote = remote;
    this.named = named;
  }

  /**
   * Finds out what to send.
   *
   * @param path a folder, the address of a context elsewhere, or {@code -} for an archive or a lone
   *     Dockerfile on standard input
   * @param file where the Dockerfile is, relative to the working directory; {@code -} for standard
   *     input; null for the one in the folder
   * @param namedContexts by name: folders, and what the farm finds by itself
   * @throws IOException in one sentence, when something is not there
   */
  static BuildContextSource of(
      String path,
      @Nullable String file,
      Map<String, String> namedContexts,
      InputStream standardInput)
      throws IOException {
    return of(path, file, Named.of(namedContexts, false), standardInput);
  }

  /**
   * The same for a check, which needs no more of a folder than the Dockerfile and its list of
   * ignored files.
   */
  static BuildContextSource forCheck(
      String path,
      @Nullable String file,
      Map<String, String> namedContexts,
      InputStream standardInput)
      throws IOException {
    return of(path, file, Named.of(namedContexts, true), standardInput);
  }

  private static BuildContextSource of(
      String path, @Nullable String file, Named named, InputStream standardInput)
      throws IOException {
    if (path.equals("-")) {
      return ofStandardInput(file, named, standardInput);
    }
    if (!Files.isDirectory(Path.of(path)) && isAddress(path)) {
      return ofAddress(path, file, named, standardInput);
    }
    return ofFolder(Path.of(path), file, named, standardInput);
  }

  /**
   * What is sent besides the context.
   *
   * @param values as the farm is told of them
   * @param folders to be sent along
   * @param dockerfileOnly true when nothing of the context but what says how to build it is sent
   */
  private record Named(
      Map<String, String> values, List<ContextTar.Beside> folders, boolean dockerfileOnly) {
    static Named of(Map<String, String> given, boolean dockerfileOnly) throws IOException {
      Map<String, String> values = new LinkedHashMap<>();
      List<ContextTar.Beside> folders = new ArrayList<>();
      for (Map.Entry<String, String> entry : given.entrySet()) {
        String value = entry.getValue();
        if (!value.startsWith("docker-image:") && Files.isDirectory(Path.of(value))) {
          String name = FOLDERS + folders.size();
          Path folder = Path.of(value);
          folders.add(
              new ContextTar.Beside(
                  name + "/", folder, filter(folder, Set.of(), Optional.empty(), false)));
          values.put(entry.getKey(), "local:" + name);
        } else if (value.startsWith("docker-image:") || isAddress(value)) {
          values.put(entry.getKey(), value);
        } else {
          throw new IOException(
              "the context "
                  + entry.getKey()
                  + " is neither a folder nor an image nor an address: "
                  + value);
        }
      }
      return new Named(values, folders, dockerfileOnly);
    }
  }

  private static boolean isAddress(String text) {
    try {
      return RemoteSource.context(text, false).isPresent();
    } catch (BuildFailure e) {
      // One with a mistake, which the farm tells.
      return true;
    }
  }

  private static BuildContextSource ofStandardInput(
      @Nullable String file, Named named, InputStream in) throws IOException {
    PushbackInputStream peeked = new PushbackInputStream(in, HEAD);
    byte[] head = peeked.readNBytes(HEAD);
    peeked.unread(head);
    if (head.length == 0) {
      throw new IOException("standard input is empty: pipe an archive or a Dockerfile into it");
    }
    if (!PlainArchive.looksLikeDockerfile(head)) {
      if (!named.folders().isEmpty()) {
        throw new IOException(
            "a folder cannot be sent along with an archive from standard input:"
                + " name a folder as the context, too");
      }
      return new BuildContextSource(peeked, file, null, false, Optional.empty(), named.values());
    }
    return lone(peeked.readAllBytes(), DOCKERFILE, "-", Optional.empty(), named);
  }

  /** A Dockerfile without a context, or with one that is elsewhere. */
  private static BuildContextSource lone(
      byte[] text, String name, String shownAs, Optional<String> remote, Named named)
      throws IOException {
    return new BuildContextSource(
        tar(emptyFolder(), ContextFilter.NOTHING, Map.of(name, text), named),
        name,
        shownAs,
        true,
        remote,
        named.values());
  }

  private static Path emptyFolder() throws IOException {
    Path empty = Files.createTempDirectory("brickyard-empty-context-");
    empty.toFile().deleteOnExit();
    return empty;
  }

  /** As Docker's client does: a Dockerfile is the context's, unless it is absolute or piped in. */
  private static BuildContextSource ofAddress(
      String address, @Nullable String file, Named named, InputStream standardInput)
      throws IOException {
    Optional<String> remote = Optional.of(address);
    if ("-".equals(file)) {
      return lone(standardInput.readAllBytes(), DOCKERFILE, "-", remote, named);
    }
    if (file != null && Path.of(file).isAbsolute()) {
      return lone(Files.readAllBytes(Path.of(file)), DOCKERFILE, file, remote, named);
    }
    InputStream content =
        named.folders().isEmpty()
            ? InputStream.nullInputStream()
            : tar(emptyFolder(), ContextFilter.NOTHING, Map.of(), named);
    return new BuildContextSource(content, file, null, false, remote, named.values());
  }

  private static BuildContextSource ofFolder(
      Path folder, @Nullable String file, Named named, InputStream standardInput)
      throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new IOException(
          Files.exists(folder) ? folder + " is no folder" : "there is no folder " + folder);
    }
    if ("-".equals(file)) {
      return outside(folder, standardInput.readAllBytes(), "-", Optional.empty(), named);
    }
    Path dockerfile = file == null ? folder.resolve(DOCKERFILE) : Path.of(file);
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
      return outside(folder, Files.readAllBytes(real), dockerfile.toString(), ownIgnore, named);
    }
    String name = root.relativize(real).toString();
    return new BuildContextSource(
        tar(folder, filter(folder, kept(name), ownIgnore, named.dockerfileOnly()), Map.of(), named),
        name,
        dockerfile.toString(),
        false,
        Optional.empty(),
        named.values());
  }

  /** Sends a Dockerfile that is not in the folder along, under a name nobody else uses. */
  private static BuildContextSource outside(
      Path folder, byte[] text, String shownAs, Optional<byte[]> ownIgnore, Named named)
      throws IOException {
    // The same for every text, so that what the farm remembers of such builds is found again.
    String name = ".brickyard-dockerfile";
    Map<String, byte[]> extras = new HashMap<>(Map.of(name, text));
    ownIgnore.ifPresent(ignore -> extras.put(name + ".dockerignore", ignore));
    return new BuildContextSource(
        tar(folder, filter(folder, kept(name), ownIgnore, named.dockerfileOnly()), extras, named),
        name,
        shownAs,
        true,
        Optional.empty(),
        named.values());
  }

  private static InputStream tar(
      Path folder, ContextFilter filter, Map<String, byte[]> extras, Named named) {
    return new ContextTar(folder, filter, extras, named.folders()).open();
  }

  private static Set<String> kept(String dockerfile) {
    return Set.of(dockerfile, dockerfile + ".dockerignore");
  }

  /**
   * @param kept what is sent in any case, besides the ignore file
   */
  private static ContextFilter filter(
      Path folder, Set<String> kept, Optional<byte[]> ownIgnore, boolean dockerfileOnly)
      throws IOException {
    Set<String> always = new HashSet<>(kept);
    always.add(".dockerignore");
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

  /** The archive to send; empty when there is nothing to send. */
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

  /** Whether the Dockerfile is sent along without being part of the context. */
  boolean dockerfileIsBeside() {
    return beside;
  }

  /** The address of the context, when it is not sent. */
  Optional<String> remote() {
    return remote;
  }

  /** Named contexts, as the farm is told of them. */
  Map<String, String> namedContexts() {
    return named;
  }
}
