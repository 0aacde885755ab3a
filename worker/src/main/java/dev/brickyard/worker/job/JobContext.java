package dev.brickyard.worker.job;

import dev.brickyard.contracts.BuildOptions;
import dev.brickyard.contracts.BuildSpecification;
import dev.brickyard.engine.BuildEngine;
import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.FetchedContext;
import dev.brickyard.engine.NamedContext;
import dev.brickyard.engine.cache.BuildCache;
import dev.brickyard.engine.cache.CacheUse;
import dev.brickyard.engine.context.BuildContext;
import dev.brickyard.engine.context.DockerIgnore;
import dev.brickyard.engine.context.ReceivedContext;
import dev.brickyard.engine.context.SubContext;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.engine.layer.LayerIndex;
import dev.brickyard.engine.source.RemoteSource;
import dev.brickyard.storage.object.ObjectNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What a job builds from: the context, its Dockerfile, and named contexts, wherever they are.
 *
 * @param dockerfileName as messages name it
 * @param dockerfile its text
 * @param fetched what of the cache the context is, when it comes from elsewhere
 */
record JobContext(
    BuildContext files,
    String dockerfileName,
    String dockerfile,
    Map<String, NamedContext> named,
    Optional<CacheUse> fetched) {
  private static final int DOCKERFILE_LIMIT_BYTES = 4 << 20;
  private static final String LOCAL = "local:";
  private static final String IMAGE = "docker-image:";
  private static final String KEEP_GIT_DIR = "BUILDKIT_CONTEXT_KEEP_GIT_DIR";

  /**
   * Finds it all; a context from elsewhere is fetched.
   *
   * @param sent what came with the request, which may be nothing
   */
  static JobContext of(
      BuildSpecification specification, BuildContext sent, BuildEngine engine, BuildCache cache)
      throws BuildFailure, InterruptedException {
    BuildOptions options = specification.options();
    String name = specification.dockerfile();
    Map<String, NamedContext> named = new HashMap<>();
    List<ImagePath> folders = new ArrayList<>();
    for (Map.Entry<String, String> entry : options.namedContexts().entrySet()) {
      named.put(entry.getKey(), named(entry.getKey(), entry.getValue(), sent, folders));
    }
    String address = options.remoteContext();
    if (address == null) {
      Predicate<ImagePath> beside =
          path ->
              folders.stream().anyMatch(folder -> folder.contains(path))
                  || (options.dockerfileBeside() && isDockerfile(path, name));
      BuildContext files = new PartOfContext(sent, beside);
      return new JobContext(files, name, required(sent, name), named, Optional.empty());
    }
    FetchedContext fetched = fetch(address, specification, engine, cache);
    Optional<String> own = dockerfile(sent, name);
    String used = own.isPresent() ? name : fetched.dockerfile().orElse(name);
    return new JobContext(
        fetched.files(),
        used,
        own.isPresent() ? own.get() : required(fetched.files(), used),
        named,
        Optional.of(fetched.use()));
  }

  private static boolean isDockerfile(ImagePath path, String name) {
    return path.equals(ImagePath.normalize(name)) || path.equals(DockerIgnore.fileFor(name));
  }

  private static FetchedContext fetch(
      String address, BuildSpecification specification, BuildEngine engine, BuildCache cache)
      throws BuildFailure, InterruptedException {
    boolean keepGitDir = isTrue(specification.buildArgs().getOrDefault(KEEP_GIT_DIR, "false"));
    RemoteSource source =
        RemoteSource.context(address, keepGitDir)
            .orElseThrow(
                () ->
                    BuildFailure.user(
                        "bad-context", "\"" + address + "\" is no address of a build context"));
    return engine.fetch(source, cache);
  }

  /** As Go's {@code strconv.ParseBool} reads it; what it cannot read counts for nothing. */
  private static boolean isTrue(String text) {
    return List.of("1", "t", "T", "true", "TRUE", "True").contains(text);
  }

  private static NamedContext named(
      String name, String value, BuildContext sent, List<ImagePath> folders) throws BuildFailure {
    if (value.startsWith(LOCAL)) {
      ImagePath folder = ImagePath.normalize(value.substring(LOCAL.length()));
      folders.add(folder);
      return new NamedContext.Folder(new SubContext(sent, folder));
    }
    if (value.startsWith(IMAGE)) {
      String reference = value.substring(IMAGE.length()).replaceFirst("^//", "");
      return reference.equals("scratch")
          ? new NamedContext.Scratch()
          : new NamedContext.Image(ImageReference.parse(reference));
    }
    return new NamedContext.Remote(
        RemoteSource.context(value, false)
            .orElseThrow(
                () ->
                    BuildFailure.user(
                        "bad-context", "unsupported context source " + value + " for " + name)));
  }

  /** The cache, told of what was fetched besides what the build will use. */
  BuildCache telling(BuildCache cache) {
    return fetched.isEmpty()
        ? cache
        : cache.telling(use -> cache.uses().used(use.plus(fetched.get())));
  }

  private static String required(BuildContext context, String name) throws BuildFailure {
    return dockerfile(context, name)
        .orElseThrow(
            () ->
                BuildFailure.user(
                    "dockerfile-missing", "The build context has no file \"" + name + "\"."));
  }

  private static Optional<String> dockerfile(BuildContext context, String name)
      throws BuildFailure {
    try {
      // The index alone decides where links lead, as it did when the context was received.
      Optional<LayerEntry> file =
          new ReceivedContext(context.index(), Map.of(), 0, 0)
              .resolveFile(ImagePath.normalize(name));
      if (file.isEmpty()) {
        return Optional.empty();
      }
      if (file.get().size() > DOCKERFILE_LIMIT_BYTES) {
        throw BuildFailure.limit(
            "dockerfile-too-large",
            "\"" + name + "\" is larger than " + (DOCKERFILE_LIMIT_BYTES >> 20) + " MiB.");
      }
      try (InputStream in = context.open(file.get())) {
        return Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
      }
    } catch (ObjectNotFoundException e) {
      throw BuildFailure.farm(
          "context-lost",
          "The build's context is no longer in the object store: somebody, or a lifecycle rule of"
              + " the bucket, removed it. Submit the build again.",
          e);
    } catch (IOException e) {
      throw BuildFailure.farm(
          "context-unavailable", "The build context cannot be read: " + e.getMessage() + ".", e);
    }
  }

  /** What was sent, with some of it beside the context. */
  private record PartOfContext(BuildContext sent, Predicate<ImagePath> beside)
      implements BuildContext {
    @Override
    public LayerIndex index() throws IOException {
      return sent.index();
    }

    @Override
    public boolean isBeside(ImagePath path) {
      return beside.test(path);
    }

    @Override
    public InputStream open(LayerEntry file) throws IOException {
      return sent.open(file);
    }
  }
}
