package dev.brickyard.engine.copy;

import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.Compression;
import dev.brickyard.engine.layer.ContentSource;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.engine.layer.LayerIndex;
import dev.brickyard.engine.layer.LayerWriter;
import dev.brickyard.engine.layer.OwnerNames.Owner;
import dev.brickyard.engine.layer.RootIndex;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Files to copy or to copy onto, told as {@code path}, {@code dir/}, {@code link->target} or {@code
 * path==file} for a hard link; a file's text is its path.
 */
final class TestTree implements FileSource {
  private final Map<ImagePath, byte[]> contents = new HashMap<>();
  private final List<LayerEntry> entries = new ArrayList<>();

  TestTree(String... told) {
    for (String one : told) {
      add(one);
    }
  }

  private void add(String told) {
    int arrow = told.indexOf("->");
    int same = told.indexOf("==");
    if (arrow > 0) {
      ImagePath path = ImagePath.normalize(told.substring(0, arrow));
      entries.add(LayerEntry.symlink(path, told.substring(arrow + 2), 0, 0, 50));
    } else if (same > 0) {
      ImagePath target = ImagePath.normalize(told.substring(same + 2));
      LayerEntry file =
          entries.stream().filter(e -> e.path().equals(target)).findFirst().orElseThrow();
      ImagePath path = ImagePath.normalize(told.substring(0, same));
      contents.put(path, contents.get(target));
      entries.add(LayerEntry.hardLink(file.at(path), target));
    } else if (told.endsWith("/")) {
      entries.add(LayerEntry.directory(ImagePath.normalize(told), 0700, 5, 6, 50));
    } else {
      file(told, told.getBytes(StandardCharsets.UTF_8));
    }
  }

  TestTree file(String path, byte[] content) {
    return file(path, content, 0640);
  }

  TestTree file(String path, byte[] content, int mode) {
    ImagePath at = ImagePath.normalize(path);
    contents.put(at, content);
    entries.add(LayerEntry.file(at, mode, 5, 6, 50, content.length, Digest.of(content)));
    return this;
  }

  @Override
  public RootIndex root() {
    return RootIndex.of(List.of(new LayerIndex(entries, Map.of())));
  }

  @Override
  public LayerEntry withoutHardLink(LayerEntry entry) {
    return entry;
  }

  @Override
  public ContentSource content(LayerEntry file) {
    return () -> new ByteArrayInputStream(contents.get(file.path()));
  }

  @Override
  public Optional<String> inode(LayerEntry file) {
    return root().inode(file.path());
  }

  /** A COPY, to be changed into the one that is wanted. */
  record Copy(
      List<String> sources,
      String destination,
      Optional<Owner> chown,
      boolean keepOwner,
      Optional<ModeChange> mode,
      boolean unpack,
      boolean parents,
      List<String> exclude) {
    Copy(String destination, String... sources) {
      this(
          List.of(sources),
          destination,
          Optional.empty(),
          false,
          Optional.empty(),
          false,
          false,
          List.of());
    }

    Copy ownedBy(long uid, long gid) {
      return new Copy(
          sources,
          destination,
          Optional.of(new Owner(uid, gid)),
          keepOwner,
          mode,
          unpack,
          parents,
          exclude);
    }

    Copy keepingOwners() {
      return new Copy(sources, destination, chown, true, mode, unpack, parents, exclude);
    }

    Copy mode(String change) throws Exception {
      return new Copy(
          sources,
          destination,
          chown,
          keepOwner,
          Optional.of(ModeChange.parse(change)),
          unpack,
          parents,
          exclude);
    }

    Copy unpacking() {
      return new Copy(sources, destination, chown, keepOwner, mode, true, parents, exclude);
    }

    Copy withParents() {
      return new Copy(sources, destination, chown, keepOwner, mode, unpack, true, exclude);
    }

    Copy without(String... patterns) {
      return new Copy(
          sources, destination, chown, keepOwner, mode, unpack, parents, List.of(patterns));
    }

    CopySpec spec() {
      return new CopySpec(
          sources, List.of(), destination, Optional.empty(), mode, unpack, false, parents, exclude);
    }

    DestinationPlan plan(TestTree base) {
      return new DestinationPlan(base.root(), chown, keepOwner, mode, Optional.empty());
    }
  }

  /** Copies out of this tree, and reads back the layer that was written. */
  LayerIndex copy(Path folder, Copy copy, TestTree base) throws Exception {
    return copy(folder, copy, copy.plan(base));
  }

  LayerIndex copy(Path folder, Copy copy, DestinationPlan plan) throws Exception {
    try (LocalArchives archives = new LocalArchives(folder);
        LayerWriter writer = new LayerWriter(folder, Compression.GZIP)) {
      plan.copy(
          Selection.of(copy.spec(), this), copy.destination(), copy.unpack() ? archives : null);
      plan.writeTo(writer);
      return writer.finish().index();
    }
  }

  /** A layer in the words that trees are told in; opaque directories end in {@code /!}. */
  static String told(LayerIndex index) {
    List<String> all = new ArrayList<>();
    for (LayerEntry entry : index.entries()) {
      all.add(
          entry.path()
              + switch (entry.type()) {
                case DIRECTORY -> "/";
                case OPAQUE -> "/!";
                case SYMLINK -> "->" + entry.linkTarget().orElseThrow();
                case HARD_LINK -> "==" + entry.linkTarget().orElseThrow();
                default -> "";
              });
    }
    return String.join(" ", all);
  }

  static LayerEntry at(LayerIndex index, String path) {
    return index.find(new ImagePath(path)).orElseThrow();
  }
}
