package dev.brickyard.cli.client;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A build's file while it is downloaded. A connection that breaks is taken up again where it broke;
 * the read that would reach the end of content with a wrong digest fails instead.
 */
public final class Download extends InputStream {
  private static final int TRIES = 5;

  private final FarmClient farm;
  private final UUID build;
  private final OutputStatus output;
  private final MessageDigest digest;
  private @Nullable InputStream content;
  private long position;
  private int failures;
  private boolean verified;

  public Download(FarmClient farm, UUID build, OutputStatus output) {
    this.farm = farm;
    this.build = build;
    this.output = output;
    try {
      this.digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (position < output.size()) {
      try {
        int read = content().read(bytes, offset, length);
        if (read < 0) {
          throw new IOException("the download ended after " + position + " bytes");
        }
        digest.update(bytes, offset, read);
        position += read;
        failures = 0;
        return read;
      } catch (FarmException e) {
        throw e;
      } catch (IOException e) {
        close();
        if (++failures >= TRIES) {
          throw e;
        }
      }
    }
    verify();
    return -1;
  }

  private InputStream content() throws IOException {
    InputStream open = content;
    if (open == null) {
      open = farm.output(build, output.name(), position);
      content = open;
    }
    return open;
  }

  private void verify() throws IOException {
    if (!verified) {
      verified = true;
      String actual = "sha256:" + HexFormat.of().formatHex(digest.digest());
      if (!actual.equals(output.digest())) {
        throw new IOException(
            "what was downloaded as " + output.name() + " is damaged: it is " + actual);
      }
    }
  }

  @Override
  public void close() throws IOException {
    InputStream open = content;
    content = null;
    if (open != null) {
      open.close();
    }
  }
}
