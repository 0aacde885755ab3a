package dev.brickyard.engine.ssh;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.util.Arrays;
import java.util.List;

/** A private SSH key. Its text form tells nothing of it. */
public final class SshKey {
  private static final int RSA_SHA2_256 = 2;
  private static final int RSA_SHA2_512 = 4;

  private final String type;
  private final byte[] publicBlob;
  private final String comment;
  private final PrivateKey key;

  /**
   * @param type as SSH names it, such as {@code ssh-ed25519}
   * @param publicBlob the public key as it travels (RFC 4253, section 6.6)
   */
  SshKey(String type, byte[] publicBlob, String comment, PrivateKey key) {
    this.type = type;
    this.publicBlob = publicBlob;
    this.comment = comment;
    this.key = key;
  }

  /**
   * Reads the keys of one or several files put together: in OpenSSH's own format, or in PEM as
   * older versions wrote it. Ed25519, RSA and the ECDSA curves of NIST are understood.
   *
   * @throws SshKeyException when there is none, or one that cannot be used, as with a passphrase
   */
  public static List<SshKey> parse(byte[] text) throws SshKeyException {
    return KeyReader.read(text);
  }

  byte[] publicBlob() {
    return publicBlob.clone();
  }

  String comment() {
    return comment;
  }

  boolean is(byte[] blob) {
    return Arrays.equals(publicBlob, blob);
  }

  /**
   * Signs, as an agent does (draft-miller-ssh-agent, section 3.6).
   *
   * @param flags say which hash an RSA key takes
   * @return the signature with the name of its algorithm before it
   */
  byte[] sign(byte[] data, int flags) throws GeneralSecurityException {
    return switch (type) {
      case "ssh-ed25519" -> signature(type, signed("Ed25519", data));
      case "ssh-rsa" -> {
        if ((flags & RSA_SHA2_512) != 0) {
          yield signature("rsa-sha2-512", signed("SHA512withRSA", data));
        }
        if ((flags & RSA_SHA2_256) != 0) {
          yield signature("rsa-sha2-256", signed("SHA256withRSA", data));
        }
        yield signature(type, signed("SHA1withRSA", data));
      }
      case "ecdsa-sha2-nistp256" -> ecdsa("SHA256withECDSAinP1363Format", data);
      case "ecdsa-sha2-nistp384" -> ecdsa("SHA384withECDSAinP1363Format", data);
      case "ecdsa-sha2-nistp521" -> ecdsa("SHA512withECDSAinP1363Format", data);
      default -> throw new IllegalStateException("no key is made of type " + type);
    };
  }

  private byte[] signed(String algorithm, byte[] data) throws GeneralSecurityException {
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(key);
    signature.update(data);
    return signature.sign();
  }

  private static byte[] signature(String algorithm, byte[] signed) {
    return new Wire.Writer().string(algorithm).string(signed).taken();
  }

  /** Its two numbers, one half of the raw signature each (RFC 5656, section 3.1.2). */
  private byte[] ecdsa(String algorithm, byte[] data) throws GeneralSecurityException {
    byte[] raw = signed(algorithm, data);
    int half = raw.length / 2;
    byte[] numbers =
        new Wire.Writer()
            .integer(new BigInteger(1, Arrays.copyOf(raw, half)))
            .integer(new BigInteger(1, Arrays.copyOfRange(raw, half, raw.length)))
            .taken();
    return signature(type, numbers);
  }

  @Override
  public String toString() {
    return "SshKey[" + type + "]";
  }
}
