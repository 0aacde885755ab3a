package dev.brickyard.engine.layer;

import dev.brickyard.engine.image.MediaTypes;

/** How a layer's tar is packed for storing and pushing. */
public enum Compression {
  NONE(MediaTypes.OCI_LAYER),
  GZIP(MediaTypes.OCI_LAYER_GZIP),
  ZSTD(MediaTypes.OCI_LAYER_ZSTD);

  private final String mediaType;

  Compression(String mediaType) {
    this.mediaType = mediaType;
  }

  /** The OCI media type of a layer packed like this. */
  public String mediaType() {
    return mediaType;
  }
}
