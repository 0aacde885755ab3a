package dev.brickyard.api.submission;

import dev.brickyard.api.ApiConfiguration;
import dev.brickyard.api.problem.Problem;
import dev.brickyard.api.problem.ProblemException;
import dev.brickyard.contracts.BuildSecret;
import dev.brickyard.contracts.SecretSeal;
import io.quarkus.runtime.Startup;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Seals the secrets that come with builds, before anything of them is kept. */
@Startup
@Singleton
public class SecretVault {
  private final Optional<SecretSeal> seal;
  private final SecureRandom random = new SecureRandom();

  /**
   * Takes the key of the configuration.
   *
   * @throws IllegalArgumentException when it is no good
   */
  SecretVault(ApiConfiguration configuration) {
    this.seal = configuration.secrets().key().map(SecretSeal::of);
  }

  /**
   * Refuses secrets that could not be kept.
   *
   * @throws ProblemException when there is no key
   */
  void requireKey() {
    if (seal.isEmpty()) {
      throw new ProblemException(
          Problem.of(
              501,
              "secrets-not-configured",
              "This farm takes no secrets",
              "its administrator has not set brickyard.secrets.key for the api and the scheduler"));
    }
  }

  /** The secrets of a build, sealed; null when there are none. */
  byte @Nullable [] seal(UUID build, List<BuildSecret> secrets) {
    if (secrets.isEmpty()) {
      return null;
    }
    requireKey();
    return seal.orElseThrow().seal(build, secrets, random);
  }
}
