package dev.brickyard.engine.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.EntryType;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.LayerEntry;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryContextTest {
  @TempDir Path folder;

  @Test
  void walksFilesDirectoriesAndLinksWithoutFollowing() throws Exception {
    Files.createDirectory(folder.resolve("app"));
    Path script = Files.writeString(folder.resolve("app/run.sh"), "echo hi");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-x--x"));
    Files.createSymbolicLink(folder.resolve("etc"), Path.of("/etc"));
    DirectoryContext context = new DirectoryContext(folder);

    assertThat(context.index().entries())
        .extracting(e -> e.path().value())
        .containsExactly("app", "app/run.sh", "etc");
    LayerEntry file = context.index().find(new ImagePath("app/run.sh")).orElseThrow();
    assertThat(file.mode()).isEqualTo(0751);
    assertThat(file.digest()).contains(Digest.of("echo hi"));
    assertThat(context.index().find(new ImagePath("etc")).orElseThrow())
        .satisfies(link -> assertThat(link.type()).isEqualTo(EntryType.SYMLINK))
        .satisfies(link -> assertThat(link.linkTarget()).contains("/etc"));
    try (InputStream in = context.open(file)) {
      assertThat(in.readAllBytes()).asString().isEqualTo("echo hi");
    }
  }

  @Test
  void aFileThatChangedAfterTheWalkIsNoticed() throws Exception {
    Path file = Files.writeString(folder.resolve("a"), "before");
    DirectoryContext context = new DirectoryContext(folder);
    LayerEntry entry = context.index().find(new ImagePath("a")).orElseThrow();
    Files.writeString(file, "beyond");

    try (InputStream in = context.open(entry)) {
      assertThatThrownBy(in::readAllBytes).hasMessageContaining("digest");
    }
  }

  @Test
  void aFileThatBecameALinkIsNotFollowed() throws Exception {
    Path file = Files.writeString(folder.resolve("a"), "x");
    DirectoryContext context = new DirectoryContext(folder);
    LayerEntry entry = context.index().find(new ImagePath("a")).orElseThrow();
    Files.delete(file);
    Files.createSymbolicLink(file, Path.of("/etc/passwd"));

    assertThatThrownBy(() -> context.open(entry)).isInstanceOf(java.io.IOException.class);
  }
}
