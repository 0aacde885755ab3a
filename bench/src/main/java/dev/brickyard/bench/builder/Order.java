package dev.brickyard.bench.builder;

import java.nio.file.Path;

/**
 * What is to be built.
 *
 * @param context the folder with the Dockerfile
 * @param repository where it is pushed, without a tag: {@code 127.0.0.1:5000/bench/flask}
 * @param base the value of the build argument {@code BASE}
 */
public record Order(Path context, String repository, String base) {
  /** The last part of the repository's name. */
  public String name() {
    return repository.substring(repository.lastIndexOf('/') + 1);
  }
}
