package dev.brickyard.api.follow;

import java.nio.charset.StandardCharsets;

/**
 * A record on its way to followers: a server-sent event, encoded once for all of them.
 *
 * @param offset of the record in its partition, the event's id
 * @param frame must not be changed: all followers share it
 * @param last no record of its build comes after it
 */
record Relayed(long offset, byte[] frame, boolean last) {

  /**
   * Encodes an event (HTML Standard, "Server-sent events").
   *
   * @param data JSON; its line breaks, if any, become several data lines
   */
  static Relayed of(long offset, String event, byte[] data, boolean last) {
    return new Relayed(offset, encode("id: " + offset + "\nevent: " + event + "\n", data), last);
  }

  /** The frame of an event that no record stands for; it has no id. */
  static byte[] frame(String event, byte[] data) {
    return encode("event: " + event + "\n", data);
  }

  private static byte[] encode(String head, byte[] data) {
    String lines =
        new String(data, StandardCharsets.UTF_8)
            .lines()
            .reduce("", (all, line) -> all + "data: " + line + "\n");
    return (head + lines + "\n").getBytes(StandardCharsets.UTF_8);
  }
}
