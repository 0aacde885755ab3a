package dev.brickyard.storage.garbage;

import dev.brickyard.engine.image.Digest;
import dev.brickyard.storage.garbage.NameTable.ContentKind;
import dev.brickyard.storage.garbage.NameTable.Name;
import dev.brickyard.storage.object.ObjectKey;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Objects that belong to a layer, named by its digests: blobs, indexes, mountable forms. */
enum Contents {
  BLOBS("blobs/", ObjectKind.BLOB, ContentKind.BLOB, "blobs/sha256/([0-9a-f]{64})(?:[./].*)?"),
  INDEXES("layers/", ObjectKind.INDEX, ContentKind.DIFF_ID, "layers/([0-9a-f]{64})(?:[./].*)?"),
  ROOTS(
      "roots/", ObjectKind.ROOT, ContentKind.DIFF_ID, "roots/(?:[^/]+/)?([0-9a-f]{64})(?:[./].*)?");

  final String prefix;
  final ObjectKind kind;
  private final ContentKind named;
  private final Pattern form;

  Contents(String prefix, ObjectKind kind, ContentKind named, String form) {
    this.prefix = prefix;
    this.kind = kind;
    this.named = named;
    this.form = Pattern.compile(form);
  }

  /** By what the object is marked; empty for one that has no business here, which is left alone. */
  Optional<Name> nameOf(ObjectKey key) {
    Matcher matcher = form.matcher(key.value());
    return matcher.matches()
        ? Optional.of(Name.of(named, new Digest(matcher.group(1))))
        : Optional.empty();
  }
}
