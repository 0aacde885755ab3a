package dev.brickyard.engine.context;

import dev.brickyard.engine.layer.EntryType;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.engine.layer.LayerIndex;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A context received by {@link ContextArchive}: its index, and its tar somewhere that ranges of it
 * can be read.
 */
public final class TarContext implements BuildContext {
  private final LayerIndex index;
  private final RangeReader tar;

  /**
   * @param index as received, perhaps with entries left out; files carry their offset
   * @param tar the normalised tar
   */
  public TarContext(LayerIndex index, RangeReader tar) {
    this.index = index;
    this.tar = tar;
  }

  /** A context whose normalised tar is a local file. */
  public static TarContext ofFile(Path tar, LayerIndex index) {
    return new TarContext(index, (offset, length) -> open(tar, offset));
  }

  private static InputStream open(Path tar, long offset) throws IOException {
    FileChannel channel = FileChannel.open(tar, StandardOpenOption.READ);
    try {
      channel.position(offset);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    return new BufferedInputStream(Channels.newInputStream(channel));
  }

  @Override
  public LayerIndex index() {
    return index;
  }

  @Override
  public InputStream open(LayerEntry file) throws IOException {
    if (file.type() != EntryType.FILE || (file.offset() < 0 && file.size() > 0)) {
      throw new IOException(file.path() + " is no file with content in this context");
    }
    InputStream content =
        file.size() == 0 ? InputStream.nullInputStream() : tar.open(file.offset(), file.size());
    return new VerifiedInputStream(content, file);
  }
}
