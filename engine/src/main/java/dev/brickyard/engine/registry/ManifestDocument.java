package dev.brickyard.engine.registry;

import dev.brickyard.engine.image.Descriptor;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.image.MediaTypes;

/** A manifest or index exactly as a registry holds it. */
@SuppressWarnings("ArrayRecordComponent") // made and used inside of this package, never compared
record ManifestDocument(String mediaType, byte[] content) {
  Descriptor descriptor() {
    return Descriptor.of(mediaType, Digest.of(content), content.length);
  }

  boolean isIndex() {
    return mediaType.equals(MediaTypes.OCI_INDEX) || mediaType.equals(MediaTypes.DOCKER_LIST);
  }

  boolean isManifest() {
    return mediaType.equals(MediaTypes.OCI_MANIFEST)
        || mediaType.equals(MediaTypes.DOCKER_MANIFEST);
  }
}
