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
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** The build context as steps see it: without what {@code .dockerignore} leaves out. */
final class ContextFiles implements FileSource {
  private final BuildContext context;
  private final RootIndex root;
  private final Optional<DockerIgnore> ignore;
  private final ConcurrentMap<CopySpec, Selection> selections = new ConcurrentHashMap<>();

  /**
   * @param visible the context's index after {@code .dockerignore}
   */
  ContextFiles(BuildContext context, LayerIndex visible) {
    this(context, visible, Optional.empty());
  }

  private ContextFiles(BuildContext context, LayerIndex visible, Optional<DockerIgnore> ignore) {
    this.context = context;
    this.root = RootIndex.of(List.of(visible));
    this.ignore = ignore;
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
    Optional<DockerIgnore> ignore =
        rules(
            request.context(),
            find(all, DockerIgnore.fileFor(request.dockerfileName()))
                .or(() -> find(all, DockerIgnore.FILE)));
    return new ContextFiles(request.context(), visible(request.context(), all, ignore), ignore);
  }

  /**
   * A folder that came along, read with the {@code .dockerignore} inside of it. All of it belongs
   * to root, as what clients send does.
   *
   * @throws BuildFailure when that has a malformed pattern
   */
  static ContextFiles ofFolder(BuildContext folder) throws BuildFailure, IOException {
    LayerIndex all = folder.index();
    LayerIndex visible = visible(folder, all, rules(folder, find(all, DockerIgnore.FILE)));
    return new ContextFiles(
        folder,
        new LayerIndex(
            visible.entries().stream().map(entry -> entry.ownedBy(0, 0)).toList(), Map.of()));
  }

  private static LayerIndex visible(
      BuildContext context, LayerIndex all, Optional<DockerIgnore> ignore) {
    LayerIndex kept = ignore.map(rules -> rules.apply(all)).orElse(all);
    if (kept.entries().stream().noneMatch(entry -> context.isBeside(entry.path()))) {
      return kept;
    }
    return new LayerIndex(
        kept.entries().stream().filter(entry -> !context.isBeside(entry.path())).toList(),
        Map.of());
  }

  private static Optional<DockerIgnore> rules(BuildContext context, Optional<LayerEntry> ignoreFile)
      throws BuildFailure, IOException {
    if (ignoreFile.isEmpty()) {
      return Optional.empty();
    }
    try (InputStream in = context.open(ignoreFile.get())) {
      return Optional.of(DockerIgnore.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8)));
    } catch (ContextException e) {
      throw BuildFailure.user(e.code(), ignoreFile.get().path() + ": " + e.sentence());
    }
  }

  /** The rules that hold for this Dockerfile; empty when there is no such file. */
  Optional<DockerIgnore> ignore() {
    return ignore;
  }

  /** The file at the path, reached through links if need be. */
  private static Optional<LayerEntry> find(LayerIndex index, ImagePath path) {
    RootIndex root = RootIndex.of(List.of(index));
    try {
      return root.find(root.resolve(path)).filter(entry -> entry.type() == EntryType.FILE);
    } catch (IOException e) {
      // A loop of links leads to no file.
      return Optional.empty();
    }
  }

  /** What a step selects; worked out once. */
  Selection select(CopySpec spec) throws BuildFailure, IOException {
    Selection known = selections.get(spec);
    if (known == null) {
      known = Selection.of(spec, this);
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

  /** A received hard link has its bytes at the very place of the file it is another name of. */
  @Override
  public Optional<String> inode(LayerEntry file) {
    return file.offset() < 0 ? Optional.empty() : Optional.of(String.valueOf(file.offset()));
  }

  @Override
  public ContentSource content(LayerEntry file) {
    return () -> context.open(file);
  }
}
