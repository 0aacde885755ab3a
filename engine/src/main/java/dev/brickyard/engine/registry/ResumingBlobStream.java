package dev.brickyard.engine.registry;

import dev.brickyard.engine.image.Descriptor;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.registry.RegistryException.Code;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.http.HttpResponse;
import java.security.MessageDigest;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The content of a blob, checked against its digest and size while it is read. When the connection
 * breaks, reading goes on where it stopped; the read that would hand out the last bytes of wrong
 * content throws instead.
 */
final class ResumingBlobStream extends InputStream {
  private final Blobs blobs;
  private final RetryingExchange exchange;
  private final RepositoryLocation location;
  private final Descriptor blob;
  private final RegistryCredentials credentials;
  private final MessageDigest sha256 = Digest.newSha256();

  private @Nullable InputStream body;
  private long position;
  private int failures;
  private boolean closed;

  ResumingBlobStream(
      Blobs blobs,
      RetryingExchange exchange,
      RepositoryLocation location,
      Descriptor blob,
      RegistryCredentials credentials)
      throws RegistryException, InterruptedException {
    this.blobs = blobs;
    this.exchange = exchange;
    this.location = location;
    this.blob = blob;
    this.credentials = credentials;
    // The first request is made at once: a missing blob is known before anything is read.
    this.body =
        new StallGuard(blobs.get(location, blob, 0, credentials).body(), exchange.answerTimeout());
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, buffer.length);
    if (closed) {
      throw new IOException("the blob's stream is closed");
    }
    if (length == 0) {
      return 0;
    }
    if (position == blob.size()) {
      if (blob.size() == 0) {
        verify();
      }
      return -1;
    }
    try {
      return readResuming(buffer, offset, (int) Math.min(length, blob.size() - position));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      InterruptedIOException interrupted = new InterruptedIOException("interrupted");
      interrupted.initCause(e);
      throw interrupted;
    }
  }

  private int readResuming(byte[] buffer, int offset, int length)
      throws IOException, InterruptedException {
    while (true) {
      try {
        int read = body == null ? -1 : body.read(buffer, offset, length);
        if (read > 0) {
          failures = 0;
          accept(buffer, offset, read);
          return read;
        }
        resumeOrFail(null);
      } catch (RegistryException e) {
        throw e;
      } catch (IOException e) {
        if (Thread.currentThread().isInterrupted()) {
          throw e;
        }
        resumeOrFail(e);
      }
    }
  }

  private void accept(byte[] buffer, int offset, int read) throws IOException {
    sha256.update(buffer, offset, read);
    position += read;
    if (position == blob.size()) {
      verify();
    }
  }

  private void verify() throws RegistryException {
    Digest actual = Digest.of(sha256);
    if (!actual.equals(blob.digest())) {
      throw new RegistryException(
          Code.CORRUPT,
          "%s sent content for blob %s of %s that has another digest: %s"
              .formatted(location.registry(), blob.digest(), location.repository(), actual));
    }
  }

  private void resumeOrFail(@Nullable IOException cause) throws IOException, InterruptedException {
    closeBody();
    failures++;
    if (failures >= exchange.attempts()) {
      throw new RegistryException(
          Code.UNREACHABLE,
          "%s broke off sending blob %s after %d of %d bytes, %d times in a row"
              .formatted(location.registry(), blob.digest(), position, blob.size(), failures),
          cause);
    }
    exchange.pauseAfter(failures);
    HttpResponse<InputStream> response = blobs.get(location, blob, position, credentials);
    InputStream next = new StallGuard(response.body(), exchange.answerTimeout());
    if (position > 0 && response.statusCode() == 200) {
      // A registry without ranges: read again what is known already.
      next.skipNBytes(position);
    }
    body = next;
  }

  private void closeBody() throws IOException {
    InputStream open = body;
    body = null;
    if (open != null) {
      open.close();
    }
  }

  @Override
  public void close() throws IOException {
    closed = true;
    closeBody();
  }
}
