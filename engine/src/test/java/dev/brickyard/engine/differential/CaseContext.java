package dev.brickyard.engine.differential;

import dev.brickyard.engine.differential.CaseFile.Section;
import dev.brickyard.engine.image.Platform;
import dev.brickyard.engine.linux.Attributes;
import dev.brickyard.engine.testing.TestRoot;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * The files of a case on disk: the context, what archives in it are packed from, and the Dockerfile
 * for the older BuildKit.
 */
final class CaseContext {
  /** What stands in Dockerfiles for the test's registry. */
  static final String REGISTRY = "registry.test";

  private static final Instant TIME = Instant.parse("2002-03-04T05:06:07Z");
  private static final String PACKS = "@packs/";

  private final CaseFile file;
  private final Path folder;
  private final Hosts hosts;

  /**
   * Where the servers of the test listen: host and port of each.
   *
   * @param files those that ADD fetches from
   */
  record Hosts(String registry, String files) {
    /** The text with their real addresses. */
    String in(String text) {
      return text.replace(REGISTRY, registry).replace(FileServer.NAME, files);
    }
  }

  private CaseContext(CaseFile file, Path folder, Hosts hosts) {
    this.file = file;
    this.folder = folder;
    this.hosts = hosts;
  }

  /**
   * Lays the files out.
   *
   * @param folder new, the case's own
   */
  static CaseContext lay(CaseFile file, Path folder, Hosts hosts)
      throws IOException, InterruptedException {
    CaseContext laid = new CaseContext(file, folder, hosts);
    Files.createDirectories(laid.root());
    for (Section section : file.sections()) {
      if (section.path().startsWith(PACKS)) {
        laid.write(folder.resolve(section.path().substring(1)), section);
      }
    }
    laid.settle(folder.resolve("packs"));
    for (Section section : file.sections()) {
      if (!section.path().startsWith("@")) {
        laid.write(laid.root().resolve(section.path()), section);
      }
    }
    laid.settle(laid.root());
    for (var secret : file.secrets().entrySet()) {
      Files.createDirectories(folder.resolve("secrets"));
      Files.writeString(laid.secret(secret.getKey()), secret.getValue());
    }
    Optional<String> older = file.section(CaseFile.OLDER);
    if (older.isPresent()) {
      Files.writeString(laid.older(), laid.here(older.get()));
    }
    return laid;
  }

  CaseFile file() {
    return file;
  }

  /** The build context. */
  Path root() {
    return folder.resolve("context");
  }

  /** The Dockerfile to be built. */
  Path dockerfile() {
    return root().resolve(file.dockerfile());
  }

  /** The Dockerfile for the older BuildKit: another one where the case has it. */
  Path dockerfileForDocker() {
    return file.section(CaseFile.OLDER).isPresent() ? older() : dockerfile();
  }

  /** The file with a secret's value. */
  Path secret(String id) {
    return folder.resolve("secrets").resolve(id);
  }

  private Path older() {
    return folder.resolve("older.Dockerfile");
  }

  /** The text with the real addresses of the servers it names. */
  String here(String text) {
    return hosts.in(text);
  }

  private void write(Path path, Section section) throws IOException, InterruptedException {
    Files.createDirectories(path.getParent());
    Optional<String> link = section.after("-> ");
    Optional<String> pack = section.after("pack=");
    Optional<String> hard = section.after("hard=");
    if (link.isPresent()) {
      Files.createSymbolicLink(path, Path.of(link.get()));
    } else if (section.is("dir")) {
      Files.createDirectories(path);
    } else if (section.is("fifo")) {
      command(List.of("mkfifo", path.toString()));
    } else if (hard.isPresent()) {
      Files.createLink(path, folder.resolve(onDisk(hard.get())));
    } else if (pack.isPresent()) {
      String[] parts = pack.get().split(":", 2);
      pack(parts[0], folder.resolve("packs").resolve(parts[1]), path);
    } else {
      Files.write(path, content(section));
    }
    Optional<Integer> mode = section.mode();
    if (mode.isPresent()) {
      Files.setAttribute(path, "unix:mode", mode.get());
    } else if (link.isEmpty()) {
      Files.setAttribute(path, "unix:mode", section.is("dir") ? 0755 : 0644);
    }
    Optional<String> owner = section.after("owner=");
    if (owner.isPresent()) {
      command(List.of("chown", "-h", owner.get(), path.toString()));
      if (mode.isPresent() && link.isEmpty()) {
        Files.setAttribute(path, "unix:mode", mode.get());
      }
    }
    Optional<String> xattr = section.after("xattr=");
    if (xattr.isPresent()) {
      // Last, for a new owner takes capabilities away.
      String[] parts = xattr.get().split(":", 2);
      Attributes.set(path.toString(), parts[0], HexFormat.of().parseHex(parts[1]));
    }
  }

  private byte[] content(Section section) throws IOException {
    Optional<String> busybox = section.after("busybox=");
    if (busybox.isPresent()) {
      return TestRoot.busybox(Platform.parse("linux/" + busybox.get()));
    }
    Optional<String> size = section.after("size=");
    if (size.isPresent()) {
      byte[] bytes = new byte[Integer.parseInt(size.get())];
      Arrays.fill(bytes, (byte) 'x');
      return bytes;
    }
    String text = here(section.body());
    if (section.is("escaped") || section.is("chomp")) {
      text = text.replaceFirst("\n$", "");
    }
    if (section.is("escaped")) {
      text = text.translateEscapes();
    }
    if (section.is("crlf")) {
      text = text.replace("\n", "\r\n");
    }
    return ((section.is("bom") ? "\uFEFF" : "") + text).getBytes(StandardCharsets.UTF_8);
  }

  /** Packs a folder's content, in an order and with owners that are always the same. */
  private static void pack(String kind, Path from, Path to)
      throws IOException, InterruptedException {
    if (kind.equals("zip")) {
      zip(from, to);
      return;
    }
    List<String> compression =
        switch (kind) {
          case "tar" -> List.of();
          case "gzip" -> List.of("--gzip");
          case "bzip2" -> List.of("--bzip2");
          case "xz" -> List.of("--xz");
          case "zstd" -> List.of("--zstd");
          default -> throw new AssertionError("no archive is called " + kind);
        };
    List<String> tar =
        new ArrayList<>(
            List.of("tar", "--create", "--file", to.toString(), "--directory", from.toString()));
    tar.addAll(List.of("--sort=name", "--numeric-owner", "--format=posix"));
    tar.addAll(List.of("--xattrs", "--xattrs-include=*"));
    tar.addAll(compression);
    tar.add(".");
    command(tar);
  }

  private static void zip(Path from, Path to) throws IOException {
    try (OutputStream out = Files.newOutputStream(to);
        ZipOutputStream zip = new ZipOutputStream(out);
        var files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        zip.putNextEntry(new ZipEntry(from.relativize(file).toString()));
        Files.copy(file, zip);
        zip.closeEntry();
      }
    }
  }

  /** Gives everything the time it asks for, or the same one; directories last. */
  private void settle(Path root) throws IOException, InterruptedException {
    if (Files.notExists(root)) {
      return;
    }
    TreeMap<String, List<String>> byTime = new TreeMap<>();
    List<Path> files;
    try (var walk = Files.walk(root)) {
      files = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : files) {
      String relative = folder.relativize(path).toString();
      String time =
          file.sections().stream()
              .filter(s -> relative.equals(onDisk(s.path())))
              .findFirst()
              .flatMap(s -> s.after("time="))
              .orElse(TIME.toString());
      byTime.computeIfAbsent(time, t -> new ArrayList<>()).add(path.toString());
      if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS) && !described(relative)) {
        Files.setAttribute(path, "unix:mode", 0755);
      }
    }
    for (var sameTime : byTime.entrySet()) {
      List<String> touch =
          new ArrayList<>(List.of("touch", "--no-dereference", "--date", sameTime.getKey()));
      touch.addAll(sameTime.getValue());
      command(touch);
    }
  }

  private boolean described(String relative) {
    return file.sections().stream().anyMatch(s -> relative.equals(onDisk(s.path())));
  }

  private static String onDisk(String section) {
    return section.startsWith("@") ? section.substring(1) : "context/" + section;
  }

  private static void command(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new IOException(String.join(" ", command) + ": " + said);
    }
  }
}
