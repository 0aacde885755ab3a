package dev.brickyard.engine.source;

import java.io.IOException;

/** An address that builds may not reach. */
final class EgressDeniedException extends IOException {
  private static final long serialVersionUID = 1L;

  EgressDeniedException(String address) {
    super("builds may not reach " + address + ", by this farm's settings");
  }
}
