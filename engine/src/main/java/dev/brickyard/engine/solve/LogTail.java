package dev.brickyard.engine.solve;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Remembers the last lines a process printed, to show them with its failure. */
final class LogTail {
  private static final int LINES = 20;
  private static final int BYTES = 16 * 1024;

  private byte[] kept = new byte[0];

  synchronized void add(byte[] chunk) {
    int total = kept.length + chunk.length;
    byte[] joined = new byte[Math.min(total, BYTES)];
    int fromChunk = Math.min(chunk.length, joined.length);
    int fromKept = joined.length - fromChunk;
    System.arraycopy(kept, kept.length - fromKept, joined, 0, fromKept);
    System.arraycopy(chunk, chunk.length - fromChunk, joined, fromKept, fromChunk);
    kept = joined;
  }

  synchronized String lines() {
    List<String> lines = new ArrayList<>(new String(kept, StandardCharsets.UTF_8).lines().toList());
    return String.join("\n", lines.subList(Math.max(0, lines.size() - LINES), lines.size()));
  }
}
