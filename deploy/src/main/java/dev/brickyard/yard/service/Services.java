package dev.brickyard.yard.service;

import dev.brickyard.engine.image.Platform;
import dev.brickyard.yard.configuration.Secrets;
import dev.brickyard.yard.configuration.ServiceName;
import dev.brickyard.yard.configuration.YardConfiguration;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Makes the services of one yard and tells each where the others are. */
public final class Services {
  private final YardConfiguration configuration;
  private final Secrets secrets;
  private final List<Platform> platforms;

  /**
   * @param platforms what the workers offer
   */
  public Services(YardConfiguration configuration, Secrets secrets, List<Platform> platforms) {
    this.configuration = configuration;
    this.secrets = secrets;
    this.platforms = List.copyOf(platforms);
  }

  /** The service with this name. */
  public Service of(ServiceName name) {
    if (name.workerNumber() > 0) {
      return worker(name);
    }
    return switch (name.value()) {
      case "postgres" -> new PostgresService(configuration, secrets);
      case "kafka" -> new KafkaService(configuration);
      case "s3" -> new S3Service(configuration, secrets);
      case "registry" -> new RegistryService(configuration, secrets);
      case "scheduler" -> scheduler();
      case "api" -> api();
      default -> throw new IllegalArgumentException("no service " + name);
    };
  }

  /** The registry's host and port, as they stand in image names. */
  public static String registryHost(YardConfiguration configuration) {
    return RegistryService.host(configuration);
  }

  private Service scheduler() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.putAll(kafka());
    settings.putAll(database());
    settings.putAll(objectStore());
    settings.put("brickyard.internal-token", secrets.internalToken());
    settings.put("brickyard.secrets.key", secrets.secretsKey());
    return new QuarkusService(
        configuration,
        ServiceName.SCHEDULER,
        "scheduler",
        List.of(ServiceName.POSTGRES, ServiceName.KAFKA),
        settings,
        List.of(),
        Duration.ofSeconds(15));
  }

  private Service api() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.putAll(kafka());
    settings.putAll(database());
    settings.putAll(objectStore());
    settings.put("brickyard.secrets.key", secrets.secretsKey());
    return new QuarkusService(
        configuration,
        ServiceName.API,
        "api",
        List.of(ServiceName.POSTGRES, ServiceName.KAFKA, ServiceName.S3),
        settings,
        List.of(),
        Duration.ofSeconds(15));
  }

  private Service worker(ServiceName name) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.putAll(kafka());
    settings.putAll(objectStore());
    settings.put("brickyard.internal-token", secrets.internalToken());
    settings.put(
        "brickyard.scheduler.url",
        "http://"
            + configuration.network().address()
            + ":"
            + configuration.ports().of(ServiceName.SCHEDULER));
    settings.put("brickyard.worker.id", name.value());
    settings.put(
        "brickyard.worker.data-dir",
        configuration.data().resolve(name.value()).resolve("disk").toString());
    settings.put(
        "brickyard.worker.platforms",
        platforms.stream().map(Platform::toString).collect(Collectors.joining(",")));
    String registry = registryHost(configuration);
    settings.put("brickyard.worker.registry.mirrors.\"docker.io\"", "http://" + registry);
    settings.put(
        "brickyard.worker.registry.insecure",
        registry + ",localhost" + registry.substring(registry.indexOf(':')));
    return new QuarkusService(
        configuration,
        name,
        "worker",
        List.of(ServiceName.KAFKA, ServiceName.S3, ServiceName.REGISTRY),
        settings,
        List.of("--enable-native-access=ALL-UNNAMED"),
        Duration.ofSeconds(40));
  }

  private Map<String, String> kafka() {
    return Map.of("kafka.bootstrap.servers", KafkaService.bootstrap(configuration));
  }

  private Map<String, String> database() {
    return Map.of(
        "quarkus.datasource.jdbc.url", PostgresService.url(configuration),
        "quarkus.datasource.username", Secrets.DATABASE_USER,
        "quarkus.datasource.password", secrets.databasePassword());
  }

  private Map<String, String> objectStore() {
    return Map.of(
        "brickyard.s3.endpoint", S3Service.endpoint(configuration),
        "brickyard.s3.access-key", secrets.s3AccessKey(),
        "brickyard.s3.secret-key", secrets.s3SecretKey());
  }
}
