package dev.brickyard.engine.linux;

import dev.brickyard.engine.image.Platform;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** Whether, and how, this machine runs programs made for other processors (binfmt_misc(5)). */
public final class Binfmt {
  private static final Path KERNEL = Path.of("/proc/sys/fs/binfmt_misc");
  private static final Path DEBIAN = Path.of("/usr/lib/binfmt.d");

  private Binfmt() {}

  /** True when programs for the platform run here: its own, or one with a registered emulator. */
  public static boolean runs(Platform platform) {
    return isNative(platform) || isUsable(KERNEL.resolve(handler(platform)));
  }

  private static boolean isNative(Platform platform) {
    Platform current = Platform.current();
    return platform.os().equals(current.os())
        && (platform.architecture().equals(current.architecture())
            || (platform.architecture().equals("386") && current.architecture().equals("amd64")));
  }

  /** Without the flag F the emulator would be looked for inside the container, and not be there. */
  private static boolean isUsable(Path entry) {
    try {
      List<String> lines = Files.readAllLines(entry, StandardCharsets.ISO_8859_1);
      return lines.contains("enabled")
          && lines.stream().anyMatch(l -> l.startsWith("flags:") && l.indexOf('F') > 0);
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Registers the emulator for the platform when it is not, from Debian's {@code qemu-user-static}.
   * Harmless when repeated, and when several processes do it at once.
   *
   * @throws IOException with a plain sentence, when that cannot be done
   */
  public static synchronized void ensureRegistered(Platform platform) throws IOException {
    if (runs(platform)) {
      return;
    }
    if (!Files.exists(KERNEL.resolve("register"))) {
      Mounts.mount("binfmt_misc", KERNEL, "binfmt_misc", 0, null);
    }
    if (runs(platform)) {
      return;
    }
    Path entry = KERNEL.resolve(handler(platform));
    if (Files.exists(entry)) {
      // Registered without F, or switched off: replaced, since containers cannot use it so.
      Files.writeString(entry, "-1");
    }
    register(platform);
    if (!runs(platform)) {
      throw new IOException("the emulator for " + platform + " did not register with the kernel");
    }
  }

  private static void register(Platform platform) throws IOException {
    Path description = DEBIAN.resolve(handler(platform) + ".conf");
    if (!Files.exists(description)) {
      throw new IOException(
          "there is no emulator for " + platform + ": install the package qemu-user-static");
    }
    String line =
        Files.readString(description, StandardCharsets.ISO_8859_1)
            .lines()
            .filter(l -> l.startsWith(":"))
            .findFirst()
            .orElseThrow(() -> new IOException(description + " has no line to register"));
    int flags = line.lastIndexOf(':') + 1;
    if (line.indexOf('F', flags) < 0) {
      line += "F";
    }
    try {
      Files.write(
          KERNEL.resolve("register"),
          line.getBytes(StandardCharsets.ISO_8859_1),
          StandardOpenOption.WRITE);
    } catch (FileSystemException e) {
      if (!runs(platform)) {
        throw new IOException("cannot register the emulator for " + platform, e);
      }
    }
  }

  private static String handler(Platform platform) {
    return "qemu-"
        + switch (platform.architecture()) {
          case "amd64" -> "x86_64";
          case "arm64" -> "aarch64";
          case "386" -> "i386";
          default -> platform.architecture();
        };
  }
}
