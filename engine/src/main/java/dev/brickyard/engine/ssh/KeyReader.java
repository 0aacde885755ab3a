package dev.brickyard.engine.ssh;

import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPrivateCrtKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads files of private keys. */
final class KeyReader {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----", Pattern.DOTALL);

  /** OpenSSH's PROTOCOL.key, with the NUL that ends it. */
  private static final byte[] MAGIC = "openssh-key-v1\0".getBytes(StandardCharsets.US_ASCII);

  /** What stands before an Ed25519 key's 32 bytes in PKCS #8 (RFC 8410, section 7). */
  private static final byte[] ED25519_HEADER =
      HexFormat.of().parseHex("302e020100300506032b657004220420");

  /** What stands before an RSA key's own structure in PKCS #8: version and algorithm. */
  private static final byte[] RSA_HEADER =
      HexFormat.of().parseHex("020100300d06092a864886f70d0101010500");

  private static final int ED25519_BYTES = 32;
  private static final int MAX_KEYS = 16;

  private KeyReader() {}

  static List<SshKey> read(byte[] text) throws SshKeyException {
    List<SshKey> keys = new ArrayList<>();
    Matcher blocks = BLOCK.matcher(new String(text, StandardCharsets.ISO_8859_1));
    try {
      while (blocks.find()) {
        keys.addAll(block(blocks.group(1), blocks.group(2)));
      }
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw new SshKeyException("it is damaged", e);
    } catch (GeneralSecurityException e) {
      throw new SshKeyException("it cannot be used: " + e.getClass().getSimpleName(), e);
    }
    if (keys.isEmpty()) {
      throw new SshKeyException("it is no private key, such as ssh-keygen writes");
    }
    return List.copyOf(keys);
  }

  private static List<SshKey> block(String label, String body)
      throws SshKeyException, GeneralSecurityException {
    if (label.startsWith("ENCRYPTED") || body.contains("ENCRYPTED")) {
      throw passphrase();
    }
    byte[] content = Base64.getMimeDecoder().decode(body);
    return switch (label) {
      case "OPENSSH PRIVATE KEY" -> openssh(content);
      case "RSA PRIVATE KEY" -> List.of(rsa(pkcs8OfRsa(content)));
      case "PRIVATE KEY" -> List.of(rsa(content));
      default ->
          throw new SshKeyException(
              "its format, " + label + ", is not understood; ssh-keygen -p -f FILE rewrites it");
    };
  }

  private static SshKeyException passphrase() {
    return new SshKeyException(
        "it is protected by a passphrase, which nobody can be asked for while a build runs");
  }

  private static List<SshKey> openssh(byte[] content)
      throws SshKeyException, GeneralSecurityException {
    Wire.Reader file = new Wire.Reader(content);
    if (!Arrays.equals(file.raw(MAGIC.length), MAGIC)) {
      throw new SshKeyException("it is damaged");
    }
    String cipher = file.text();
    // The function that makes a cipher's key of a passphrase, and its options.
    var _ = file.string();
    var _ = file.string();
    if (!cipher.equals("none")) {
      throw passphrase();
    }
    int count = file.number();
    if (count < 1 || count > MAX_KEYS) {
      throw new SshKeyException("it is damaged");
    }
    List<byte[]> publicBlobs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      publicBlobs.add(file.string());
    }
    Wire.Reader secrets = new Wire.Reader(file.string());
    // The same twice, unless it was deciphered with the wrong key.
    int check = secrets.number();
    if (secrets.number() != check) {
      throw new SshKeyException("it is damaged");
    }
    List<SshKey> keys = new ArrayList<>();
    for (byte[] blob : publicBlobs) {
      String type = secrets.text();
      PrivateKey key =
          switch (type) {
            case "ssh-ed25519" -> ed25519(secrets);
            case "ssh-rsa" -> rsa(secrets);
            case "ecdsa-sha2-nistp256" -> ecdsa(secrets, "secp256r1");
            case "ecdsa-sha2-nistp384" -> ecdsa(secrets, "secp384r1");
            case "ecdsa-sha2-nistp521" -> ecdsa(secrets, "secp521r1");
            default -> throw new SshKeyException("keys of type " + type + " are not understood");
          };
      keys.add(new SshKey(type, blob, secrets.text(), key));
    }
    return keys;
  }

  private static PrivateKey ed25519(Wire.Reader from) throws GeneralSecurityException {
    // The public key, then the private one with the public one behind it.
    var _ = from.string();
    byte[] both = from.string();
    if (both.length != 2 * ED25519_BYTES) {
      throw new IllegalArgumentException("not the length of an Ed25519 key");
    }
    byte[] encoded = Arrays.copyOf(ED25519_HEADER, ED25519_HEADER.length + ED25519_BYTES);
    System.arraycopy(both, 0, encoded, ED25519_HEADER.length, ED25519_BYTES);
    return KeyFactory.getInstance("Ed25519").generatePrivate(new PKCS8EncodedKeySpec(encoded));
  }

  private static PrivateKey rsa(Wire.Reader from) throws GeneralSecurityException {
    BigInteger n = from.integer();
    BigInteger e = from.integer();
    BigInteger d = from.integer();
    BigInteger inverse = from.integer();
    BigInteger p = from.integer();
    BigInteger q = from.integer();
    if (p.compareTo(BigInteger.ONE) <= 0 || q.compareTo(BigInteger.ONE) <= 0) {
      throw new IllegalArgumentException("not the factors of an RSA key");
    }
    return KeyFactory.getInstance("RSA")
        .generatePrivate(
            new RSAPrivateCrtKeySpec(
                n,
                e,
                d,
                p,
                q,
                d.mod(p.subtract(BigInteger.ONE)),
                d.mod(q.subtract(BigInteger.ONE)),
                inverse));
  }

  private static PrivateKey ecdsa(Wire.Reader from, String curve) throws GeneralSecurityException {
    // The curve's name and the public point.
    var _ = from.string();
    var _ = from.string();
    BigInteger secret = from.integer();
    AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
    parameters.init(new ECGenParameterSpec(curve));
    return KeyFactory.getInstance("EC")
        .generatePrivate(
            new ECPrivateKeySpec(secret, parameters.getParameterSpec(ECParameterSpec.class)));
  }

  private static SshKey rsa(byte[] pkcs8) throws SshKeyException, GeneralSecurityException {
    PrivateKey key;
    try {
      key = KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    } catch (GeneralSecurityException e) {
      throw new SshKeyException(
          "of keys in PEM only those for RSA are understood; ssh-keygen -p -f FILE rewrites it", e);
    }
    if (!(key instanceof RSAPrivateCrtKey whole)) {
      throw new SshKeyException("it lacks the factors of its modulus");
    }
    byte[] blob =
        new Wire.Writer()
            .string("ssh-rsa")
            .integer(whole.getPublicExponent())
            .integer(whole.getModulus())
            .taken();
    return new SshKey("ssh-rsa", blob, "", key);
  }

  /** An RSA key's own structure (PKCS #1) inside of the general one (PKCS #8). */
  private static byte[] pkcs8OfRsa(byte[] pkcs1) {
    byte[] inner = concatenated(RSA_HEADER, der(0x04, pkcs1));
    return der(0x30, inner);
  }

  private static byte[] der(int tag, byte[] content) {
    Wire.Writer header = new Wire.Writer().octet(tag);
    if (content.length < 0x80) {
      header.octet(content.length);
    } else {
      byte[] length = BigInteger.valueOf(content.length).toByteArray();
      int from = length[0] == 0 ? 1 : 0;
      header.octet(0x80 | (length.length - from));
      for (int i = from; i < length.length; i++) {
        header.octet(length[i]);
      }
    }
    return concatenated(header.taken(), content);
  }

  private static byte[] concatenated(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }
}
