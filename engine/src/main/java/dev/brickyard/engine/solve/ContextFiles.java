package dev.brickyard.engine.solve;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.BuildRequest;
import dev.brickyard.engine.cache.KeyBuilder;
import dev.brickyard.engine.context.BuildContext;
import dev.brickyard.engine.context.ContextException;
import dev.brickyard.engine.context.DockerIgnore;
import dev.brickyard.engine.copy.CopySpec;
import dev.brickyard.engine.copy.FileSource;
import dev.brickyard.engine.copy.Selection;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.ContentSource;
import dev.brickyard.engine.layer.EntryType;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.engine.layer.LayerIndex;
import dev.brickyard.engine.layer.RootIndex;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** The build context as steps see it: without what {@code .dockerignore} leaves out. */
final class ContextFiles implements FileSource {
  private final BuildContext context;
  private final RootIndex root;
  private final ConcurrentMap<CopySpec, Selection> selections = new ConcurrentHashMap<>();

  /**
   * @param visible the context's index after {@code .dockerignore}
   */
  ContextFiles(BuildContext context, LayerIndex visible) {
    this.context = context;
    this.root = RootIndex.of(List.of(visible));
  }

  /** Names what the context holds, its times apart: equal contexts have equal digests. */
  Digest digest() {
    KeyBuilder digest = new KeyBuilder("context");
    for (LayerEntry entry : root.walk(ImagePath.ROOT)) {
      digest
          .add(entry.path().value())
          .add(entry.type().name())
          .add(entry.mode())
          .add(entry.linkTarget())
          .add(entry.digest().map(Digest::toString));
    }
    return digest.build();
  }

  /**
   * The context of a build, read with the {@code .dockerignore} that goes with its Dockerfile.
   *
   * @throws BuildFailure when that has a malformed pattern
   */
  static ContextFiles of(BuildRequest request) throws BuildFailure, IOException {
    LayerIndex all = request.context().index();
    Optional<LayerEntry> file =
        all.find(DockerIgnore.fileFor(request.dockerfileName()))
            .or(() -> all.find(DockerIgnore.FILE))
            .filter(entry -> entry.type() == EntryType.FILE);
    if (file.isEmpty()) {
      return new ContextFiles(request.context(), all);
    }
    try (InputStream in = request.context().open(file.get())) {
      DockerIgnore ignore =
          DockerIgnore.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
      return new ContextFiles(request.context(), ignore.apply(all));
    } catch (ContextException e) {
      throw BuildFailure.user(e.code(), file.get().path() + ": " + e.sentence());
    }
  }

  /** What a step selects; worked out once. */
  Selection select(CopySpec spec) throws BuildFailure, IOException {
    Selection known = selections.get(spec);
    if (known == null) {
      known = Selection.of(spec, this, path -> false);
      selections.put(spec, known);
    }
    return known;
  }

  @Override
  public RootIndex root() {
    return root;
  }

  @Override
  public LayerEntry withoutHardLink(LayerEntry entry) {
    return entry;
  }

  @Override
  public ContentSource content(LayerEntry file) {
    return () -> context.open(file);
  }
}
