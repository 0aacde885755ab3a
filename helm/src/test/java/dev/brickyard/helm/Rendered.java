package dev.brickyard.helm;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What an installation consists of. */
record Rendered(List<HasMetadata> objects) {
  Rendered {
    objects = List.copyOf(objects);
  }

  /**
   * Renders the chart with the values of that name.
   *
   * @param folder one to work in
   */
  static Rendered of(String values, Path folder) throws IOException {
    return new Rendered(KubernetesReader.read(Chart.with(ValueSets.file(values), folder).render()));
  }

  /** Those of a kind. */
  <T> List<T> all(Class<T> kind) {
    return objects.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  /** The one of a kind with this name. */
  <T extends HasMetadata> T one(Class<T> kind, String name) {
    List<T> found =
        all(kind).stream().filter(object -> object.getMetadata().getName().equals(name)).toList();
    assertThat(found).as("%s %s", kind.getSimpleName(), name).hasSize(1);
    return found.getFirst();
  }

  /**
   * What runs.
   *
   * @param labels of its pods
   */
  record Workload(HasMetadata owner, Map<String, String> labels, PodSpec pod) {
    /** As {@code StatefulSet farm-worker-amd64}. */
    String name() {
      return owner.getKind() + " " + owner.getMetadata().getName();
    }

    List<Container> containers() {
      List<Container> all = new ArrayList<>(pod.getInitContainers());
      all.addAll(pod.getContainers());
      return all;
    }
  }

  /** Everything that runs. */
  List<Workload> workloads() {
    return objects.stream().flatMap(object -> workload(object).stream()).toList();
  }

  private static Optional<Workload> workload(HasMetadata object) {
    return switch (object) {
      case Deployment it ->
          Optional.of(
              new Workload(
                  it,
                  it.getSpec().getTemplate().getMetadata().getLabels(),
                  it.getSpec().getTemplate().getSpec()));
      case StatefulSet it ->
          Optional.of(
              new Workload(
                  it,
                  it.getSpec().getTemplate().getMetadata().getLabels(),
                  it.getSpec().getTemplate().getSpec()));
      case Job it ->
          Optional.of(
              new Workload(
                  it,
                  it.getSpec().getTemplate().getMetadata().getLabels(),
                  it.getSpec().getTemplate().getSpec()));
      case Pod it -> Optional.of(new Workload(it, it.getMetadata().getLabels(), it.getSpec()));
      default -> Optional.empty();
    };
  }

  /** Variables with a value, those from secrets with a stand-in. */
  static Map<String, String> environment(Container container) {
    Map<String, String> environment = new TreeMap<>();
    for (EnvVar variable : container.getEnv()) {
      String value = variable.getValue() == null ? "from-elsewhere" : variable.getValue();
      assertThat(environment.put(variable.getName(), value))
          .as("%s is set once in %s", variable.getName(), container.getName())
          .isNull();
    }
    return environment;
  }

  /** The names of the value sets. */
  static final class ValueSets {
    private static final Path FOLDER = Path.of("src/test/values");
    private static final Path EXAMPLE = Path.of("../examples/kubernetes/values.yaml");

    private ValueSets() {}

    /** All there are, and the documentation's example. */
    static Stream<String> names() throws IOException {
      try (Stream<Path> files = Files.list(FOLDER)) {
        List<String> names =
            new ArrayList<>(
                files
                    .map(file -> String.valueOf(file.getFileName()).replace(".yaml", ""))
                    .sorted()
                    .toList());
        names.add("example");
        return names.stream();
      }
    }

    static Path file(String name) {
      return name.equals("example") ? EXAMPLE : FOLDER.resolve(name + ".yaml");
    }
  }
}
