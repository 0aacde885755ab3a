package dev.brickyard.storage.object;

import java.net.URI;

/**
 * Where the object store is and who we are to it. Its text form hides the secret.
 *
 * @param endpoint such as {@code http://127.0.0.1:9000}
 * @param bucket made when it is missing and we may
 */
public record S3Settings(
    URI endpoint, String accessKey, String secretKey, String bucket, String region) {
  /** Checks what would otherwise fail at the first request. */
  public S3Settings {
    if (endpoint.getHost() == null
        || !("http".equals(endpoint.getScheme()) || "https".equals(endpoint.getScheme()))) {
      throw new IllegalArgumentException(
          "the object store's endpoint must be an http or https URL, not \"" + endpoint + "\"");
    }
    if (bucket.isBlank() || region.isBlank()) {
      throw new IllegalArgumentException("the object store needs a bucket and a region");
    }
  }

  @Override
  public String toString() {
    return "S3Settings[" + endpoint + ", bucket " + bucket + ", region " + region + "]";
  }
}
