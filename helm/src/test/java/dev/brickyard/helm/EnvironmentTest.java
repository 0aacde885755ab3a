package dev.brickyard.helm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.api.ApiConfiguration;
import dev.brickyard.helm.Rendered.Workload;
import dev.brickyard.scheduler.SchedulerConfiguration;
import dev.brickyard.worker.config.WorkerConfiguration;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.quarkus.agroal.runtime.DataSourcesJdbcRuntimeConfig;
import io.quarkus.datasource.runtime.DataSourcesRuntimeConfig;
import io.quarkus.flyway.runtime.FlywayRuntimeConfig;
import io.quarkus.runtime.ConfigConfig;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.runtime.init.InitRuntimeConfig;
import io.quarkus.runtime.logging.LogRuntimeConfig;
import io.smallrye.config.ConfigMappings;
import io.smallrye.config.ConfigMappings.ConfigClass;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the chart tells the services is what they can be told, by their own configuration classes.
 */
class EnvironmentTest {
  private static final List<Class<?>> QUARKUS =
      List.of(LogRuntimeConfig.class, InitRuntimeConfig.class, ConfigConfig.class);
  private static final List<Class<?>> DATABASE =
      List.of(
          DataSourcesRuntimeConfig.class,
          DataSourcesJdbcRuntimeConfig.class,
          FlywayRuntimeConfig.class);

  /** Read by the Java virtual machine. */
  private static final String JVM = "JAVA_TOOL_OPTIONS";

  @TempDir Path folder;

  private static Set<String> known(String component) {
    Set<String> names = new TreeSet<>();
    switch (component) {
      case "api" -> names.addAll(variables(List.of(ApiConfiguration.class)));
      case "scheduler" -> names.addAll(variables(List.of(SchedulerConfiguration.class)));
      case "worker" -> names.addAll(variables(List.of(WorkerConfiguration.class)));
      default -> throw new IllegalArgumentException(component);
    }
    names.addAll(variables(QUARKUS));
    if (!component.equals("worker")) {
      names.addAll(variables(DATABASE));
    }
    AdminClientConfig.configNames().forEach(name -> names.add(variable("kafka." + name)));
    names.add(JVM);
    return names;
  }

  private static Set<String> variables(List<Class<?>> mappings) {
    Set<String> names = new TreeSet<>();
    for (Class<?> mapping : mappings) {
      ConfigMappings.getProperties(ConfigClass.configClass(mapping))
          .keySet()
          .forEach(property -> names.add(variable(property)));
    }
    return names;
  }

  /** By the rule of MicroProfile Config. */
  private static String variable(String property) {
    return property.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
  }

  @ParameterizedTest
  @MethodSource("dev.brickyard.helm.Rendered$ValueSets#names")
  void everyVariableIsASettingOfItsService(String values) throws IOException {
    for (Workload workload : Rendered.of(values, folder).workloads()) {
      for (Container container : workload.containers()) {
        Map<String, String> environment = Rendered.environment(container);
        if (!environment.isEmpty()) {
          assertThat(known(container.getName()))
              .as("known to the container %s of %s", container.getName(), workload.name())
              .containsAll(environment.keySet());
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.brickyard.helm.Rendered$ValueSets#names")
  void everyValueIsUnderstood(String values) throws IOException {
    Rendered rendered = Rendered.of(values, folder);
    for (Workload workload : rendered.workloads()) {
      for (Container container : workload.containers()) {
        Map<String, String> environment = Rendered.environment(container);
        switch (container.getName()) {
          case "api" -> {
            ApiConfiguration api = read(ApiConfiguration.class, environment, Map.of());
            assertThat(api.s3().secretKey()).isNotEqualTo("brickyard");
          }
          case "scheduler" -> {
            SchedulerConfiguration scheduler =
                read(SchedulerConfiguration.class, environment, Map.of());
            assertThat(scheduler.s3().secretKey()).isNotEqualTo("brickyard");
            assertThat(scheduler.topics().platforms()).isNotEmpty();
          }
          case "worker" -> {
            WorkerConfiguration worker = read(WorkerConfiguration.class, environment, Map.of());
            assertThat(worker.s3().secretKey()).isNotEqualTo("brickyard");
            assertThat(worker.scheduler().url().getHost()).isNotEqualTo("127.0.0.1");
          }
          default -> assertThat(environment).isEmpty();
        }
      }
    }
  }

  private static <T> T read(
      Class<T> mapping, Map<String, String> environment, Map<String, String> file) {
    SmallRyeConfig config =
        new SmallRyeConfigBuilder()
            .addDiscoveredConverters()
            .addDefaultInterceptors()
            .withSources(
                new EnvConfigSource(environment, 300),
                new PropertiesConfigSource(file, "worker.properties", 100))
            .withMapping(mapping)
            .build();
    return config.getConfigMapping(mapping);
  }

  @Test
  void aPoolsWorkersHearWhatItsValuesSay() throws IOException {
    StatefulSet pool =
        Rendered.of("two-pools", folder).one(StatefulSet.class, "farm-brickyard-worker-large");
    Container container = pool.getSpec().getTemplate().getSpec().getContainers().getFirst();
    WorkerConfiguration worker =
        read(WorkerConfiguration.class, Rendered.environment(container), Map.of());

    assertThat(worker.worker().platforms()).contains(List.of("linux/amd64"));
    assertThat(worker.worker().slots()).isEqualTo(1);
    assertThat(worker.worker().parallelism()).contains(16);
    assertThat(worker.worker().runtime()).contains("runc");
    assertThat(worker.worker().shutdownGrace()).isEqualTo(Duration.ZERO);
    assertThat(worker.worker().limits().memory().map(MemorySize::asLongValue)).contains(24L << 30);
    assertThat(worker.worker().limits().pids()).isEmpty();
    assertThat(worker.scheduler().url())
        .isEqualTo(URI.create("http://farm-brickyard-scheduler:8081"));
    assertThat(pool.getSpec().getTemplate().getSpec().getTerminationGracePeriodSeconds())
        .as("Kubernetes waits for longer than the worker")
        .isGreaterThan(worker.worker().shutdownGrace().toSeconds());
  }

  @Test
  void workersHearOfMirrorsByTheRegistrysFullName() throws IOException {
    Rendered rendered = Rendered.of("registries", folder);
    StatefulSet pool = rendered.one(StatefulSet.class, "farm-brickyard-worker-amd64");
    Container container = pool.getSpec().getTemplate().getSpec().getContainers().getFirst();
    ConfigMap file = rendered.one(ConfigMap.class, "farm-brickyard-worker");
    Properties properties = new Properties();
    properties.load(new StringReader(file.getData().get("worker.properties")));
    Map<String, String> settings = new HashMap<>();
    properties.forEach((name, value) -> settings.put((String) name, (String) value));

    WorkerConfiguration worker =
        read(WorkerConfiguration.class, Rendered.environment(container), settings);
    assertThat(worker.worker().registry().mirrors())
        .isEqualTo(
            Map.of(
                "docker.io",
                List.of(
                    URI.create("https://mirror.example.com"),
                    URI.create("https://mirror-2.example.com")),
                "registry.local:5000",
                List.of(URI.create("http://cache.data.svc:5000"))));
    assertThat(worker.worker().registry().insecure())
        .contains(Set.of("registry.local:5000", "cache.data.svc"));
    assertThat(Rendered.environment(container))
        .containsEntry("QUARKUS_CONFIG_LOCATIONS", "/etc/brickyard/worker/worker.properties");
  }

  @Test
  void settingsReachTheirService() throws IOException {
    Rendered rendered = Rendered.of("settings", folder);
    Container api =
        rendered
            .one(Deployment.class, "farm-brickyard-api")
            .getSpec()
            .getTemplate()
            .getSpec()
            .getContainers()
            .getFirst();
    ApiConfiguration configuration =
        read(ApiConfiguration.class, Rendered.environment(api), Map.of());
    assertThat(configuration.context().maxSize().asLongValue()).isEqualTo(4L << 30);
    assertThat(configuration.context().concurrent()).isEqualTo(1_000_000);
    assertThat(configuration.follow().keepAlive()).isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void eitherAJobMigratesOrEachServiceDoes() throws IOException {
    Rendered job = Rendered.of("minimal", folder);
    assertThat(job.all(Job.class)).hasSize(1);
    assertThat(migrates(job)).containsOnly(Optional.of("false"));
    for (Container container :
        job.workloads().stream()
            .filter(workload -> workload.owner() instanceof Job)
            .flatMap(workload -> workload.containers().stream())
            .toList()) {
      assertThat(Rendered.environment(container))
          .containsEntry("QUARKUS_INIT_AND_EXIT", "true")
          .doesNotContainKey("QUARKUS_FLYWAY_MIGRATE_AT_START");
    }

    Rendered each = Rendered.of("plain", folder);
    assertThat(each.all(Job.class)).isEmpty();
    assertThat(migrates(each)).containsOnly(Optional.empty());
  }

  private static List<Optional<String>> migrates(Rendered rendered) {
    return rendered.workloads().stream()
        .filter(workload -> workload.owner() instanceof Deployment)
        .flatMap(workload -> workload.containers().stream())
        .map(
            container ->
                Optional.ofNullable(
                    Rendered.environment(container).get("QUARKUS_FLYWAY_MIGRATE_AT_START")))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("dev.brickyard.helm.Rendered$ValueSets#names")
  void everyFileThatIsNamedIsMounted(String values) throws IOException {
    for (Workload workload : Rendered.of(values, folder).workloads()) {
      for (Container container : workload.containers()) {
        Rendered.environment(container).values().stream()
            .filter(value -> value.startsWith("/"))
            .forEach(
                path ->
                    assertThat(container.getVolumeMounts())
                        .as("%s of %s", path, workload.name())
                        .anyMatch(mount -> path.startsWith(mount.getMountPath() + "/")));
      }
    }
  }

  @Test
  void portsAreThoseTheServicesListenOn() throws IOException {
    Rendered rendered = Rendered.of("minimal", folder);
    for (Workload workload : rendered.workloads()) {
      for (Container container : workload.pod().getContainers()) {
        if (!container.getPorts().isEmpty()) {
          assertThat(container.getPorts().getFirst().getContainerPort())
              .as(container.getName())
              .isEqualTo(port(container.getName()));
        }
      }
    }
  }

  /** From the service's own source: on the class path the three would hide each other's. */
  private static int port(String service) throws IOException {
    Path resources = Path.of("..", service, "src/main/resources");
    Path yaml = resources.resolve("application.yaml");
    if (Files.exists(yaml)) {
      return KubernetesReader.documents(Files.readString(yaml))
          .getFirst()
          .at("/quarkus/http/port")
          .asInt();
    }
    try (Stream<String> lines = Files.lines(resources.resolve("application.properties"))) {
      return lines
          .filter(line -> line.startsWith("quarkus.http.port="))
          .map(line -> Integer.parseInt(line.substring(line.indexOf('=') + 1)))
          .findFirst()
          .orElseThrow();
    }
  }
}
