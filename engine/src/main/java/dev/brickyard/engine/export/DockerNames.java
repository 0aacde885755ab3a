package dev.brickyard.engine.export;

import dev.brickyard.engine.image.ImageReference;

/** Names of images as Docker shows them to people. */
final class DockerNames {
  private static final String HUB = "docker.io";
  private static final String OFFICIAL = "library/";

  private DockerNames() {}

  /** Registry and repository, without what Docker's hub needs not have written. */
  static String familiarName(ImageReference reference) {
    if (!reference.registry().equals(HUB)) {
      return reference.name();
    }
    String repository = reference.repository();
    return repository.startsWith(OFFICIAL) ? repository.substring(OFFICIAL.length()) : repository;
  }

  /** The same with the tag. */
  static String familiar(ImageReference reference) {
    return familiarName(reference) + ":" + reference.tag().orElse("latest");
  }
}
