package dev.brickyard.api.submission;

import dev.brickyard.api.problem.Problem;
import dev.brickyard.api.problem.ProblemException;
import dev.brickyard.api.problem.Suggestions;
import dev.brickyard.contracts.BuildSecret;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.commons.fileupload.FileItemIterator;
import org.apache.commons.fileupload.FileItemStream;
import org.apache.commons.fileupload.FileUpload;
import org.apache.commons.fileupload.FileUploadBase.FileUploadIOException;
import org.apache.commons.fileupload.FileUploadException;
import org.apache.commons.fileupload.MultipartStream.MalformedStreamException;
import org.apache.commons.fileupload.UploadContext;
import org.jspecify.annotations.Nullable;

/**
 * A body of {@code multipart/form-data}: first the secrets, in parts named {@code secret.ID} and
 * {@code ssh.ID}, and last the context, in a part of that name, which is read as it comes. What a
 * part is called as a file, and its media type, do not matter.
 */
final class MultipartBody {
  /** As BuildKit bounds a secret. */
  static final int MAX_SECRET_BYTES = 500 * 1024;

  static final int MAX_SECRETS = 100;

  private static final int MAX_TOTAL_BYTES = 8 << 20;
  private static final String TYPE = "multipart/form-data";
  private static final String CONTEXT = "context";
  private static final String SECRET = "secret.";
  private static final String SSH = "ssh.";

  /** No control characters, and nothing that would have to be quoted in a mount's options. */
  private static final Pattern ID = Pattern.compile("[^\\p{Cntrl}\\s,\"]{1,256}");

  private final FileItemIterator parts;
  private final List<BuildSecret> secrets;
  private final InputStream context;

  private MultipartBody(FileItemIterator parts, List<BuildSecret> secrets, InputStream context) {
    this.parts = parts;
    this.secrets = secrets;
    this.context = context;
  }

  /** Whether a body of this media type has parts. */
  static boolean is(@Nullable String contentType) {
    return contentType != null && contentType.toLowerCase(Locale.ROOT).startsWith(TYPE);
  }

  /**
   * Reads up to the beginning of the context.
   *
   * @throws ProblemException when the parts are not as they should be
   * @throws IOException when the body cannot be read
   */
  static MultipartBody open(String contentType, InputStream body) throws IOException {
    FileUpload upload = new FileUpload();
    List<BuildSecret> secrets = new ArrayList<>();
    int total = 0;
    try {
      FileItemIterator parts = upload.getItemIterator(new Body(contentType, body));
      while (parts.hasNext()) {
        FileItemStream part = parts.next();
        String name = part.getFieldName();
        if (name.equals(CONTEXT)) {
          return new MultipartBody(parts, secrets, part.openStream());
        }
        BuildSecret secret = secret(name, part);
        total += secret.value().length;
        secrets.removeIf(
            earlier -> earlier.kind() == secret.kind() && earlier.id().equals(secret.id()));
        secrets.add(secret);
        if (secrets.size() > MAX_SECRETS || total > MAX_TOTAL_BYTES) {
          throw problem(
              413,
              "too-many-secrets",
              "a build may come with "
                  + MAX_SECRETS
                  + " secrets and SSH keys of together "
                  + (MAX_TOTAL_BYTES >> 20)
                  + " MiB");
        }
      }
    } catch (FileUploadException | FileUploadIOException | MalformedStreamException e) {
      throw malformed(e);
    }
    throw problem(
        400, "context-missing", "the body has no part named \"" + CONTEXT + "\" with the context");
  }

  private static BuildSecret secret(String name, FileItemStream part) throws IOException {
    BuildSecret.Kind kind;
    String id;
    if (name.startsWith(SECRET)) {
      kind = BuildSecret.Kind.SECRET;
      id = name.substring(SECRET.length());
    } else if (name.startsWith(SSH)) {
      kind = BuildSecret.Kind.SSH;
      id = name.substring(SSH.length());
    } else {
      throw problem(
          400,
          "unknown-part",
          "the body has a part \""
              + Suggestions.printable(name)
              + "\"; there are secret.ID, ssh.ID and, last, context");
    }
    if (!ID.matcher(id).matches()) {
      throw problem(
          400,
          "invalid-secret-id",
          "\"" + Suggestions.printable(id) + "\" is no id that a Dockerfile could name");
    }
    byte[] value;
    try (InputStream in = part.openStream()) {
      value = in.readNBytes(MAX_SECRET_BYTES + 1);
    }
    if (value.length > MAX_SECRET_BYTES) {
      throw problem(
          413,
          "secret-too-large",
          "the secret " + id + " is larger than " + (MAX_SECRET_BYTES >> 10) + " KiB");
    }
    return new BuildSecret(kind, id, value);
  }

  /** The problem of a body that ends before its last part does, or has no parts. */
  static ProblemException malformed(Exception e) {
    return new ProblemException(
        Problem.of(
            400,
            "malformed-body",
            "The body is no form",
            "its parts cannot be told apart: " + e.getMessage()),
        e);
  }

  private static ProblemException problem(int status, String code, String detail) {
    return new ProblemException(
        Problem.of(status, code, "The body is not as it should be", detail));
  }

  /** What came before the context; of two with one id the later. */
  List<BuildSecret> secrets() {
    return List.copyOf(secrets);
  }

  /** The context, while it comes. */
  InputStream context() {
    return context;
  }

  /**
   * Sees to it that nothing follows the context.
   *
   * @throws ProblemException when something does
   * @throws IOException when the body cannot be read
   */
  void end() throws IOException {
    try {
      if (parts.hasNext()) {
        throw problem(
            400,
            "context-not-last",
            "the part \""
                + CONTEXT
                + "\" must be the last: \""
                + Suggestions.printable(parts.next().getFieldName())
                + "\" follows it");
      }
    } catch (FileUploadException | MalformedStreamException e) {
      throw malformed(e);
    }
  }

  /** The request, as the reader of forms wants to see it. */
  private record Body(String contentType, InputStream body) implements UploadContext {
    @Override
    public long contentLength() {
      return -1;
    }

    @Override
    public String getCharacterEncoding() {
      return "UTF-8";
    }

    @Override
    @Deprecated
    public int getContentLength() {
      return -1;
    }

    @Override
    public String getContentType() {
      return contentType;
    }

    @Override
    public InputStream getInputStream() {
      return body;
    }
  }
}
