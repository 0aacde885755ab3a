package dev.brickyard.yard.service;

import dev.brickyard.engine.image.Platform;
import dev.brickyard.engine.linux.Binfmt;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Which platforms this machine can build for. */
public final class Emulation {
  private Emulation() {}

  /** This machine's own platform first, then those for which an emulator could be registered. */
  public static List<Platform> available() {
    List<Platform> platforms = new ArrayList<>(List.of(Platform.current()));
    for (Platform other : List.of(Platform.LINUX_AMD64, Platform.LINUX_ARM64)) {
      if (!platforms.contains(other) && canRun(other)) {
        platforms.add(other);
      }
    }
    return platforms;
  }

  private static boolean canRun(Platform platform) {
    if (Binfmt.runs(platform)) {
      return true;
    }
    try {
      Binfmt.ensureRegistered(platform);
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
