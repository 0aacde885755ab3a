package dev.brickyard.engine.context;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes tars byte by byte, so that a test can say what no proper tool would write. Names go in as
 * they are.
 */
final class TarForge {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  TarForge file(String name, String content) {
    return entry('0', name, "", content.getBytes(StandardCharsets.UTF_8));
  }

  TarForge directory(String name) {
    return entry('5', name, "", new byte[0]);
  }

  TarForge symlink(String name, String target) {
    return entry('2', name, target, new byte[0]);
  }

  TarForge hardLink(String name, String target) {
    return entry('1', name, target, new byte[0]);
  }

  /** A pax header for the next entry. */
  TarForge pax(String key, String value) {
    String body = " " + key + "=" + value + "\n";
    int length = body.getBytes(StandardCharsets.UTF_8).length;
    int total = length + Integer.toString(length).length();
    if (Integer.toString(total).length() != Integer.toString(length).length()) {
      total = length + Integer.toString(total).length();
    }
    return entry('x', "pax", "", (total + body).getBytes(StandardCharsets.UTF_8));
  }

  TarForge entry(char type, String name, String link, byte[] content) {
    header(type, name, link, content.length);
    out.writeBytes(content);
    out.writeBytes(new byte[(512 - content.length % 512) % 512]);
    return this;
  }

  /** A header alone, whatever it says about the content. */
  TarForge header(char type, String name, String link, long size) {
    byte[] block = new byte[512];
    put(block, 0, 100, name);
    put(block, 100, 8, type == '5' ? "0000755" : "0000644");
    put(block, 108, 8, "0001750");
    put(block, 116, 8, "0001751");
    put(block, 124, 12, "%011o".formatted(size));
    put(block, 136, 12, "%011o".formatted(1_700_000_000L));
    block[156] = (byte) type;
    put(block, 157, 100, link);
    put(block, 257, 6, "ustar");
    put(block, 263, 2, "00");
    Arrays.fill(block, 148, 156, (byte) ' ');
    int sum = 0;
    for (byte b : block) {
      sum += b & 0xff;
    }
    put(block, 148, 7, "%06o".formatted(sum));
    block[154] = 0;
    out.writeBytes(block);
    return this;
  }

  /** Without the end mark. */
  byte[] unfinished() {
    return out.toByteArray();
  }

  byte[] finish() {
    out.writeBytes(new byte[1024]);
    return out.toByteArray();
  }

  private static void put(byte[] block, int offset, int length, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    System.arraycopy(bytes, 0, block, offset, Math.min(length, bytes.length));
  }
}
