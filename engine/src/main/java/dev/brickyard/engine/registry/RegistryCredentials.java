package dev.brickyard.engine.registry;

import java.util.Optional;

/** Where a build's registry passwords come from. */
@FunctionalInterface
public interface RegistryCredentials {
  /** Knows none. */
  RegistryCredentials NONE = registry -> Optional.empty();

  /** The credential for this registry host (and port), if one was given. */
  Optional<Credential> find(String registry);

  /** A user name and a password or token. Its text form hides the password. */
  record Credential(String username, String password) {
    @Override
    public String toString() {
      return "Credential[" + username + ", …]";
    }
  }
}
