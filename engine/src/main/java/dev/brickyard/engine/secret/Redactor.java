package dev.brickyard.engine.secret;

import dev.brickyard.engine.runtime.OutputSink;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Replaces secrets in a process's output, wherever a chunk ends. A secret is looked for whole,
 * without the blanks around it, and line by line, since programs rarely print all of a file.
 */
public final class Redactor {
  /** What stands in a secret's place. */
  public static final String MASK = "***";

  /** Shorter ones would mask half of every log, and can be guessed anyway. */
  static final int SHORTEST = 4;

  /** Lines of a longer secret are often plain words. */
  static final int SHORTEST_LINE = 8;

  private static final byte[] MASK_BYTES = MASK.getBytes(StandardCharsets.US_ASCII);

  /** The longest first, so that none is found inside of another one. */
  private final List<byte[]> patterns;

  private final boolean[] begins = new boolean[256];

  private Redactor(List<byte[]> patterns) {
    this.patterns = patterns;
    patterns.forEach(pattern -> begins[pattern[0] & 0xFF] = true);
  }

  /** One for these values; those of fewer than four bytes are not looked for. */
  public static Redactor of(Collection<byte[]> secrets) {
    // As Latin-1 text, which is equal when the bytes are.
    Map<String, byte[]> found = new HashMap<>();
    for (byte[] secret : secrets) {
      String text = new String(secret, StandardCharsets.ISO_8859_1);
      add(found, text, SHORTEST);
      add(found, text.strip(), SHORTEST);
      text.lines().forEach(line -> add(found, line.strip(), SHORTEST_LINE));
    }
    List<byte[]> patterns = new ArrayList<>(found.values());
    patterns.sort(Comparator.comparingInt((byte[] pattern) -> pattern.length).reversed());
    return new Redactor(patterns);
  }

  private static void add(Map<String, byte[]> found, String text, int shortest) {
    if (text.length() >= shortest) {
      found.put(text, text.getBytes(StandardCharsets.ISO_8859_1));
    }
  }

  /** Redacts what goes to a sink; {@link Redacting#finish} must follow the last chunk. */
  public Redacting to(OutputSink sink) {
    return new Redacting(this, sink);
  }

  /** Output on its way to a sink. */
  public static final class Redacting implements OutputSink {
    private final Redactor redactor;
    private final OutputSink sink;
    private final Stream out = new Stream();
    private final Stream err = new Stream();

    private Redacting(Redactor redactor, OutputSink sink) {
      this.redactor = redactor;
      this.sink = sink;
    }

    @Override
    public void write(boolean stderr, byte[] chunk) {
      if (redactor.patterns.isEmpty()) {
        sink.write(stderr, chunk);
        return;
      }
      pass(stderr, chunk, false);
    }

    /** Hands on what was held back because it might have been the beginning of a secret. */
    public void finish() {
      pass(false, new byte[0], true);
      pass(true, new byte[0], true);
    }

    private void pass(boolean stderr, byte[] chunk, boolean last) {
      Stream stream = stderr ? err : out;
      byte[] clean;
      synchronized (stream) {
        clean = redactor.redact(stream, chunk, last);
      }
      if (clean.length > 0) {
        sink.write(stderr, clean);
      }
    }
  }

  /** What of a stream is held back. */
  private static final class Stream {
    private byte[] held = new byte[0];
  }

  private byte[] redact(Stream stream, byte[] chunk, boolean last) {
    byte[] input = Arrays.copyOf(stream.held, stream.held.length + chunk.length);
    System.arraycopy(chunk, 0, input, stream.held.length, chunk.length);
    Bytes clean = new Bytes(input.length);
    int at = 0;
    while (at < input.length) {
      if (!begins[input[at] & 0xFF]) {
        clean.add(input, at, 1);
        at++;
        continue;
      }
      int length = match(input, at, last);
      if (length < 0) {
        break;
      }
      if (length == 0) {
        clean.add(input, at, 1);
        at++;
      } else {
        clean.add(MASK_BYTES, 0, MASK_BYTES.length);
        at += length;
      }
    }
    stream.held = Arrays.copyOfRange(input, at, input.length);
    return clean.taken();
  }

  /** How long the secret is that stands there; 0 for none, -1 when more has to be seen. */
  private int match(byte[] input, int at, boolean last) {
    int left = input.length - at;
    for (byte[] pattern : patterns) {
      int common = Math.min(pattern.length, left);
      if (Arrays.equals(pattern, 0, common, input, at, at + common)) {
        if (common == pattern.length) {
          return common;
        }
        if (!last) {
          return -1;
        }
      }
    }
    return 0;
  }

  /** Bytes that are put together. */
  private static final class Bytes {
    private byte[] bytes;
    private int size;

    Bytes(int expected) {
      bytes = new byte[expected];
    }

    void add(byte[] from, int offset, int length) {
      if (size + length > bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, size + length));
      }
      System.arraycopy(from, offset, bytes, size, length);
      size += length;
    }

    byte[] taken() {
      return Arrays.copyOf(bytes, size);
    }
  }
}
