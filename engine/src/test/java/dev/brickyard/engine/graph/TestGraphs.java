package dev.brickyard.engine.graph;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.BuildOptions;
import dev.brickyard.engine.BuildRequest;
import dev.brickyard.engine.NamedContext;
import dev.brickyard.engine.cache.BuildCache;
import dev.brickyard.engine.cache.CacheScope;
import dev.brickyard.engine.context.BuildContext;
import dev.brickyard.engine.copy.FileSource;
import dev.brickyard.engine.dockerfile.Dockerfile;
import dev.brickyard.engine.dockerfile.DockerfileException;
import dev.brickyard.engine.image.ContainerConfig;
import dev.brickyard.engine.image.Descriptor;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.image.ImageConfig;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.image.MediaTypes;
import dev.brickyard.engine.image.Platform;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.engine.layer.LayerIndex;
import dev.brickyard.engine.registry.RegistryCredentials;
import dev.brickyard.engine.source.RemoteSource;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes graphs of Dockerfiles without a registry: images are what a test says. */
public final class TestGraphs implements BaseImages {
  private final Map<String, BaseImage> images = new HashMap<>();
  private final List<String> asked = new ArrayList<>();

  /** An image whose only layer is told by the text. */
  public TestGraphs image(String name, String layer, ContainerConfig config) {
    ImageReference reference = ImageReference.parse(name);
    Digest diffId = Digest.of(layer);
    ImageConfig image =
        new ImageConfig(
            Optional.empty(), "", Platform.LINUX_AMD64, config, List.of(diffId), List.of());
    images.put(
        reference.toString(),
        new BaseImage(
            new ImageReference(
                reference.registry(),
                reference.repository(),
                reference.tag(),
                Optional.of(Digest.of(name + layer))),
            image,
            List.of(
                new Layer(
                    diffId, Descriptor.of(MediaTypes.OCI_LAYER_GZIP, Digest.of(layer + "z"), 9)))));
    return this;
  }

  @Override
  public void expect(ImageReference reference, Platform platform) {
    asked.add(reference.repository() + " for " + platform);
  }

  @Override
  public BaseImage find(ImageReference reference, Platform platform) throws BuildFailure {
    BaseImage image = images.get(reference.toString());
    if (image == null) {
      throw BuildFailure.user("image-not-found", reference + " was not found");
    }
    return image;
  }

  /** The images looked up ahead, with the platforms. */
  public List<String> asked() {
    return asked;
  }

  /** A request for linux/amd64. */
  public static BuildRequest request(
      String dockerfile, Map<String, String> buildArgs, Optional<String> target) {
    return new BuildRequest(
        "Dockerfile",
        dockerfile,
        context(List.of()),
        Platform.LINUX_AMD64,
        buildArgs,
        Map.of(),
        target,
        false,
        BuildCache.of(new CacheScope("test")),
        List.of(),
        RegistryCredentials.NONE,
        Optional.empty(),
        BuildOptions.NONE);
  }

  /** Sources that are known by their addresses, and have no files. */
  public static final RemoteSources REMOTES =
      new RemoteSources() {
        @Override
        public FetchedFiles find(RemoteSource source) {
          return new KnownFiles(Digest.of(source.toString()));
        }

        @Override
        public FetchedFiles folder(NamedContext.Folder folder) {
          return new KnownFiles(Digest.of("folder"));
        }
      };

  private record KnownFiles(Digest key) implements FetchedFiles {
    @Override
    public FileSource files() {
      throw new IllegalStateException("graphs read no files");
    }

    @Override
    public List<Layer> layers() {
      throw new IllegalStateException("graphs read no files");
    }
  }

  /** A context of these entries, every file empty. */
  public static BuildContext context(List<LayerEntry> entries) {
    LayerIndex index = new LayerIndex(entries, Map.of());
    return new BuildContext() {
      @Override
      public LayerIndex index() {
        return index;
      }

      @Override
      public InputStream open(LayerEntry file) {
        return new ByteArrayInputStream(new byte[0]);
      }
    };
  }

  public BuildGraph graph(BuildRequest request)
      throws BuildFailure, DockerfileException, InterruptedException {
    return new GraphBuilder(
            Dockerfile.parse("Dockerfile", request.dockerfile()),
            request,
            Platform.LINUX_ARM64,
            this,
            REMOTES)
        .build();
  }

  public BuildGraph graph(String dockerfile)
      throws BuildFailure, DockerfileException, InterruptedException {
    return graph(request(dockerfile, Map.of(), Optional.empty()));
  }
}
