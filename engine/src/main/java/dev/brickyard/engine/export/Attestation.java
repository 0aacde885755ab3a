package dev.brickyard.engine.export;

import dev.brickyard.engine.image.Descriptor;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.image.ImageConfig;
import dev.brickyard.engine.image.Manifest;
import dev.brickyard.engine.image.MediaTypes;
import dev.brickyard.engine.image.Platform;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is said about an image, as a manifest that stands beside the image's in an index (BuildKit,
 * "Image Attestation Storage").
 *
 * @param entry of the index: names the manifest, and the image it speaks of
 * @param config of the manifest, which means nothing
 */
@SuppressWarnings("ArrayRecordComponent") // documents on their way, never compared
public record Attestation(
    Descriptor entry,
    byte[] manifest,
    Descriptor configBlob,
    byte[] config,
    Descriptor statementBlob,
    byte[] statement) {
  private static final Platform UNKNOWN = new Platform("unknown", "unknown", Optional.empty());

  /** Tells an entry of an index that is no image. */
  public static final String TYPE = "vnd.docker.reference.type";

  /** The image's manifest that it speaks of. */
  private static final String REFERENCE = "vnd.docker.reference.digest";

  private static final String ATTESTATION_MANIFEST = "attestation-manifest";

  /**
   * Attaches a statement to an image.
   *
   * @param image its manifest
   * @param statement in the in-toto format
   * @param predicateType of the statement
   */
  public static Attestation about(Descriptor image, byte[] statement, String predicateType) {
    Descriptor statementBlob =
        Descriptor.of(MediaTypes.IN_TOTO, Digest.of(statement), statement.length)
            .withAnnotations(Map.of("in-toto.io/predicate-type", predicateType));
    ImageConfig empty = ImageConfig.empty(UNKNOWN);
    ImageConfig config =
        new ImageConfig(
            empty.created(),
            empty.author(),
            UNKNOWN,
            empty.config(),
            List.of(statementBlob.digest()),
            List.of());
    Manifest manifest = Manifest.oci(config.descriptor(), List.of(statementBlob));
    Descriptor entry = manifest.descriptor().forPlatform(UNKNOWN);
    return new Attestation(
        annotated(entry, image.digest()),
        manifest.toJson(),
        config.descriptor(),
        config.toJson(),
        statementBlob,
        statement);
  }

  private static Descriptor annotated(Descriptor manifest, Digest image) {
    return manifest.withAnnotations(
        Map.of(REFERENCE, image.toString(), TYPE, ATTESTATION_MANIFEST));
  }

  /** The entry of an index for an attestation of which no more than its manifest is known. */
  public static Descriptor entry(Digest manifest, long size, Digest image) {
    return annotated(
        Descriptor.of(MediaTypes.OCI_MANIFEST, manifest, size).forPlatform(UNKNOWN), image);
  }

  /** True for an entry of an index that is an attestation. */
  static boolean isOne(Descriptor entry) {
    return ATTESTATION_MANIFEST.equals(entry.annotations().get(TYPE));
  }
}
