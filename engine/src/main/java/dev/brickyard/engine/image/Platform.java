package dev.brickyard.engine.image;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An operating system and processor an image is for, written {@code os/arch[/variant]} and
 * normalised as containerd does: {@code linux/x86_64} is {@code linux/amd64}, {@code linux/aarch64}
 * and {@code linux/arm64/v8} are {@code linux/arm64}.
 *
 * @param os such as {@code linux}
 * @param architecture Go's name, such as {@code amd64} or {@code arm64}
 * @param variant such as {@code v7}; empty where the architecture has one usual variant
 */
public record Platform(String os, String architecture, Optional<String> variant) {
  private static final Pattern PART = Pattern.compile("[a-z0-9_.-]+");

  /** Linux on x86-64. */
  public static final Platform LINUX_AMD64 = new Platform("linux", "amd64", Optional.empty());

  /** Linux on 64-bit Arm. */
  public static final Platform LINUX_ARM64 = new Platform("linux", "arm64", Optional.empty());

  /** Normalises and checks; throws {@link IllegalArgumentException} on text that can be no part. */
  public Platform {
    os = checked(os);
    architecture =
        switch (checked(architecture)) {
          case "x86_64", "x86-64" -> "amd64";
          case "aarch64" -> "arm64";
          case "armhf" -> "arm";
          case "i386" -> "386";
          case String other -> other;
        };
    variant = variant.map(Platform::checked);
    if (architecture.equals("arm64") && variant.equals(Optional.of("v8"))) {
      variant = Optional.empty();
    }
    if (architecture.equals("arm") && variant.isEmpty()) {
      variant = Optional.of("v7");
    }
  }

  private static String checked(String part) {
    String lower = part.toLowerCase(Locale.ROOT);
    if (!PART.matcher(lower).matches()) {
      throw new IllegalArgumentException("\"" + part + "\" cannot be part of a platform");
    }
    return lower;
  }

  /**
   * Reads {@code os/arch[/variant]}.
   *
   * @throws IllegalArgumentException naming the text, when it has another form
   */
  @JsonCreator
  public static Platform parse(String text) {
    String[] parts = text.trim().split("/", -1);
    if (parts.length < 2 || parts.length > 3) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is no platform: write os/arch or os/arch/variant, like linux/amd64");
    }
    return new Platform(
        parts[0], parts[1], parts.length == 3 ? Optional.of(parts[2]) : Optional.empty());
  }

  /** The platform this JVM runs on. */
  public static Platform current() {
    return new Platform("linux", System.getProperty("os.arch"), Optional.empty());
  }

  /** {@code os/arch[/variant]} */
  @Override
  @JsonValue
  public String toString() {
    return os + "/" + architecture + variant.map(v -> "/" + v).orElse("");
  }
}
