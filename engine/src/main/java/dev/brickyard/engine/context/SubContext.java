package dev.brickyard.engine.context;

import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.engine.layer.LayerIndex;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A directory of a context as a context of its own. */
public final class SubContext implements BuildContext {
  private final BuildContext whole;
  private final ImagePath root;

  /**
   * @param root the directory; when there is none, the context is empty
   */
  public SubContext(BuildContext whole, ImagePath root) {
    this.whole = whole;
    this.root = root;
  }

  @Override
  public LayerIndex index() throws IOException {
    if (root.isRoot()) {
      return whole.index();
    }
    List<LayerEntry> entries = new ArrayList<>();
    int prefix = root.value().length() + 1;
    for (LayerEntry entry : whole.index().entries()) {
      if (root.contains(entry.path()) && !entry.path().equals(root)) {
        entries.add(entry.at(new ImagePath(entry.path().value().substring(prefix))));
      }
    }
    return new LayerIndex(entries, Map.of());
  }

  @Override
  public boolean isBeside(ImagePath path) {
    return root.isRoot() && whole.isBeside(path);
  }

  @Override
  public InputStream open(LayerEntry file) throws IOException {
    return whole.open(file.at(root.resolve(file.path().value())));
  }
}
