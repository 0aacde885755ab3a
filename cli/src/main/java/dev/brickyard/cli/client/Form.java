package dev.brickyard.cli.client;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.UUID;

/** A body of {@code multipart/form-data} (RFC 7578) that ends with the build context. */
final class Form {
  private final String boundary;
  private final List<FormPart> parts;

  private Form(String boundary, List<FormPart> parts) {
    this.boundary = boundary;
    this.parts = parts;
  }

  /** A form of these parts, with a boundary that nobody can have foreseen. */
  static Form of(List<FormPart> parts) {
    return new Form("brickyard-" + UUID.randomUUID(), List.copyOf(parts));
  }

  String contentType() {
    return "multipart/form-data; boundary=" + boundary;
  }

  /** The parts, then the context as the last one. */
  InputStream around(InputStream context) {
    ByteArrayOutputStream before = new ByteArrayOutputStream();
    for (FormPart part : parts) {
      header(before, part.name());
      before.writeBytes(part.value());
      line(before, "");
    }
    header(before, "context");
    ByteArrayOutputStream after = new ByteArrayOutputStream();
    line(after, "");
    line(after, "--" + boundary + "--");
    return new SequenceInputStream(
        Collections.enumeration(
            List.of(
                new ByteArrayInputStream(before.toByteArray()),
                context,
                new ByteArrayInputStream(after.toByteArray()))));
  }

  private void header(ByteArrayOutputStream to, String name) {
    line(to, "--" + boundary);
    line(to, "Content-Disposition: form-data; name=\"" + name + "\"");
    line(to, "Content-Type: application/octet-stream");
    line(to, "");
  }

  private static void line(ByteArrayOutputStream to, String text) {
    to.writeBytes((text + "\r\n").getBytes(StandardCharsets.UTF_8));
  }
}
