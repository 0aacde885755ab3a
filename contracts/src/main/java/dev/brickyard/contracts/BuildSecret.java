package dev.brickyard.contracts;

/**
 * A secret that came with a build. Travels only in a claim, and sealed; its text form hides it.
 *
 * @param id as a Dockerfile names it
 * @param value base64 in JSON
 */
public record BuildSecret(Kind kind, String id, byte[] value) {
  /** What RUN does with it. */
  public enum Kind {
    /** {@code --mount=type=secret}. */
    SECRET,
    /** {@code --mount=type=ssh}: private keys in OpenSSH's format or PEM, one after the other. */
    SSH
  }

  @Override
  public String toString() {
    return "BuildSecret[" + kind + ", " + id + ", …]";
  }
}
