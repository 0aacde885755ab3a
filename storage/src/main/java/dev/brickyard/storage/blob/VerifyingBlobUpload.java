package dev.brickyard.storage.blob;

import dev.brickyard.engine.cache.BlobUpload;
import dev.brickyard.engine.cache.CorruptBlobException;
import dev.brickyard.engine.image.Digest;
import java.io.IOException;
import java.security.MessageDigest;

/** Completes only what has the digest that is said. */
final class VerifyingBlobUpload extends BlobUpload {
  private final BlobUpload upload;
  private final MessageDigest sha256 = Digest.newSha256();

  VerifyingBlobUpload(BlobUpload upload) {
    this.upload = upload;
  }

  @Override
  public void write(int b) throws IOException {
    sha256.update((byte) b);
    upload.write(b);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    sha256.update(bytes, offset, length);
    upload.write(bytes, offset, length);
  }

  @Override
  public void complete(Digest digest) throws IOException {
    Digest actual = Digest.of(sha256);
    if (!actual.equals(digest)) {
      close();
      throw new CorruptBlobException(digest, actual.toString());
    }
    upload.complete(digest);
  }

  @Override
  public void close() throws IOException {
    upload.close();
  }
}
