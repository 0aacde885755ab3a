package dev.brickyard.engine.context;

import dev.brickyard.engine.layer.EntryType;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.engine.layer.LayerIndex;
import java.util.Map;
import java.util.Optional;

/**
 * What came out of receiving an archive.
 *
 * @param index every path; files carry where their content starts in the normalised tar
 * @param captured content of the files asked for that are there, are regular files and are not too
 *     large
 * @param tarSize bytes of the normalised tar
 * @param contentBytes bytes of all files together
 */
public record ReceivedContext(
    LayerIndex index, Map<ImagePath, byte[]> captured, long tarSize, long contentBytes) {
  private static final int MAX_LINKS = 40;

  public ReceivedContext {
    captured = Map.copyOf(captured);
  }

  /**
   * The file a path means when symlinks inside the context are followed, as for a Dockerfile that
   * is a link. Links never lead out of the context.
   *
   * @return empty when there is no such file, or the links go round in a circle
   */
  public Optional<LayerEntry> resolveFile(ImagePath path) {
    ImagePath at = ImagePath.ROOT;
    java.util.ArrayDeque<String> rest = new java.util.ArrayDeque<>(path.names());
    int links = 0;
    while (!rest.isEmpty()) {
      String name = rest.removeFirst();
      if (name.equals("..")) {
        at = at.parent();
        continue;
      }
      ImagePath candidate = at.child(name);
      Optional<LayerEntry> entry = index.find(candidate);
      if (entry.isEmpty()) {
        return Optional.empty();
      }
      if (entry.get().type() != EntryType.SYMLINK) {
        at = candidate;
        continue;
      }
      String target = entry.get().linkTarget().orElse("");
      if (++links > MAX_LINKS || target.isEmpty()) {
        return Optional.empty();
      }
      if (target.startsWith("/")) {
        at = ImagePath.ROOT;
      }
      String[] names = target.split("/", -1);
      for (int i = names.length - 1; i >= 0; i--) {
        if (!names[i].isEmpty() && !names[i].equals(".")) {
          rest.addFirst(names[i]);
        }
      }
    }
    return index.find(at).filter(entry -> entry.type() == EntryType.FILE);
  }
}
