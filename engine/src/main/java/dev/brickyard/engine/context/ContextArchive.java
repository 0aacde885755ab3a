package dev.brickyard.engine.context;

import dev.brickyard.engine.layer.ImagePath;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Set;

/**
 * Receives a build context as an archive from someone not to be trusted. Streams: whatever the
 * archive's size, memory holds only its index.
 */
public final class ContextArchive {
  private static final int BUFFER = 1 << 16;

  private ContextArchive() {}

  /**
   * Reads a tar (plain, gzip, zstd, bzip2 or xz, told by its first bytes), checks every entry, and
   * writes it again as a plain tar in which each file's content can be fetched by its offset.
   *
   * <p>Names are relative to the context's root and never leave it: a {@code ..} or absolute name,
   * a name below a link or file, a hard link to what is not in the archive, a device and a sparse
   * file are refused. Symlinks are kept as text wherever they point; nothing ever follows them.
   * Hard links become files of the same content. Missing parent directories are added.
   *
   * @param body read to its end, not closed
   * @param tar gets the plain tar; flushed, not closed. What was written when an exception is
   *     thrown is of no use
   * @param capture files whose bytes are wanted at once
   * @throws ContextException when the archive is not one, is damaged, or is refused
   * @throws IOException when {@code body} or {@code tar} fails
   */
  public static ReceivedContext receive(
      InputStream body, OutputStream tar, ContextLimits limits, Set<ImagePath> capture)
      throws ContextException, IOException {
    MeteredInputStream source = new MeteredInputStream(body);
    ContextReceiver receiver = new ContextReceiver(tar, limits, capture);
    try (InputStream plain = ArchiveFormat.decompress(source)) {
      InputStream bounded = new BoundedInputStream(plain, source, limits);
      receiver.receive(new TarReader(bounded));
      drain(bounded);
    } catch (MeteredInputStream.SourceFailed e) {
      throw e.failure();
    } catch (ContextReceiver.SinkFailed e) {
      throw e.failure();
    } catch (TarReader.Malformed e) {
      throw e.asContextException();
    } catch (EOFException e) {
      throw damaged(
          "context-truncated", "the archive ends in the middle: it was not sent whole", e);
    } catch (IOException | RuntimeException e) {
      // Every failure of our own streams was dealt with: this one is the decompressor's.
      throw damaged("context-corrupt", "the archive is damaged: it cannot be decompressed", e);
    }
    return receiver.finish();
  }

  /** Reads what follows the archive's end mark, so that a checksum at the very end counts. */
  private static void drain(InputStream in) throws IOException {
    byte[] buffer = new byte[BUFFER];
    while (in.read(buffer) >= 0) {
      // Padding after the end mark means nothing.
    }
  }

  private static ContextException damaged(String code, String sentence, Exception cause) {
    ContextException exception = new ContextException(code, sentence);
    exception.initCause(cause);
    return exception;
  }
}
