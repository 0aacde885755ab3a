package dev.brickyard.yard;

import dev.brickyard.engine.image.Platform;
import dev.brickyard.yard.configuration.ConfigurationReader;
import dev.brickyard.yard.configuration.Ports;
import dev.brickyard.yard.configuration.Secrets;
import dev.brickyard.yard.configuration.ServiceName;
import dev.brickyard.yard.configuration.YardConfiguration;
import dev.brickyard.yard.configuration.YardNetwork;
import dev.brickyard.yard.process.Folders;
import dev.brickyard.yard.process.FreePorts;
import dev.brickyard.yard.process.Leftovers;
import dev.brickyard.yard.process.ProcessId;
import dev.brickyard.yard.process.ProcessTable;
import dev.brickyard.yard.process.ServiceProcess;
import dev.brickyard.yard.service.Emulation;
import dev.brickyard.yard.service.Service;
import dev.brickyard.yard.service.Services;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The farm on this machine. Nothing of it lives in this object: what runs is found in the data
 * folder each time, so any number of launchers may come and go, also by being killed. Only one
 * changes the yard at a time; a second one waits.
 */
public final class LocalYard {
  private YardConfiguration configuration;
  private final YardObserver observer;

  /** The yard with this configuration, which may or may not be up. */
  public LocalYard(YardConfiguration configuration, YardObserver observer) {
    this.configuration = configuration;
    this.observer = observer;
  }

  /** The configuration, with the ports really used once the yard is up. */
  public YardConfiguration configuration() {
    return configuration;
  }

  /** What {@code up} starts: the fixed services, the workers wanted, and what was killed. */
  public SortedSet<ServiceName> usual() throws IOException {
    SortedSet<ServiceName> names = new TreeSet<>(ServiceName.FIXED);
    for (int number = 1; number <= configuration.workers(); number++) {
      names.add(ServiceName.worker(number));
    }
    names.addAll(wanted());
    return names;
  }

  /** What was started and not stopped since: what runs, and what was killed. */
  public SortedSet<ServiceName> wanted() throws IOException {
    SortedSet<ServiceName> names = new TreeSet<>();
    Path run = configuration.data().resolve("run");
    if (Files.isDirectory(run)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(run, "*.pid")) {
        for (Path file : files) {
          names.add(new ServiceName(file.getFileName().toString().replace(".pid", "")));
        }
      }
    }
    return names;
  }

  /**
   * Starts those that do not run, as parallel as they allow, and returns when all work.
   *
   * @throws YardException naming each that could not be started, with the end of its log; the
   *     others stay up
   */
  public void up(Set<ServiceName> names) throws IOException, YardException, InterruptedException {
    Files.createDirectories(configuration.data());
    try (FileChannel _ = lock()) {
      fixPorts(names);
      Services services = services(platforms());
      List<Service> starting = new ArrayList<>();
      for (ServiceName name : new TreeSet<>(names)) {
        starting.add(services.of(name));
      }
      refuseTakenPorts(starting);
      ConfigurationReader.save(configuration);
      new Startup(configuration.data(), observer).start(starting);
    }
  }

  /** Stops these, what others need last, and cleans up after them; they are not wanted any more. */
  public void down(Set<ServiceName> names) throws IOException, YardException, InterruptedException {
    if (!Files.isDirectory(configuration.data())) {
      return;
    }
    try (FileChannel _ = lock()) {
      Services services = services(configuration.platforms());
      // Workers first: they hand their jobs back to a farm that still works.
      List<List<ServiceName>> waves =
          List.of(
              names.stream().filter(name -> name.workerNumber() > 0).toList(),
              List.of(ServiceName.API, ServiceName.SCHEDULER),
              List.of(
                  ServiceName.KAFKA, ServiceName.POSTGRES, ServiceName.S3, ServiceName.REGISTRY));
      for (List<ServiceName> wave : waves) {
        new Shutdown(configuration.data(), observer)
            .stop(wave.stream().filter(names::contains).map(services::of).toList());
      }
      for (ServiceName name : names) {
        if (name.workerNumber() > 0) {
          Path home = configuration.data().resolve(name.value());
          Leftovers.containers(home.resolve("disk/runtime"));
          Leftovers.clear(home);
        }
      }
      if (wanted().isEmpty()) {
        Leftovers.clear(configuration.data());
        ConfigurationReader.forget(configuration.data());
      }
    }
  }

  /**
   * Removes the data folder, images and all.
   *
   * @throws YardException when something still runs
   */
  public void deleteData() throws IOException, YardException {
    if (!wanted().isEmpty()) {
      throw new YardException("the yard is up: stop it before its data is removed");
    }
    Leftovers.clear(configuration.data());
    Folders.delete(configuration.data());
  }

  /** How each of the services is; those not wanted as not running. */
  public List<ServiceStatus> status(Collection<ServiceName> names)
      throws IOException, InterruptedException {
    List<ServiceStatus> found = new ArrayList<>();
    if (!Files.isDirectory(configuration.data())) {
      return found;
    }
    Services services = services(configuration.platforms());
    for (ServiceName name : new TreeSet<>(names)) {
      Service service = services.of(name);
      ServiceProcess process = process(name);
      Optional<ProcessId> running = process.running();
      Optional<ProcessTable.Stat> stat = running.flatMap(id -> ProcessTable.stat(id.pid()));
      found.add(
          new ServiceStatus(
              name,
              service.ports(),
              running.map(ProcessId::pid),
              running.isPresent() ? service.ailment() : Optional.empty(),
              stat.map(ProcessTable::uptime).orElse(Duration.ZERO),
              ProcessTable.memoryBytes(process.members())));
    }
    return found;
  }

  /** The process of a service, whether it runs or not. */
  public ServiceProcess process(ServiceName name) {
    return new ServiceProcess(configuration.data(), name);
  }

  private Services services(List<Platform> platforms) throws IOException {
    return new Services(
        configuration, Secrets.of(configuration.data(), new SecureRandom()), platforms);
  }

  private List<Platform> platforms() {
    return configuration.platforms().isEmpty() ? Emulation.available() : configuration.platforms();
  }

  /** Chooses free ports where the configuration says "any". */
  private void fixPorts(Set<ServiceName> names) throws IOException {
    Ports ports = configuration.ports();
    for (ServiceName name : names) {
      if (ports.of(name) == 0) {
        ports = ports.with(name.value(), FreePorts.any());
      }
    }
    if (ports.kafkaController() == 0) {
      ports = ports.with(Ports.KAFKA_CONTROLLER, FreePorts.any());
    }
    configuration = configuration.withPorts(ports);
  }

  private void refuseTakenPorts(List<Service> services) throws YardException {
    List<String> taken = new ArrayList<>();
    for (Service service : services) {
      if (process(service.name()).running().isPresent()) {
        continue;
      }
      for (Map.Entry<String, Integer> port : service.ports().entrySet()) {
        Optional<Long> own =
            ProcessTable.listener(port.getValue())
                .filter(
                    pid ->
                        process(service.name()).members().stream()
                            .anyMatch(member -> member.pid() == pid));
        if (own.isEmpty() && isTaken(service.name(), port.getValue())) {
          taken.add(
              "port %d (%s) is taken by %s: stop that, or choose another port with --port %s=PORT"
                  .formatted(
                      port.getValue(),
                      port.getKey(),
                      FreePorts.holder(port.getValue()),
                      port.getKey()));
        }
      }
    }
    if (!taken.isEmpty()) {
      throw new YardException(String.join("\n", taken));
    }
  }

  /** Ports in another namespace cannot be asked for from here. */
  private boolean isTaken(ServiceName service, int port) {
    YardNetwork network = configuration.network();
    return (service.workerNumber() == 0 || network.workerNamespace().isEmpty())
        && !FreePorts.isFree(network.of(service), port);
  }

  private FileChannel lock() throws IOException {
    FileChannel channel =
        FileChannel.open(
            configuration.data().resolve("lock"),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE);
    // Held until the channel is closed, also by the end of this process.
    channel.lock();
    return channel;
  }
}
