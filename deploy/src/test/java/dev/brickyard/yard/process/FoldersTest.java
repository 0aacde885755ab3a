package dev.brickyard.yard.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FoldersTest {
  @TempDir Path temp;

  @Test
  void deletingFollowsNoLinkOutOfTheFolder() throws Exception {
    Path outside = Files.createDirectories(temp.resolve("outside"));
    Files.writeString(outside.resolve("precious"), "x");
    Path folder = Files.createDirectories(temp.resolve("folder/deep"));
    Files.createSymbolicLink(folder.resolve("link"), outside);
    Files.createSymbolicLink(folder.resolve("dangling"), temp.resolve("nowhere"));
    Folders.delete(temp.resolve("folder"));
    Folders.delete(temp.resolve("folder"));
    assertThat(temp.resolve("folder")).doesNotExist();
    assertThat(outside.resolve("precious")).exists();
  }

  @Test
  void sizeCountsFilesAndNotWhatLinksPointAt() throws Exception {
    Files.write(temp.resolve("a"), new byte[1000]);
    Files.createDirectories(temp.resolve("b"));
    Files.write(temp.resolve("b/c"), new byte[234]);
    Files.createSymbolicLink(temp.resolve("b/link"), temp.resolve("a"));
    assertThat(Folders.size(temp)).isEqualTo(1234);
    assertThat(Folders.size(temp.resolve("missing"))).isZero();
  }
}
