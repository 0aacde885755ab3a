package dev.brickyard.engine.context;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A context many times larger than the heap of the process that receives it. */
class LargeContextTest {
  private static final long SIZE = 700L << 20;

  /** What the child process runs. */
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) throws Exception {
      InputStream body =
          new SequenceInputStream(
              java.util.Collections.enumeration(
                  List.of(
                      new java.io.ByteArrayInputStream(
                          new TarForge().header('0', "model.bin", "", SIZE).unfinished()),
                      new Noise(SIZE),
                      new java.io.ByteArrayInputStream(new TarForge().finish()))));
      ReceivedContext context =
          ContextArchive.receive(
              body, OutputStream.nullOutputStream(), ContextLimits.DEFAULT, Set.of());
      System.out.println(context.contentBytes() + " " + context.tarSize());
    }
  }

  /** Random bytes without end in sight. */
  private static final class Noise extends InputStream {
    private final byte[] block = new byte[1 << 16];
    private long left;

    Noise(long size) {
      left = size;
      new Random(7).nextBytes(block);
    }

    @Override
    public int read() {
      throw new UnsupportedOperationException("read by the block");
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
      if (left == 0) {
        return -1;
      }
      int n = (int) Math.min(left, Math.min(length, block.length));
      System.arraycopy(block, 0, buffer, offset, n);
      left -= n;
      return n;
    }
  }

  @Test
  void aContextOfSevenHundredMegabytesPassesInAHeapOfThirtyTwo() throws Exception {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx32m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName())
            .redirectErrorStream(true)
            .start();
    try {
      String output = read(child);
      assertThat(child.waitFor(60, TimeUnit.SECONDS)).as("the child ends").isTrue();
      assertThat(output.strip()).isEqualTo(SIZE + " " + (SIZE + 512 + 1024));
    } finally {
      child.destroyForcibly();
    }
  }

  private static String read(Process child) throws IOException {
    return new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }
}
