package dev.brickyard.engine;

import dev.brickyard.engine.context.BuildContext;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.source.RemoteSource;

/**
 * What stands for a name in FROM, {@code COPY --from} and {@code RUN --mount=from}, instead of the
 * stage or image that is called so ({@code docker build --build-context}).
 */
public sealed interface NamedContext {
  /**
   * Files that came with the build; they belong to root, whoever owned them there. A {@code
   * .dockerignore} among them counts.
   */
  record Folder(BuildContext files) implements NamedContext {}

  /** An image of a registry. */
  record Image(ImageReference reference) implements NamedContext {}

  /** Nothing at all. */
  record Scratch() implements NamedContext {}

  /** A file or repository from elsewhere. */
  record Remote(RemoteSource source) implements NamedContext {}
}
