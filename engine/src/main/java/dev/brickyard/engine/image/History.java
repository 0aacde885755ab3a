package dev.brickyard.engine.image;

import java.time.Instant;
import java.util.Optional;

/**
 * What one instruction did, as image configs tell it (OCI image configuration, "history").
 *
 * @param createdBy the instruction as it was run; empty text when unknown
 * @param author empty text when unknown
 * @param comment empty text when there is none
 * @param emptyLayer true when the instruction made no layer
 */
public record History(
    Optional<Instant> created,
    String createdBy,
    String author,
    String comment,
    boolean emptyLayer) {
  /** An instruction that made a layer. */
  public static History layer(Instant created, String createdBy, String comment) {
    return new History(Optional.of(created), createdBy, "", comment, false);
  }

  /** An instruction that changed the config only. */
  public static History empty(Instant created, String createdBy, String comment) {
    return new History(Optional.of(created), createdBy, "", comment, true);
  }
}
