package dev.brickyard.bench.builder;

import dev.brickyard.bench.BenchException;
import dev.brickyard.engine.image.Platform;
import dev.brickyard.yard.LocalYard;
import dev.brickyard.yard.YardException;
import dev.brickyard.yard.YardObserver;
import dev.brickyard.yard.configuration.Ports;
import dev.brickyard.yard.configuration.ServiceName;
import dev.brickyard.yard.configuration.YardConfiguration;
import dev.brickyard.yard.configuration.YardNetwork;
import dev.brickyard.yard.process.Folders;
import dev.brickyard.yard.service.Services;
import java.io.IOException;
import java.net.URI;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The farm that is measured, with the registry that all builders use: a yard of the benchmark's
 * own, on free ports, with one worker.
 */
public final class FarmYard implements AutoCloseable {
  private static final Set<ServiceName> WORKER = Set.of(ServiceName.worker(1));

  private final LocalYard yard;

  /**
   * A yard that is down.
   *
   * @param checkout the built project
   * @param data its folder
   */
  public FarmYard(Path checkout, Path data, YardNetwork network) {
    Map<String, Integer> anyPort = new HashMap<>();
    ServiceName.FIXED.forEach(name -> anyPort.put(name.value(), 0));
    anyPort.put(ServiceName.worker(1).value(), 0);
    anyPort.put(Ports.KAFKA_CONTROLLER, 0);
    YardConfiguration configuration =
        new YardConfiguration(
            checkout, data, new Ports(anyPort), 1, List.of(Platform.current()), network);
    this.yard = new LocalYard(configuration, YardObserver.SILENT);
  }

  /** Starts all of it. */
  public void up() throws IOException, BenchException, InterruptedException {
    try {
      // What a benchmark left that was killed.
      yard.down(new TreeSet<>(yard.wanted()));
      yard.deleteData();
      yard.up(yard.usual());
    } catch (YardException e) {
      throw failed(e);
    }
  }

  /** Starts the worker again with nothing on its disk. */
  void freshWorker() throws IOException, BenchException, InterruptedException {
    try {
      yard.down(WORKER);
      Folders.delete(yard.configuration().data().resolve(ServiceName.worker(1).value()));
      yard.up(WORKER);
    } catch (YardException e) {
      throw failed(e);
    }
  }

  /** Removes every object of every bucket. */
  void emptyStore() throws IOException {
    Path objects = yard.configuration().data().resolve("s3/objects");
    try (DirectoryStream<Path> buckets = Files.newDirectoryStream(objects)) {
      for (Path bucket : buckets) {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(bucket)) {
          for (Path entry : entries) {
            Folders.delete(entry);
          }
        }
      }
    }
  }

  /** The registry's host and port. */
  public String registry() {
    return Services.registryHost(yard.configuration());
  }

  /** The api's address. */
  URI api() {
    YardConfiguration configuration = yard.configuration();
    return URI.create(
        "http://"
            + configuration.network().address()
            + ":"
            + configuration.ports().of(ServiceName.API));
  }

  /** Stops all of it and removes its folder. */
  @Override
  public void close() {
    try {
      yard.down(new TreeSet<>(yard.wanted()));
      yard.deleteData();
    } catch (IOException | YardException e) {
      System.err.println("the benchmark's farm could not be taken down: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static BenchException failed(YardException e) {
    return new BenchException(String.valueOf(e.getMessage()), e);
  }
}
