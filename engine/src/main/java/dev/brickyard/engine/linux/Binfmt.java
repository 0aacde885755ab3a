package dev.brickyard.engine.linux;

import dev.brickyard.engine.image.Platform;
import java.io.IOException;

/** Whether, and how, this machine runs programs made for other processors. */
public final class Binfmt {
  private Binfmt() {}

  /** True when programs for the platform run here: its own, or one with a registered emulator. */
  public static boolean runs(Platform platform) {
    return platform.equals(Platform.current());
  }

  /**
   * Registers the emulator for the platform when it is not, from Debian's {@code qemu-user-static}.
   * Harmless when repeated.
   *
   * @throws IOException with a plain sentence, when that cannot be done
   */
  public static void ensureRegistered(Platform platform) throws IOException {
    throw new IOException("not yet " + platform);
  }
}
