package dev.brickyard.engine.snapshot;

import com.github.luben.zstd.ZstdOutputStream;
import com.sun.management.OperatingSystemMXBean;
import dev.brickyard.engine.cache.LayerImageStore;
import dev.brickyard.engine.cache.MemoryLayerImageStore;
import dev.brickyard.engine.image.Descriptor;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.image.MediaTypes;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.layer.LayerReader;
import dev.brickyard.engine.linux.Trees;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;

/**
 * How long it takes until the layers of an image are mounted on an empty disk, for each way of
 * bringing them there. Blobs and images come from memory, so that this is what the worker itself
 * costs; a network's part is size divided by bandwidth. Run it with the tars of the layers:
 *
 * <pre>
 * mvn -q -pl engine -am test-compile
 * mvn -q -pl engine exec:exec -Dexec.classpathScope=test -Dexec.executable=java \\
 *   -Dexec.args="--enable-native-access=ALL-UNNAMED -cp %classpath \\
 *     dev.brickyard.engine.snapshot.ColdRootBenchmark FOLDER ROUNDS a.tar b.tar …"
 * </pre>
 */
final class ColdRootBenchmark {
  private final Path folder;
  private final int rounds;
  private final List<Path> tars;

  private ColdRootBenchmark(Path folder, int rounds, List<Path> tars) {
    this.folder = folder;
    this.rounds = rounds;
    this.tars = tars;
  }

  /**
   * @param args an empty folder for disks, how often each way is tried, and tars
   */
  public static void main(String[] args) throws Exception {
    List<Path> tars = List.of(args).subList(2, args.length).stream().map(Path::of).toList();
    new ColdRootBenchmark(Path.of(args[0]), Integer.parseInt(args[1]), tars).run();
  }

  private interface Packing {
    OutputStream over(OutputStream out) throws IOException;
  }

  private record Stack(List<Layer> layers, LayerSource source, long bytes) {}

  private Stack stack(String name, Packing packing) throws IOException {
    List<Layer> layers = new ArrayList<>();
    long bytes = 0;
    for (Path tar : tars) {
      Path packed = folder.resolve(tar.getFileName() + "." + name);
      try (OutputStream out = packing.over(Files.newOutputStream(packed))) {
        Files.copy(tar, out);
      }
      Digest diffId;
      try (InputStream in = Files.newInputStream(tar)) {
        diffId = LayerReader.readIndex(in).diffId();
      }
      bytes += Files.size(packed);
      layers.add(
          new Layer(
              diffId, Descriptor.of(MediaTypes.OCI_LAYER, Digest.of(name), Files.size(packed))));
    }
    List<Layer> all = List.copyOf(layers);
    return new Stack(
        all,
        layer ->
            Files.newInputStream(
                folder.resolve(tars.get(indexOf(all, layer)).getFileName() + "." + name)),
        bytes);
  }

  private static int indexOf(List<Layer> layers, Layer layer) {
    for (int i = 0; i < layers.size(); i++) {
      if (layers.get(i).diffId().equals(layer.diffId())) {
        return i;
      }
    }
    throw new IllegalArgumentException("another layer");
  }

  private void run() throws Exception {
    Stack gzip = stack("gz", out -> new GZIPOutputStream(out, 1 << 16));
    Stack zstd = stack("zst", out -> new ZstdOutputStream(out, 3));
    MemoryLayerImageStore images = new MemoryLayerImageStore();
    try (LayerStore maker = store("maker", zstd, images, 0)) {
      maker.mount(zstd.layers()).close();
      maker.awaitImages(Duration.ofMinutes(5));
    }
    long packed = 0;
    for (Layer layer : zstd.layers()) {
      try (InputStream in = images.open(layer.diffId()).orElseThrow()) {
        packed += in.transferTo(OutputStream.nullOutputStream());
      }
    }
    System.out.println("| way | MB fetched | best, ms | median, ms | processor time, ms |");
    System.out.println("|---|---|---|---|---|");
    for (int warm = 0; warm < 2; warm++) {
      boolean tell = warm == 1;
      measure(tell, "gzip tar, unpacked", gzip, LayerImageStore.NONE, Long.MAX_VALUE, gzip.bytes());
      measure(tell, "zstd tar, unpacked", zstd, LayerImageStore.NONE, Long.MAX_VALUE, zstd.bytes());
      measure(tell, "gzip tar, written as an image", gzip, LayerImageStore.NONE, 0, gzip.bytes());
      measure(tell, "zstd tar, written as an image", zstd, LayerImageStore.NONE, 0, zstd.bytes());
      measure(tell, "image from the store", gzip, images, 0, packed);
    }
  }

  private LayerStore store(String name, Stack stack, LayerImageStore images, long imageFrom)
      throws IOException {
    LayerStore store =
        new LayerStore(
            folder.resolve(name),
            stack.source(),
            new LayerStoreSettings(images, DiskBudget.WHOLE_DISK, imageFrom),
            IndexSink.NONE,
            Clock.systemUTC());
    store.recover();
    return store;
  }

  private void measure(
      boolean tell, String way, Stack stack, LayerImageStore images, long imageFrom, long bytes)
      throws Exception {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    List<Double> wall = new ArrayList<>();
    double processor = Double.MAX_VALUE;
    for (int i = 0; i < (tell ? rounds : 2); i++) {
      try (LayerStore store = store("disk", stack, images, imageFrom)) {
        long cpu = system.getProcessCpuTime();
        long start = System.nanoTime();
        WritableRoot root = store.mount(stack.layers());
        wall.add((System.nanoTime() - start) / 1e6);
        processor = Math.min(processor, (system.getProcessCpuTime() - cpu) / 1e6);
        root.close();
      }
      Trees.delete(folder.resolve("disk"));
    }
    wall.sort(null);
    if (tell) {
      System.out.printf(
          Locale.ROOT,
          "| %s | %.0f | %.0f | %.0f | %.0f |%n",
          way,
          bytes / 1e6,
          wall.getFirst(),
          wall.get(wall.size() / 2),
          processor);
    }
  }
}
