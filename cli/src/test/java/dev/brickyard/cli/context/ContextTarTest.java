package dev.brickyard.cli.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.github.luben.zstd.ZstdInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class ContextTarTest {
  @TempDir private Path folder;

  @Test
  void sendsFilesLinksAndModesOwnedByRoot() throws IOException {
    Path script = write("bin/run.sh", "#!/bin/sh\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-x--x"));
    Files.setLastModifiedTime(script, FileTime.from(Instant.parse("2026-01-01T00:00:00.5Z")));
    Files.createSymbolicLink(folder.resolve("link"), Path.of("../outside"));
    write("ünïcode-" + "long".repeat(50), "x");

    Map<String, TarArchiveEntry> entries = entries(ContextFilter.NOTHING, Map.of());

    assertThat(entries.keySet())
        .containsExactly("bin/", "bin/run.sh", "link", "ünïcode-" + "long".repeat(50));
    TarArchiveEntry sent = entries.get("bin/run.sh");
    assertThat(sent.getMode() & 07777).isEqualTo(0751);
    assertThat(sent.getLongUserId()).isZero();
    assertThat(sent.getLastModifiedTime().toInstant())
        .isEqualTo(Instant.parse("2026-01-01T00:00:00Z"));
    assertThat(entries.get("link").isSymbolicLink()).isTrue();
    assertThat(entries.get("link").getLinkName()).isEqualTo("../outside");
  }

  @Test
  void leavesOutWhatTheIgnoreFileSaysButNotTheDockerfile() throws IOException {
    write("Dockerfile", "FROM scratch\n");
    write(".dockerignore", "");
    write("app.py", "");
    write("node_modules/a/index.js", "");
    write("docs/guide.md", "");
    write("docs/keep/this.md", "");

    Map<String, TarArchiveEntry> entries =
        entries(
            new IgnoreFile(
                "Dockerfile\n.dockerignore\nnode_modules\ndocs\n!docs/keep/*.md\n",
                Set.of("Dockerfile", ".dockerignore")),
            Map.of());

    assertThat(entries.keySet())
        .containsExactly(
            ".dockerignore", "Dockerfile", "app.py", "docs/", "docs/keep/", "docs/keep/this.md");
  }

  @Test
  void addsADockerfileFromElsewhere() throws IOException {
    write("app.py", "");

    assertThat(
            entries(
                    ContextFilter.NOTHING,
                    Map.of(".dockerfile.1", "FROM x".getBytes(StandardCharsets.UTF_8)))
                .keySet())
        .containsExactlyInAnyOrder(".dockerfile.1", "app.py");
  }

  @Test
  void aFileThatCannotBeReadFailsTheStreamInsteadOfShorteningIt() throws IOException {
    byte[] random = new byte[3_000_000];
    new Random(1).nextBytes(random);
    Files.write(folder.resolve("a"), random);
    ContextFilter failing =
        new ContextFilter() {
          @Override
          public boolean excludes(String path) {
            if (path.equals("b")) {
              throw new java.io.UncheckedIOException(new IOException("b is gone"));
            }
            return false;
          }

          @Override
          public boolean mayIncludeBelow(String directory) {
            return true;
          }
        };
    write("b", "");

    try (InputStream tar = new ContextTar(folder, failing, Map.of()).open()) {
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> tar.transferTo(java.io.OutputStream.nullOutputStream()))
          .withMessage("b is gone");
    }
  }

  private Path write(String name, String content) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, content);
  }

  private Map<String, TarArchiveEntry> entries(ContextFilter filter, Map<String, byte[]> extras)
      throws IOException {
    Map<String, TarArchiveEntry> entries = new LinkedHashMap<>();
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(
            new ZstdInputStream(new ContextTar(folder, filter, extras).open()), "UTF-8")) {
      for (TarArchiveEntry entry; (entry = tar.getNextEntry()) != null; ) {
        entries.put(entry.getName(), entry);
      }
    }
    return entries;
  }
}
