package dev.brickyard.engine.linux;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Names of files between Java and Linux. Linux names are bytes, nearly always UTF-8; a byte that is
 * not becomes a lone surrogate {@code U+DC80…U+DCFF} in Java's text and the same byte again on the
 * way back (Python's "surrogateescape", PEP 383), so that every file keeps its name.
 */
public final class NativeText {
  private NativeText() {}

  /** Bytes to text; never fails. */
  public static String decode(byte[] bytes) {
    return decode(bytes, 0, bytes.length);
  }

  /** A part of bytes to text; never fails. */
  public static String decode(byte[] bytes, int offset, int length) {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer in = ByteBuffer.wrap(bytes, offset, length);
    try {
      return decoder.decode(in).toString();
    } catch (CharacterCodingException e) {
      in = ByteBuffer.wrap(bytes, offset, length);
      return decodeWithEscapes(decoder, in);
    }
  }

  private static String decodeWithEscapes(CharsetDecoder decoder, ByteBuffer in) {
    CharBuffer out = CharBuffer.allocate(in.remaining() + 1);
    decoder.reset();
    while (in.hasRemaining()) {
      CoderResult result = decoder.decode(in, out, true);
      if (result.isError()) {
        for (int i = 0; i < result.length(); i++) {
          out.put((char) (0xDC00 | (in.get() & 0xFF)));
        }
        decoder.reset();
      }
    }
    return out.flip().toString();
  }

  /** Text to bytes, the inverse of {@link #decode}; an impossible lone surrogate becomes '?'. */
  public static byte[] encode(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (isEscape(text, i)) {
        return encodeWithEscapes(text);
      }
    }
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static boolean isEscape(String text, int i) {
    char c = text.charAt(i);
    return c >= 0xDC80 && c <= 0xDCFF && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
  }

  private static byte[] encodeWithEscapes(String text) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(text.length() + 16);
    int start = 0;
    for (int i = 0; i <= text.length(); i++) {
      if (i == text.length() || isEscape(text, i)) {
        out.writeBytes(text.substring(start, i).getBytes(StandardCharsets.UTF_8));
        if (i < text.length()) {
          out.write(text.charAt(i) & 0xFF);
        }
        start = i + 1;
      }
    }
    return out.toByteArray();
  }
}
