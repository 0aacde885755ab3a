package dev.brickyard.yard.testing;

import dev.brickyard.engine.image.ContainerConfig;
import dev.brickyard.engine.image.Descriptor;
import dev.brickyard.engine.image.History;
import dev.brickyard.engine.image.ImageConfig;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.image.Platform;
import dev.brickyard.engine.layer.Compression;
import dev.brickyard.engine.layer.NewLayer;
import dev.brickyard.engine.registry.BlobSource;
import dev.brickyard.engine.registry.ImagePublisher;
import dev.brickyard.engine.registry.ImagePusher;
import dev.brickyard.engine.registry.ImageToPush;
import dev.brickyard.engine.registry.RegistryClient;
import dev.brickyard.engine.registry.RegistryCredentials;
import dev.brickyard.engine.registry.RegistrySettings;
import dev.brickyard.engine.testing.TestRoot;
import dev.brickyard.yard.LocalYard;
import dev.brickyard.yard.ServiceStatus;
import dev.brickyard.yard.YardException;
import dev.brickyard.yard.YardObserver;
import dev.brickyard.yard.configuration.ConfigurationReader;
import dev.brickyard.yard.configuration.ServiceName;
import dev.brickyard.yard.configuration.YardConfiguration;
import dev.brickyard.yard.process.ProcessTable;
import dev.brickyard.yard.service.Services;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The whole farm as {@code brickyard up} runs it, on free ports, its data in a temporary folder.
 * {@link #shared} starts one for all tests of this JVM and ends it with the JVM; {@link #start}
 * gives a test one of its own. Both need the project's modules to be packaged.
 */
public final class TestYard implements AutoCloseable {
  private static final Instant CREATED = Instant.parse("2026-01-02T03:04:05Z");
  private static final List<String> PORTS =
      List.of("postgres", "kafka", "kafka-controller", "s3", "registry", "scheduler", "api");

  private static @Nullable TestYard shared;

  private final Path data;
  private final LocalYard yard;

  private TestYard(Path data, LocalYard yard) {
    this.data = data;
    this.yard = yard;
  }

  /** The yard of this JVM, with one worker that offers both platforms; started once. */
  public static synchronized TestYard shared() {
    if (shared == null) {
      TestYard started = start(1, List.of(Platform.LINUX_AMD64, Platform.LINUX_ARM64));
      Runtime.getRuntime().addShutdownHook(new Thread(started::close, "test-yard-down"));
      shared = started;
    }
    return shared;
  }

  /** A yard of one's own, up and working. */
  public static TestYard start(int workers, List<Platform> platforms) {
    try {
      TestYard started = prepare(workers, platforms);
      try {
        started.yard.up(started.yard.usual());
        return started;
      } catch (YardException e) {
        started.close();
        throw new AssertionError(e.getMessage(), e);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /** A yard that is down still, its data folder empty. */
  public static TestYard prepare(int workers, List<Platform> platforms) {
    try {
      Path data = Files.createTempDirectory("brickyard-test-yard-");
      return new TestYard(
          data, new LocalYard(configuration(data, workers, platforms), YardObserver.SILENT));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static YardConfiguration configuration(Path data, int workers, List<Platform> platforms) {
    Map<String, String> options = new java.util.HashMap<>();
    options.put("data", data.toString());
    options.put("workers", Integer.toString(workers));
    options.put("platforms", String.join(",", platforms.stream().map(Platform::toString).toList()));
    PORTS.forEach(name -> options.put("port." + name, "0"));
    for (int number = 1; number <= 9; number++) {
      options.put("port." + ServiceName.worker(number), "0");
    }
    // Maven runs tests in the module's folder.
    Path checkout = Path.of("").toAbsolutePath().getParent();
    try {
      return new ConfigurationReader(checkout, Map.of()).read(Optional.empty(), options);
    } catch (YardException e) {
      throw new AssertionError(e);
    }
  }

  /** The yard itself. */
  public LocalYard yard() {
    return yard;
  }

  /** Its folder. */
  public Path data() {
    return data;
  }

  /** The api's address. */
  public URI api() {
    return URI.create("http://127.0.0.1:" + yard.configuration().ports().of(ServiceName.API));
  }

  /** The registry's host and port. */
  public String registry() {
    return Services.registryHost(yard.configuration());
  }

  /** A name in the yard's registry, such as {@code app:1}. */
  public ImageReference reference(String nameAndTag) {
    return ImageReference.parse(registry() + "/" + nameAndTag);
  }

  /** Starts these, and returns when they work. */
  public void up(ServiceName... services) {
    try {
      yard.up(new TreeSet<>(Set.of(services)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (YardException e) {
      throw new AssertionError(e.getMessage(), e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /** Stops these as {@code brickyard down} does. */
  public void down(ServiceName... services) {
    try {
      yard.down(new TreeSet<>(Set.of(services)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (YardException e) {
      throw new AssertionError(e.getMessage(), e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /** {@code kill -9} of the service's main process and all it started, containers left out. */
  public void kill(ServiceName service) {
    try {
      yard.process(service).kill();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /** Everything that was started and not stopped since. */
  public ServiceName[] running() {
    try {
      return yard.wanted().toArray(ServiceName[]::new);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The services that do not work now, and why. */
  public List<ServiceStatus> ailing() {
    try {
      SortedSet<ServiceName> wanted = yard.wanted();
      return yard.status(wanted).stream().filter(status -> !status.healthy()).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /** The end of a service's log, for messages. */
  public String log(ServiceName service) {
    try (Stream<String> lines = Files.lines(yard.process(service).log())) {
      List<String> all = lines.toList();
      return String.join("\n", all.subList(Math.max(0, all.size() - 60), all.size()));
    } catch (IOException e) {
      return service + " has no log";
    }
  }

  /** Running processes that belong to this yard. */
  public List<String> processes() {
    List<String> found = new ArrayList<>();
    for (ProcessTable.Stat stat : ProcessTable.all()) {
      String command = ProcessTable.describe(stat.pid());
      boolean inFolder = false;
      try {
        inFolder = Files.readSymbolicLink(Path.of("/proc/" + stat.pid() + "/cwd")).startsWith(data);
      } catch (IOException e) {
        // It ended.
      }
      if (stat.running() && (inFolder || command.contains(data.toString()))) {
        found.add(stat.pid() + " " + command);
      }
    }
    return found;
  }

  /**
   * Pushes a small root with busybox to the registry, where builds find it as {@code FROM busybox}:
   * the registry is Docker Hub's mirror.
   */
  public ImageReference pushBusybox(Platform... platforms) {
    ImageReference busybox = reference("library/busybox:latest");
    try (RegistryClient client = new RegistryClient(RegistrySettings.DEFAULT)) {
      List<Descriptor> manifests = new ArrayList<>();
      for (Platform platform : platforms) {
        NewLayer root = TestRoot.layer(platform, data, Compression.GZIP);
        try {
          ImageConfig config =
              ImageConfig.empty(platform)
                  .withCreated(CREATED)
                  .withConfig(
                      ContainerConfig.EMPTY.withEnv("PATH", "/usr/bin:/bin").withCmd(List.of("sh")))
                  .plusLayer(root.layer().diffId(), History.layer(CREATED, "busybox", ""));
          ImageToPush image =
              new ImageToPush(
                  config,
                  List.of(
                      new ImageToPush.PushableLayer(
                          root.layer(), Optional.empty(), BlobSource.of(root.blobFile()))));
          manifests.add(
              new ImagePusher(client).push(image, List.of(busybox), RegistryCredentials.NONE));
        } finally {
          Files.deleteIfExists(root.blobFile());
        }
      }
      new ImagePublisher(client).publish(manifests, List.of(busybox), RegistryCredentials.NONE);
      return busybox;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /** Stops everything and removes the data folder. */
  @Override
  public void close() {
    try {
      yard.down(yard.wanted());
      yard.deleteData();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (YardException e) {
      throw new AssertionError(e.getMessage(), e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static AssertionError interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new AssertionError("interrupted", e);
  }
}
