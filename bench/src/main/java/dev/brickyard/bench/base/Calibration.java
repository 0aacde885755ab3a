package dev.brickyard.bench.base;

import dev.brickyard.bench.BenchException;
import dev.brickyard.engine.linux.Trees;
import dev.brickyard.engine.runtime.ContainerSpec;
import dev.brickyard.engine.runtime.Limits;
import dev.brickyard.engine.runtime.NetworkMode;
import dev.brickyard.engine.runtime.ProgramRuntime;
import dev.brickyard.engine.runtime.RuntimeFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What this machine takes for the things that nobody who builds gets around, so that seconds can be
 * compared with those of another machine.
 */
public final class Calibration {
  private static final int TIMES = 21;
  private static final int BLOCK = 4096;

  private Calibration() {}

  /** Something that is timed. */
  private interface Work {
    void run() throws IOException, BenchException, InterruptedException;
  }

  /**
   * One line for people.
   *
   * @param blob a tar of a root filesystem with {@code /bin/sh}
   * @param folder of its own, removed at the end
   */
  public static String measure(Path blob, Path folder)
      throws IOException, BenchException, InterruptedException {
    Trees.delete(folder);
    Path root = Files.createDirectories(folder.resolve("root"));
    try {
      unpack(blob, root);
      List<String> parts = new ArrayList<>();
      for (String program : List.of("crun", "runc")) {
        try (ProgramRuntime runtime = ProgramRuntime.with(program, folder.resolve(program))) {
          parts.add(milliseconds(program, () -> container(runtime, root)));
        }
      }
      try (FileChannel file =
          FileChannel.open(
              folder.resolve("file"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
        parts.add(milliseconds("waiting for a written block", () -> block(file)));
      }
      return "a container with nothing in it: " + String.join(", ", parts);
    } finally {
      Trees.delete(folder);
    }
  }

  private static void unpack(Path blob, Path root)
      throws IOException, BenchException, InterruptedException {
    Process tar =
        new ProcessBuilder("tar", "-C", root.toString(), "-xf", blob.toString())
            .inheritIO()
            .start();
    if (tar.waitFor() != 0) {
      throw new BenchException(blob + " cannot be unpacked");
    }
  }

  private static void container(ProgramRuntime runtime, Path root)
      throws BenchException, InterruptedException {
    try {
      var _ =
          runtime.run(
              new ContainerSpec(
                  root,
                  List.of("/bin/sh", "-c", "true"),
                  Map.of("PATH", "/bin"),
                  "/",
                  0,
                  0,
                  List.of(0L),
                  "bench",
                  List.of(),
                  NetworkMode.HOST,
                  Limits.NONE),
              (stderr, chunk) -> {});
    } catch (RuntimeFailure e) {
      throw new BenchException("an empty container does not run: " + e.getMessage(), e);
    }
  }

  private static void block(FileChannel file) throws IOException {
    file.write(ByteBuffer.allocate(BLOCK));
    file.force(false);
  }

  private static String milliseconds(String what, Work work)
      throws IOException, BenchException, InterruptedException {
    long[] nanos = new long[TIMES];
    for (int i = 0; i < TIMES; i++) {
      long begun = System.nanoTime();
      work.run();
      nanos[i] = System.nanoTime() - begun;
    }
    java.util.Arrays.sort(nanos);
    return String.format(Locale.ROOT, "%s %.1f ms", what, nanos[TIMES / 2] / 1e6);
  }
}
