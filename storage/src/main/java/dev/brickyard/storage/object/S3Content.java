package dev.brickyard.storage.object;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;

/** An object's content; a connection that breaks while it is read is an outage of the store. */
final class S3Content extends FilterInputStream {
  private final ObjectKey key;

  S3Content(ObjectKey key, InputStream body) {
    super(body);
    this.key = key;
  }

  @Override
  public int read() throws IOException {
    try {
      return super.read();
    } catch (IOException e) {
      throw translate(e);
    }
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    try {
      return super.read(buffer, offset, length);
    } catch (IOException e) {
      throw translate(e);
    }
  }

  private IOException translate(IOException e) {
    // OkHttp's time-outs are InterruptedIOExceptions too.
    if (e instanceof InterruptedIOException && Thread.currentThread().isInterrupted()) {
      return e;
    }
    return S3Errors.unavailable(key, String.valueOf(e.getMessage()), e);
  }
}
