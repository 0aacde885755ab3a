package dev.brickyard.engine.registry;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Tells how much of the content was read; nothing counts twice when it is opened again. */
final class CountedSource implements BlobSource {
  private final BlobSource source;
  private final PushObserver observer;
  private long counted;

  CountedSource(BlobSource source, PushObserver observer) {
    this.source = source;
    this.observer = observer;
  }

  @Override
  public synchronized InputStream open() throws IOException {
    if (counted > 0) {
      observer.pushed(-counted);
      counted = 0;
    }
    return new Counting(source.open());
  }

  private synchronized void count(int bytes) {
    if (bytes > 0) {
      counted += bytes;
      observer.pushed(bytes);
    }
  }

  private final class Counting extends FilterInputStream {
    Counting(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int b = in.read();
      count(b < 0 ? 0 : 1);
      return b;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int n = in.read(bytes, offset, length);
      count(n);
      return n;
    }
  }
}
