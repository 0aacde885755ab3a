package dev.brickyard.engine.graph;

import dev.brickyard.engine.dockerfile.GoText;
import dev.brickyard.engine.image.Platform;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The value of {@code FROM --platform}: {@code os/arch[/variant]}, or just one of the two, as
 * containerd's {@code platforms.Parse} reads it.
 */
final class PlatformSpecifier {
  private static final Set<String> SYSTEMS =
      Set.of(
          "aix",
          "android",
          "darwin",
          "dragonfly",
          "freebsd",
          "hurd",
          "illumos",
          "ios",
          "js",
          "linux",
          "nacl",
          "netbsd",
          "openbsd",
          "plan9",
          "solaris",
          "windows",
          "zos");
  private static final Set<String> ARCHITECTURES =
      Set.of(
          "386",
          "amd64",
          "arm",
          "arm64",
          "loong64",
          "mips",
          "mips64",
          "mips64le",
          "mipsle",
          "ppc",
          "ppc64",
          "ppc64le",
          "riscv",
          "riscv64",
          "s390",
          "s390x",
          "sparc",
          "sparc64",
          "wasm");

  private PlatformSpecifier() {}

  /**
   * Reads a specifier.
   *
   * @param machine what the build runs on: its architecture completes an operating system
   * @throws IllegalArgumentException with one sentence in containerd's words
   */
  static Platform parse(String text, Platform machine) {
    if (text.indexOf('/') >= 0) {
      return whole(text);
    }
    String word = text.toLowerCase(Locale.ROOT);
    String system = word.equals("macos") ? "darwin" : word;
    if (SYSTEMS.contains(system)) {
      return new Platform(system, machine.architecture(), machine.variant());
    }
    Platform platform = architecture(text, word);
    if (!ARCHITECTURES.contains(platform.architecture())) {
      throw new IllegalArgumentException(
          GoText.literal(text) + ": unknown operating system or architecture: invalid argument");
    }
    return platform;
  }

  private static Platform whole(String text) {
    try {
      return Platform.parse(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          GoText.literal(text) + ": cannot parse platform specifier: invalid argument", e);
    }
  }

  private static Platform architecture(String text, String word) {
    try {
      return switch (word) {
        case "armel" -> new Platform("linux", "arm", Optional.of("v6"));
        default -> new Platform("linux", word, Optional.empty());
      };
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          GoText.literal(text) + ": invalid platform: invalid argument", e);
    }
  }
}
