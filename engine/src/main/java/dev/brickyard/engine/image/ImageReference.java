package dev.brickyard.engine.image;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The name of an image, normalised as Docker does: {@code debian} is {@code
 * docker.io/library/debian:latest}. Grammar: the distribution project's "reference" package.
 *
 * @param registry host and port, such as {@code docker.io} or {@code localhost:5000}
 * @param repository path without the registry, such as {@code library/debian}
 * @param tag empty when only a digest is given
 */
public record ImageReference(
    String registry, String repository, Optional<String> tag, Optional<Digest> digest) {
  private static final Pattern REGISTRY =
      Pattern.compile(
          "(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*"
              + "|\\[[0-9A-Fa-f:.]+])(?::[0-9]{1,5})?");
  private static final Pattern REPOSITORY =
      Pattern.compile(
          "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*");
  private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}");

  /** Checks the parts; throws {@link IllegalArgumentException} naming the wrong one. */
  public ImageReference {
    if (!REGISTRY.matcher(registry).matches()) {
      throw new IllegalArgumentException("\"" + registry + "\" is no registry host");
    }
    if (!REPOSITORY.matcher(repository).matches() || repository.length() > 255) {
      throw new IllegalArgumentException(
          "\"" + repository + "\" is no repository name: lower-case letters, digits, . _ - and /");
    }
    tag.filter(t -> !TAG.matcher(t).matches())
        .ifPresent(
            t -> {
              throw new IllegalArgumentException("\"" + t + "\" is no tag");
            });
  }

  /**
   * Reads a reference as people write it; without tag and digest the tag is {@code latest}.
   *
   * @throws IllegalArgumentException naming what is wrong with it
   */
  @JsonCreator
  public static ImageReference parse(String text) {
    String rest = text.trim();
    Optional<Digest> digest = Optional.empty();
    int at = rest.indexOf('@');
    if (at >= 0) {
      digest = Optional.of(Digest.parse(rest.substring(at + 1)));
      rest = rest.substring(0, at);
    }
    Optional<String> tag = Optional.empty();
    int colon = rest.lastIndexOf(':');
    if (colon > rest.lastIndexOf('/')) {
      tag = Optional.of(rest.substring(colon + 1));
      rest = rest.substring(0, colon);
    }
    if (rest.isEmpty()) {
      throw new IllegalArgumentException("\"" + text + "\" is no image name");
    }
    String registry = "docker.io";
    int slash = rest.indexOf('/');
    String first = slash < 0 ? "" : rest.substring(0, slash);
    if (first.contains(".") || first.contains(":") || first.equals("localhost")) {
      registry = first.equals("index.docker.io") ? "docker.io" : first;
      rest = rest.substring(slash + 1);
    }
    if (registry.equals("docker.io") && rest.indexOf('/') < 0) {
      rest = "library/" + rest;
    }
    if (tag.isEmpty() && digest.isEmpty()) {
      tag = Optional.of("latest");
    }
    try {
      return new ImageReference(registry, rest, tag, digest);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is no image reference: " + e.getMessage(), e);
    }
  }

  /** The same repository, at this digest and without a tag. */
  public ImageReference at(Digest digest) {
    return new ImageReference(registry, repository, Optional.empty(), Optional.of(digest));
  }

  /** Digest if there is one, else tag: what a registry is asked for. */
  public String manifestName() {
    return digest.map(Digest::toString).or(() -> tag).orElse("latest");
  }

  /** Registry and repository, without tag and digest. */
  public String name() {
    return registry + "/" + repository;
  }

  @Override
  @JsonValue
  public String toString() {
    return name() + tag.map(t -> ":" + t).orElse("") + digest.map(d -> "@" + d).orElse("");
  }
}
