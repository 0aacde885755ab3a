package dev.brickyard.storage.output;

import dev.brickyard.engine.image.Digest;
import java.time.Instant;

/**
 * A file that a build left to be downloaded.
 *
 * @param name unique within the build
 * @param type {@code oci}, {@code docker} or {@code tar}
 * @param size in bytes
 * @param digest of the file
 * @param expiresAt it may be gone from then on
 */
public record StoredOutput(
    String name, String type, long size, Digest digest, Instant createdAt, Instant expiresAt) {}
