package dev.brickyard.engine.ssh;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The data types of the SSH protocols (RFC 4251, section 5). */
final class Wire {
  private Wire() {}

  /** Puts values together. */
  static final class Writer {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Writer octet(int value) {
      bytes.write(value);
      return this;
    }

    Writer number(int value) {
      bytes.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(value).array());
      return this;
    }

    Writer string(byte[] value) {
      number(value.length);
      bytes.writeBytes(value);
      return this;
    }

    Writer string(String value) {
      return string(value.getBytes(StandardCharsets.UTF_8));
    }

    Writer integer(BigInteger value) {
      return string(value.signum() == 0 ? new byte[0] : value.toByteArray());
    }

    byte[] taken() {
      return bytes.toByteArray();
    }
  }

  /** Takes values apart; every method throws {@link BufferUnderflowException} at the end. */
  static final class Reader {
    private final ByteBuffer bytes;

    Reader(byte[] bytes) {
      this.bytes = ByteBuffer.wrap(bytes);
    }

    int octet() {
      return bytes.get() & 0xFF;
    }

    int number() {
      return bytes.getInt();
    }

    byte[] string() {
      int length = bytes.getInt();
      if (length < 0 || length > bytes.remaining()) {
        throw new BufferUnderflowException();
      }
      byte[] value = new byte[length];
      bytes.get(value);
      return value;
    }

    String text() {
      return new String(string(), StandardCharsets.UTF_8);
    }

    BigInteger integer() {
      byte[] value = string();
      return value.length == 0 ? BigInteger.ZERO : new BigInteger(value);
    }

    /** So many bytes without a length before them. */
    byte[] raw(int length) {
      byte[] value = new byte[length];
      bytes.get(value);
      return value;
    }
  }
}
