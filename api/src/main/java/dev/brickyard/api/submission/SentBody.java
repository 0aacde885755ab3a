package dev.brickyard.api.submission;

import dev.brickyard.api.problem.Problem;
import dev.brickyard.api.problem.ProblemException;
import dev.brickyard.engine.context.PlainArchive;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.Map;

/**
 * A request's body as an archive: the context as it was sent, or made of a lone Dockerfile, or of
 * nothing where the context is elsewhere.
 *
 * @param archive to be read to its end
 * @param isDockerfile true when a lone Dockerfile was sent: it is no part of the context
 */
record SentBody(InputStream archive, boolean isDockerfile) {
  private static final int HEAD = 1024;

  /**
   * Finds out what was sent by its first bytes.
   *
   * @param maxDockerfile bytes a lone Dockerfile may have
   * @throws ProblemException when nothing was sent though something is needed
   * @throws IOException when the body cannot be read
   */
  static SentBody of(InputStream body, SubmissionOptions options, int maxDockerfile)
      throws IOException {
    PushbackInputStream peeked = new PushbackInputStream(body, HEAD);
    byte[] head = peeked.readNBytes(HEAD);
    if (head.length == 0) {
      if (options.more().remoteContext() == null) {
        throw new ProblemException(
            Problem.of(
                400,
                "empty-body",
                "The body is empty",
                "send the build context as the body: a tar, plain or packed with gzip or zstd, or"
                    + " a lone Dockerfile"));
      }
      return new SentBody(new ByteArrayInputStream(PlainArchive.of(Map.of())), false);
    }
    peeked.unread(head);
    if (!PlainArchive.looksLikeDockerfile(head)) {
      return new SentBody(peeked, false);
    }
    byte[] text = peeked.readNBytes(maxDockerfile + 1);
    if (text.length > maxDockerfile) {
      throw new ProblemException(
          Problem.of(
              422,
              "dockerfile-too-large",
              "The Dockerfile is too large",
              "a lone Dockerfile may have " + maxDockerfile + " bytes"));
    }
    return new SentBody(
        new ByteArrayInputStream(PlainArchive.of(Map.of(options.dockerfile().value(), text))),
        true);
  }
}
