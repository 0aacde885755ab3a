package dev.brickyard.engine.solve;

import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.linux.Trees;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Measures what a step costs that does next to nothing: a build of so many RUNs, each writing one
 * file, several times over, none from the cache; milliseconds a step, the push included. A program,
 * no test; with the module's test class path, as root: {@code java
 * --enable-native-access=ALL-UNNAMED -cp ... dev.brickyard.engine.solve.TrivialRuns [steps [rounds
 * [milliseconds the store takes to answer]]]}.
 */
final class TrivialRuns {
  private TrivialRuns() {}

  public static void main(String[] args) throws Exception {
    int steps = args.length > 0 ? Integer.parseInt(args[0]) : 50;
    int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 7;
    Path folder = Files.createTempDirectory("trivial-runs-");
    try (TestYard yard = new TestYard(folder)) {
      ShellRoot.create(yard.context.resolve("shell"));
      FarmBuildEngine worker = yard.worker();
      ImageReference base = yard.base(worker, "shell", "FROM scratch\nCOPY shell /\n");
      double[] each = new double[rounds];
      for (int round = 0; round < rounds; round++) {
        StringBuilder dockerfile = new StringBuilder("FROM " + base + "\n");
        for (int i = 0; i < steps; i++) {
          dockerfile.append("RUN echo " + round + " " + i + " > /f" + i + "\n");
        }
        long start = System.nanoTime();
        yard.build(worker, dockerfile.toString());
        each[round] = (System.nanoTime() - start) / 1e6 / steps;
        System.out.printf("round %d: %.1f ms a step%n", round + 1, each[round]);
      }
      Arrays.sort(each);
      System.out.printf("median %.1f, best %.1f ms a step%n", each[rounds / 2], each[0]);
    } finally {
      Trees.delete(folder);
    }
  }
}
