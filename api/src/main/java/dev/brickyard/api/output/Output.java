package dev.brickyard.api.output;

import dev.brickyard.storage.output.StoredOutput;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A file to download. */
@Schema(name = "Output")
public record Output(
    @Schema(description = "Unique within the build", examples = "oci.tar") String name,
    @Schema(description = "oci, docker or tar") String type,
    @Schema(description = "In bytes") long size,
    @Schema(description = "Of the file", examples = "sha256:…") String digest,
    @Schema(description = "It is removed after this time") Instant expiresAt) {
  static Output of(StoredOutput stored) {
    return new Output(
        stored.name(),
        stored.type(),
        stored.size(),
        stored.digest().toString(),
        stored.expiresAt());
  }

  /** All of a build. */
  @Schema(name = "Outputs")
  public record Listing(List<Output> outputs) {
    public Listing {
      outputs = List.copyOf(outputs);
    }
  }
}
