package dev.brickyard.engine.solve;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.cache.KeyBuilder;
import dev.brickyard.engine.cache.StepRecord;
import dev.brickyard.engine.context.DirectoryContext;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.EntryType;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.engine.linux.Trees;
import dev.brickyard.engine.source.GitRepositories;
import dev.brickyard.engine.source.RemoteSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The files of a commit, as a layer. What they are is the name of the commit, which the server is
 * asked for unless the Dockerfile gives it.
 */
final class GitFetch extends Fetch {
  private static final String GIT_DIR = ".git";

  private final Workshop workshop;
  private final SourceLayers layers;
  private final GitRepositories repositories;
  private final RemoteSource.Git source;
  private volatile GitRepositories.@Nullable Resolved resolved;

  GitFetch(
      Workshop workshop,
      SourceLayers layers,
      GitRepositories repositories,
      FileSteps files,
      RemoteSource.Git source) {
    super(files);
    this.workshop = workshop;
    this.layers = layers;
    this.repositories = repositories;
    this.source = source;
  }

  @Override
  Digest resolve() throws Exception {
    GitRepositories.Resolved found = repositories.resolve(source);
    resolved = found;
    return key(found);
  }

  /**
   * A commit's name says all of its files; the repository that stays also says where it is from.
   */
  private Digest key(GitRepositories.Resolved found) {
    boolean kept = source.keepGitDir();
    return new KeyBuilder("git-commit")
        .add(kept ? found.object() : found.commit())
        .add(kept)
        .add(kept ? source.remote() + "#" + found.found() : "")
        .add(ImagePath.normalize(source.subdir().orElse("")).value())
        .add(source.submodules())
        .build();
  }

  @Override
  Layer fetch() throws Exception {
    GitRepositories.Resolved found = resolved;
    if (found == null) {
      throw new IllegalStateException(source.shown() + " was not resolved");
    }
    Digest key = key(found);
    Optional<StepRecord> known = layers.find(key);
    if (known.isPresent()) {
      return known.get().layer();
    }
    Instant began = workshop.settings().clock().instant();
    return told(() -> checkOut(found, key, began));
  }

  private Layer checkOut(GitRepositories.Resolved found, Digest key, Instant began)
      throws BuildFailure, IOException, InterruptedException {
    Path directory = Files.createTempDirectory(workshop.sources(), "git");
    try {
      Path files = repositories.checkOut(source, found, directory);
      DirectoryContext tree = new DirectoryContext(files);
      List<LayerEntry> entries = new ArrayList<>();
      for (LayerEntry entry : tree.index().entries()) {
        if (!isPointer(entry)) {
          entries.add(entry.ownedBy(0, 0));
        }
      }
      return layers.keep(
          entries,
          entry -> () -> tree.open(entry),
          List.of(key),
          source.shown() + " " + found.commit(),
          began);
    } finally {
      Trees.delete(directory);
    }
  }

  /**
   * A submodule's files point at its repository, which is gone: where it was is nobody's matter.
   */
  private boolean isPointer(LayerEntry entry) {
    return !source.keepGitDir()
        && entry.type() == EntryType.FILE
        && entry.path().name().equals(GIT_DIR);
  }
}
