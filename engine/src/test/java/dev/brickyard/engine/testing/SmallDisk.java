package dev.brickyard.engine.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.engine.linux.Mounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A real file system of a few MiB, to be filled. Needs root, e2fsprogs and mount. */
public final class SmallDisk implements AutoCloseable {
  private final Path directory;

  /**
   * Makes one and mounts it.
   *
   * @param folder of the test's own
   * @param mebibytes how large
   */
  public SmallDisk(Path folder, int mebibytes) throws Exception {
    this.directory = Files.createDirectories(folder.resolve("disk"));
    Path file = folder.resolve("ext4");
    command("truncate", "-s", mebibytes + "M", file.toString());
    command("mkfs.ext4", "-q", "-F", "-m", "0", "-O", "^has_journal", file.toString());
    command("mount", "-o", "loop", file.toString(), directory.toString());
  }

  private static void command(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).describedAs("%s: %s", List.of(command), said).isZero();
  }

  /** Its root. */
  public Path directory() {
    return directory;
  }

  /** Fills it until no more than this is free. */
  public void leave(long bytes) throws IOException {
    long usable = Files.getFileStore(directory).getUsableSpace();
    Files.write(directory.resolve("ballast"), new byte[Math.toIntExact(usable - bytes)]);
  }

  /** Unmounts it, and fails when something else was left mounted on it. */
  @Override
  public void close() throws IOException {
    List<Path> mounts = new ArrayList<>(Mounts.below(directory));
    for (Path mount : mounts) {
      Mounts.unmount(mount, Mounts.MNT_DETACH);
    }
    assertThat(mounts).as("what is mounted").containsExactly(directory);
  }
}
