package dev.brickyard.engine.context;

import dev.brickyard.engine.context.TarReader.Header;
import dev.brickyard.engine.context.TarReader.Malformed;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.EntryType;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.engine.layer.LayerIndex;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** Checks the entries of one archive, one after the other, and writes them down again. */
final class ContextReceiver {
  private static final int BUFFER = 1 << 16;
  private static final int MAX_NAME_BYTES = 255;
  private static final long MAX_ID = 0xFFFFFFFFL;

  private final OutputStream sink;
  private final TarArchiveOutputStream tar;
  private final ContextLimits limits;
  private final Set<ImagePath> capture;
  private final Map<ImagePath, LayerEntry> entries = new HashMap<>();
  private final Set<ImagePath> parents = new HashSet<>();
  private final Map<ImagePath, byte[]> captured = new HashMap<>();
  private final byte[] buffer = new byte[BUFFER];
  private long indexBytes;
  private long contentBytes;
  private int seen;

  ContextReceiver(OutputStream sink, ContextLimits limits, Set<ImagePath> capture) {
    this.sink = new BufferedOutputStream(sink, BUFFER);
    this.tar = new TarArchiveOutputStream(this.sink, StandardCharsets.UTF_8.name());
    this.tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    this.tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    this.tar.setAddPaxHeadersForNonAsciiNames(true);
    this.limits = limits;
    this.capture = capture;
  }

  /** The stream we write to failed. */
  static final class SinkFailed extends IOException {
    private static final long serialVersionUID = 1L;
    private final IOException failure;

    SinkFailed(IOException failure) {
      super(failure);
      this.failure = failure;
    }

    IOException failure() {
      return failure;
    }
  }

  void receive(TarReader reader) throws IOException {
    for (Optional<Header> header = reader.next(); header.isPresent(); header = reader.next()) {
      receive(reader, header.get());
    }
  }

  ReceivedContext finish() throws IOException {
    tar.finish();
    sink.flush();
    LayerIndex index = new LayerIndex(new ArrayList<>(entries.values()), Map.of());
    return new ReceivedContext(index, captured, tar.getBytesWritten(), contentBytes);
  }

  private void receive(TarReader reader, Header header) throws IOException {
    count(1, header.name().length() + header.linkName().length());
    ImagePath path = path(header);
    if (path.isRoot()) {
      if (header.type() != '5') {
        throw refuse("context-path-invalid", header, "has no name");
      }
      return;
    }
    boolean directory = header.type() == '5';
    if (!directory && parents.contains(path)) {
      throw refuse("context-path-conflict", header, "replaces a directory that has entries");
    }
    addParents(path, header);
    captured.remove(path);
    switch (header.type()) {
      case '0' -> file(reader, header, path);
      case '1' -> hardLink(header, path);
      case '2' -> put(symlink(header, path), TarConstants.LF_SYMLINK, header.linkName());
      case '5' -> put(plain(header, path, EntryType.DIRECTORY), TarConstants.LF_DIR, "");
      case '6' -> put(plain(header, path, EntryType.FIFO), TarConstants.LF_FIFO, "");
      case '3', '4' ->
          throw refuse("context-device", header, "is a device, which a context cannot hold");
      case 'S' ->
          throw refuse("context-sparse-file", header, "is a sparse file, which is not supported");
      default ->
          throw refuse("context-entry-type", header, "is of a type that a context cannot hold");
    }
  }

  private void file(TarReader reader, Header header, ImagePath path) throws IOException {
    LayerEntry bare =
        LayerEntry.file(
            path, header.mode(), id(header.uid()), id(header.gid()), header.mtime(), 0, EMPTY);
    writeHeader(bare, TarConstants.LF_NORMAL, header.size(), "");
    long offset = tar.getBytesWritten();
    MessageDigest sha256 = Digest.newSha256();
    boolean keep = capture.contains(path) && header.size() <= limits.captureBytes();
    ByteArrayOutputStream kept = new ByteArrayOutputStream();
    for (int n = reader.read(buffer); n >= 0; n = reader.read(buffer)) {
      sha256.update(buffer, 0, n);
      if (keep) {
        kept.write(buffer, 0, n);
      }
      try {
        tar.write(buffer, 0, n);
      } catch (IOException e) {
        throw new SinkFailed(e);
      }
    }
    closeEntry();
    if (keep) {
      captured.put(path, kept.toByteArray());
    }
    contentBytes += header.size();
    entries.put(
        path,
        new LayerEntry(
            path,
            EntryType.FILE,
            header.mode(),
            bare.uid(),
            bare.gid(),
            bare.mtime(),
            header.size(),
            Optional.empty(),
            Optional.of(Digest.of(sha256)),
            xattrs(header),
            0,
            offset));
  }

  private static final Digest EMPTY = Digest.of(new byte[0]);

  private void hardLink(Header header, ImagePath path) throws IOException {
    ImagePath target = relative(header.linkName(), header, "is a hard link to");
    LayerEntry original = entries.get(target);
    if (original == null || original.isDirectory()) {
      throw refuse(
          "context-hard-link",
          header,
          "is a hard link to "
              + ContextException.show(header.linkName())
              + ", which is no earlier file of the archive");
    }
    LayerEntry entry = original.at(path);
    byte[] content = captured.get(target);
    if (capture.contains(path) && content != null) {
      captured.put(path, content);
    }
    put(entry, TarConstants.LF_LINK, target.value());
  }

  private void put(LayerEntry entry, byte type, String link) throws IOException {
    writeHeader(entry, type, 0, link);
    closeEntry();
    entries.put(entry.path(), entry);
  }

  private void writeHeader(LayerEntry entry, byte type, long size, String link) throws IOException {
    String name = entry.path().value() + (entry.isDirectory() ? "/" : "");
    TarArchiveEntry out = new TarArchiveEntry(name, type, true);
    out.setMode(entry.mode());
    out.setUserId(entry.uid());
    out.setGroupId(entry.gid());
    out.setLastModifiedTime(
        java.nio.file.attribute.FileTime.from(
            entry.mtime(), java.util.concurrent.TimeUnit.SECONDS));
    out.setSize(size);
    out.setLinkName(link);
    try {
      tar.putArchiveEntry(out);
    } catch (IOException e) {
      throw new SinkFailed(e);
    }
  }

  private void closeEntry() throws IOException {
    try {
      tar.closeArchiveEntry();
    } catch (IOException e) {
      throw new SinkFailed(e);
    }
  }

  private static LayerEntry symlink(Header header, ImagePath path) throws IOException {
    if (header.linkName().isEmpty() || header.linkName().indexOf('\0') >= 0) {
      throw refuse("context-path-invalid", header, "is a symlink without a proper target");
    }
    return LayerEntry.symlink(
        path, header.linkName(), id(header.uid()), id(header.gid()), header.mtime());
  }

  private static LayerEntry plain(Header header, ImagePath path, EntryType type) {
    return new LayerEntry(
        path,
        type,
        header.mode(),
        id(header.uid()),
        id(header.gid()),
        header.mtime(),
        0,
        Optional.empty(),
        Optional.empty(),
        xattrs(header),
        0,
        -1);
  }

  /** What users set on purpose. Others, overlayfs' own above all, would change what a layer is. */
  private static SortedMap<String, String> xattrs(Header header) {
    SortedMap<String, String> kept = new TreeMap<>();
    header
        .xattrs()
        .forEach(
            (name, value) -> {
              if (name.equals("security.capability") || name.startsWith("user.")) {
                kept.put(name, value);
              }
            });
    return kept;
  }

  private static long id(long written) {
    return Math.min(Math.max(written, 0), MAX_ID);
  }

  private ImagePath path(Header header) throws IOException {
    if (header.name().isEmpty()) {
      throw refuse("context-path-invalid", header, "has no name");
    }
    return relative(header.name(), header, "");
  }

  /** A name of the archive as a path, refused when it is not a plain path below the root. */
  private ImagePath relative(String name, Header header, String role) throws IOException {
    String what = role.isEmpty() ? "" : role + " " + ContextException.show(name) + ", which ";
    if (name.indexOf('\0') >= 0) {
      throw refuse("context-path-invalid", header, what + "has a NUL byte in its name");
    }
    if (name.startsWith("/")) {
      throw refuse("context-path-absolute", header, what + "has an absolute path");
    }
    if (name.getBytes(StandardCharsets.UTF_8).length > limits.pathBytes()) {
      throw refuse(
          "context-limit-path",
          header,
          what + "has a path of more than " + limits.pathBytes() + " bytes");
    }
    for (String part : name.split("/", -1)) {
      if (part.equals("..")) {
        throw refuse("context-path-outside", header, what + "has \"..\" in its path");
      }
      if (part.length() > MAX_NAME_BYTES / 4
          && part.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES) {
        throw refuse(
            "context-limit-path", header, what + "has a name of more than 255 bytes in its path");
      }
    }
    return ImagePath.normalize(name);
  }

  private void addParents(ImagePath path, Header header) throws IOException {
    List<ImagePath> missing = new ArrayList<>();
    for (ImagePath at = path.parent(); !at.isRoot() && !parents.contains(at); at = at.parent()) {
      LayerEntry existing = entries.get(at);
      if (existing != null && !existing.isDirectory()) {
        throw refuse(
            "context-path-through-link",
            header,
            "lies below " + ContextException.show(at.value()) + ", which is no directory");
      }
      parents.add(at);
      if (existing == null) {
        missing.add(at);
      }
    }
    for (ImagePath directory : missing.reversed()) {
      count(1, directory.value().length());
      put(LayerEntry.directory(directory, 0755, 0, 0, 0), TarConstants.LF_DIR, "");
    }
  }

  private void count(int more, long bytes) throws Malformed {
    seen += more;
    indexBytes += bytes;
    if (seen > limits.entries()) {
      throw new Malformed(
          "context-limit-entries",
          "the context has more than the " + limits.entries() + " entries allowed");
    }
    if (indexBytes > limits.indexBytes()) {
      throw new Malformed(
          "context-limit-entries",
          "the paths of the context take more than " + limits.indexBytes() + " bytes");
    }
  }

  private static Malformed refuse(String code, Header header, String why) {
    return new Malformed(code, "entry " + ContextException.show(header.name()) + " " + why);
  }
}
