package dev.brickyard.engine.solve;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A root filesystem just large enough for a shell: this machine's own programs and libraries. */
final class ShellRoot {
  private static final List<String> PROGRAMS =
      List.of(
          "/bin/sh",
          "/bin/cat",
          "/bin/chmod",
          "/bin/chown",
          "/bin/ls",
          "/bin/mkdir",
          "/bin/rm",
          "/bin/ln",
          "/bin/sleep",
          "/usr/bin/id",
          "/usr/bin/env",
          "/usr/bin/touch",
          "/usr/bin/stat",
          "/usr/bin/sha256sum");
  private static final Pattern LIBRARY = Pattern.compile("(/[^\\s]+)\\s+\\(0x");

  private ShellRoot() {}

  /** Lays it out in a folder, with the users root and mason (1000), and more programs. */
  static void create(Path root, String... more) throws IOException, InterruptedException {
    List<String> programs = new ArrayList<>(PROGRAMS);
    programs.addAll(List.of(more));
    for (String program : programs) {
      copy(root, program);
      Process ldd = new ProcessBuilder("ldd", program).redirectErrorStream(true).start();
      String said = new String(ldd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      ldd.waitFor();
      Matcher library = LIBRARY.matcher(said);
      while (library.find()) {
        copy(root, library.group(1));
      }
    }
    Path etc = Files.createDirectories(root.resolve("etc"));
    Files.writeString(
        etc.resolve("passwd"),
        "root:x:0:0:root:/root:/bin/sh\nmason:x:1000:1000::/home/mason:/bin/sh\n");
    Files.writeString(etc.resolve("group"), "root:x:0:\nmason:x:1000:\nbricks:x:2000:mason\n");
    for (String directory : List.of("dev", "proc", "sys", "tmp")) {
      Files.createDirectories(root.resolve(directory));
    }
    Files.createDirectories(root.resolve("root"));
  }

  private static void copy(Path root, String file) throws IOException {
    Path target = root.resolve(file.substring(1));
    Files.createDirectories(target.getParent());
    Files.copy(
        Path.of(file).toRealPath(),
        target,
        StandardCopyOption.REPLACE_EXISTING,
        StandardCopyOption.COPY_ATTRIBUTES);
  }
}
