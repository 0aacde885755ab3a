package dev.brickyard.contracts;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The secrets of a build, as its worker gets them.
 *
 * @param unavailable why they cannot be had, for people; null when all are there
 */
public record GrantedSecrets(List<BuildSecret> secrets, @Nullable String unavailable) {
  /** The build came with none. */
  public static final GrantedSecrets NONE = new GrantedSecrets(List.of(), null);

  public GrantedSecrets {
    secrets = secrets == null ? List.of() : List.copyOf(secrets);
  }
}
