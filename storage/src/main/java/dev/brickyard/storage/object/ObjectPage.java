package dev.brickyard.storage.object;

import java.util.List;
import java.util.Optional;

/**
 * A part of a listing, in the order of the keys.
 *
 * @param next continues the listing; empty on the last page
 */
public record ObjectPage(List<ObjectInfo> objects, Optional<String> next) {
  public ObjectPage {
    objects = List.copyOf(objects);
  }
}
