package dev.brickyard.yard.service;

import dev.brickyard.yard.YardException;
import dev.brickyard.yard.configuration.Secrets;
import dev.brickyard.yard.configuration.ServiceName;
import dev.brickyard.yard.configuration.YardConfiguration;
import dev.brickyard.yard.process.Launch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The OCI registry: the real distribution server, Debian's {@code docker-registry}. */
final class RegistryService implements Service {
  private final YardConfiguration configuration;
  private final Secrets secrets;
  private final Path home;

  RegistryService(YardConfiguration configuration, Secrets secrets) {
    this.secrets = secrets;
    this.configuration = configuration;
    this.home = configuration.data().resolve("registry");
  }

  @Override
  public ServiceName name() {
    return ServiceName.REGISTRY;
  }

  @Override
  public Map<String, Integer> ports() {
    return Map.of("registry", port());
  }

  @Override
  public List<ServiceName> needs() {
    return List.of();
  }

  @Override
  public Launch prepare() throws IOException, YardException {
    Path storage = Files.createDirectories(home.resolve("storage"));
    Path settings = home.resolve("config.yml");
    PrivateFile.write(
        settings,
        """
            version: 0.1
            log:
              level: warn
              accesslog:
                disabled: true
            storage:
              filesystem:
                rootdirectory: "%s"
              delete:
                enabled: true
            http:
              addr: %s
              secret: %s
            """
            .formatted(storage, host(configuration), secrets.registrySecret()));
    return new Launch(
        List.of(
            Tool.require("docker-registry", "docker-registry").toString(),
            "serve",
            settings.toString()),
        Map.of("OTEL_TRACES_EXPORTER", "none"),
        home);
  }

  @Override
  public Optional<String> ailment() throws InterruptedException {
    return Http.ailment(configuration.network().of(name()), port(), "/v2/");
  }

  /** Host and port as they stand in image names. */
  static String host(YardConfiguration configuration) {
    return configuration.network().address() + ":" + configuration.ports().of(ServiceName.REGISTRY);
  }

  private int port() {
    return configuration.ports().of(ServiceName.REGISTRY);
  }
}
