package dev.brickyard.storage.object;

/** An object that is being sent in parts and does not exist yet. */
public record MultipartUpload(ObjectKey key, String id) {

  /**
   * A part that arrived.
   *
   * @param number from 1
   */
  public record Part(int number, String etag) {}
}
