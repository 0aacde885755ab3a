package dev.brickyard.engine.graph;

import dev.brickyard.engine.NamedContext;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.image.Platform;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The contexts that take the place of stages and images. Names are compared as those of images:
 * {@code docker.io/library/debian:latest} is {@code debian}; one that ends in {@code ::os/arch} is
 * for that platform alone. As BuildKit's {@code dockerui} finds them.
 */
final class NamedContexts {
  private static final String FOR_PLATFORM = "::";

  private final Map<String, NamedContext> byName = new HashMap<>();

  NamedContexts(Map<String, NamedContext> given) {
    given.forEach(
        (name, context) -> {
          int end = name.indexOf(FOR_PLATFORM);
          String plain = end < 0 ? name : name.substring(0, end);
          byName.put(familiar(plain) + (end < 0 ? "" : name.substring(end)), context);
        });
  }

  Optional<NamedContext> find(String name, Platform platform) {
    if (byName.isEmpty()) {
      return Optional.empty();
    }
    String familiar = familiar(name);
    return Optional.ofNullable(byName.get(familiar + FOR_PLATFORM + platform))
        .or(() -> Optional.ofNullable(byName.get(familiar)));
  }

  private static String familiar(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    try {
      return ImageReference.parse(lower)
          .toString()
          .replaceFirst("^docker\\.io/(library/)?", "")
          .replaceFirst(":latest$", "");
    } catch (IllegalArgumentException e) {
      // No image is called so, but a stage may be.
      return lower;
    }
  }
}
