package dev.brickyard.engine.snapshot;

import dev.brickyard.engine.linux.Errno;
import dev.brickyard.engine.linux.LinuxException;
import dev.brickyard.engine.linux.Mounts;
import dev.brickyard.engine.linux.Mounts.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Mounts overlayfs so that the upper directory holds plain differences and nothing else. */
final class OverlayMount {
  // Each of these features would leave in the upper directory what only this mount can read.
  private static final List<Setting> PLAIN =
      List.of(
          new Setting("index", "off"),
          new Setting("metacopy", "off"),
          new Setting("redirect_dir", "off"),
          new Setting("xino", "off"));

  /** A page, with room for the kernel's own closing NUL. */
  private static final int CLASSIC_LIMIT = 4095;

  private OverlayMount() {}

  /**
   * Mounts the lower directories, the topmost first, below an upper one.
   *
   * @param shortcuts an existing directory for links with short names, for kernels that take all
   *     settings in one page only
   */
  static void mount(List<Path> topFirst, Path upper, Path work, Path target, Path shortcuts)
      throws IOException {
    try {
      withNewCalls(topFirst, upper, work, target);
    } catch (LinuxException e) {
      // Before Linux 6.7 there is no lowerdir+, before 5.2 no fsopen.
      if (e.errno() != Errno.EINVAL && e.errno() != Errno.ENOSYS) {
        throw e;
      }
      try {
        withClassicCall(topFirst, upper, work, target, shortcuts);
      } catch (IOException again) {
        again.addSuppressed(e);
        throw again;
      }
    }
  }

  static void withNewCalls(List<Path> topFirst, Path upper, Path work, Path target)
      throws LinuxException {
    List<Setting> settings = new ArrayList<>();
    for (Path lower : topFirst) {
      settings.add(new Setting("lowerdir+", lower.toString()));
    }
    settings.add(new Setting("upperdir", upper.toString()));
    settings.add(new Setting("workdir", work.toString()));
    settings.addAll(PLAIN);
    // What is written is only worth keeping once it is committed: no need to wait for the disk.
    settings.add(new Setting("volatile", ""));
    Mounts.mountFileSystem("overlay", settings, target);
  }

  static void withClassicCall(
      List<Path> topFirst, Path upper, Path work, Path target, Path shortcuts) throws IOException {
    List<String> lowers = new ArrayList<>();
    int number = 0;
    for (Path lower : topFirst) {
      Path link = shortcuts.resolve(Integer.toString(number++, Character.MAX_RADIX));
      Files.createSymbolicLink(link, lower);
      lowers.add(link.toString());
    }
    StringBuilder data = new StringBuilder("lowerdir=").append(String.join(":", lowers));
    data.append(",upperdir=").append(upper).append(",workdir=").append(work);
    PLAIN.forEach(s -> data.append(',').append(s.key()).append('=').append(s.value()));
    if (data.length() > CLASSIC_LIMIT) {
      throw new IOException(
          "this kernel cannot mount "
              + topFirst.size()
              + " layers at once from "
              + shortcuts
              + ": use a shorter data directory or Linux 6.7");
    }
    Mounts.mount("overlay", target, "overlay", 0, data.toString());
  }
}
