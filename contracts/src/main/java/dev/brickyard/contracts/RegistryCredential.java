package dev.brickyard.contracts;

/** A login at a registry. Travels only in a claim; its text form hides the password. */
public record RegistryCredential(String registry, String username, String password) {
  @Override
  public String toString() {
    return "RegistryCredential[" + registry + ", " + username + ", …]";
  }
}
