package dev.brickyard.storage.log;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A log as lines of JSON, so that {@code zstdcat} and {@code jq} are enough to read it: {@code
 * {"step":"build-3","stream":"stdout","at":"…","text":"…"}}. Output that is not UTF-8 by itself
 * stands in {@code base64} instead of {@code text}.
 */
final class LogFormat {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
          .build();

  private LogFormat() {}

  /** One line. */
  record Line(
      String step, String stream, String at, @Nullable String text, @Nullable String base64) {}

  /** The entry as one line, its end included. */
  static byte[] write(LogEntry entry) throws IOException {
    String text = utf8(entry.bytes());
    byte[] json =
        JSON.writeValueAsBytes(
            new Line(
                entry.step(),
                entry.stderr() ? "stderr" : "stdout",
                entry.at().toString(),
                text,
                text == null ? Base64.getEncoder().encodeToString(entry.bytes()) : null));
    return ByteBuffer.allocate(json.length + 1).put(json).put((byte) '\n').array();
  }

  /**
   * Reads a line.
   *
   * @throws IOException when it is no line of a log
   */
  static LogEntry read(String json) throws IOException {
    Line line = JSON.readValue(json, Line.class);
    try {
      String text = line.text();
      String base64 = line.base64();
      byte[] bytes =
          text != null
              ? text.getBytes(StandardCharsets.UTF_8)
              : Base64.getDecoder().decode(base64 == null ? "" : base64);
      return new LogEntry(
          line.step(), "stderr".equals(line.stream()), Instant.parse(line.at()), bytes);
    } catch (RuntimeException e) {
      throw new IOException("not a line of a log: " + e.getMessage(), e);
    }
  }

  private static @Nullable String utf8(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }
}
