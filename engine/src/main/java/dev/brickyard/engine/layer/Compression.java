package dev.brickyard.engine.layer;

import dev.brickyard.engine.image.MediaTypes;

/** How a layer's tar is packed for storing and pushing. */
public enum Compression {
  NONE("nothing", MediaTypes.OCI_LAYER),
  GZIP("gzip", MediaTypes.OCI_LAYER_GZIP),
  ZSTD("zstd", MediaTypes.OCI_LAYER_ZSTD);

  private final String word;
  private final String mediaType;

  Compression(String word, String mediaType) {
    this.word = word;
    this.mediaType = mediaType;
  }

  /** For people: "packed with …". */
  public String word() {
    return word;
  }

  /** The OCI media type of a layer packed like this. */
  public String mediaType() {
    return mediaType;
  }
}
