package dev.brickyard.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.brickyard.helm.Rendered.Workload;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.HTTPIngressPath;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What names or selects something finds it, and only it. */
class WiringTest {
  private static final String ALL = "dev.brickyard.helm.Rendered$ValueSets#names";

  @TempDir Path folder;

  private static boolean selects(Map<String, String> selector, Map<String, String> labels) {
    return !selector.isEmpty() && labels.entrySet().containsAll(selector.entrySet());
  }

  private static List<String> selected(Rendered rendered, Map<String, String> selector) {
    return rendered.workloads().stream()
        .filter(workload -> selects(selector, workload.labels()))
        .map(Workload::name)
        .toList();
  }

  @ParameterizedTest
  @MethodSource(ALL)
  void namesAreValidAndUnlike(String values) throws IOException {
    Set<String> seen = new HashSet<>();
    for (HasMetadata object : Rendered.of(values, folder).objects()) {
      String name = object.getMetadata().getName();
      assertThat(name).matches("[a-z0-9]([a-z0-9-]*[a-z0-9])?").hasSizeLessThanOrEqualTo(63);
      if (object instanceof StatefulSet) {
        assertThat(name).as("what its pods are labelled with is longer").hasSizeLessThan(53);
      }
      assertThat(seen.add(object.getKind() + "/" + name)).as(name).isTrue();
      assertThat(object.getMetadata().getNamespace()).isEqualTo(Chart.NAMESPACE);
      assertThat(object.getMetadata().getLabels())
          .containsKeys("app.kubernetes.io/name", "app.kubernetes.io/instance", "helm.sh/chart");
    }
  }

  @ParameterizedTest
  @MethodSource(ALL)
  void selectorsFindTheirPods(String values) throws IOException {
    Rendered rendered = Rendered.of(values, folder);
    for (Deployment it : rendered.all(Deployment.class)) {
      assertThat(selected(rendered, it.getSpec().getSelector().getMatchLabels()))
          .containsExactly("Deployment " + it.getMetadata().getName());
    }
    for (StatefulSet it : rendered.all(StatefulSet.class)) {
      assertThat(selected(rendered, it.getSpec().getSelector().getMatchLabels()))
          .containsExactly("StatefulSet " + it.getMetadata().getName());
      rendered.one(Service.class, it.getSpec().getServiceName());
    }
    for (PodDisruptionBudget it : rendered.all(PodDisruptionBudget.class)) {
      assertThat(selected(rendered, it.getSpec().getSelector().getMatchLabels())).hasSize(1);
    }
    for (Workload it : rendered.workloads()) {
      for (TopologySpreadConstraint spread : it.pod().getTopologySpreadConstraints()) {
        assertThat(selected(rendered, spread.getLabelSelector().getMatchLabels()))
            .containsExactly(it.name());
      }
    }
  }

  @ParameterizedTest
  @MethodSource(ALL)
  void servicesLeadToPortsThatAreThere(String values) throws IOException {
    Rendered rendered = Rendered.of(values, folder);
    for (Service service : rendered.all(Service.class)) {
      List<Workload> behind =
          rendered.workloads().stream()
              .filter(workload -> selects(service.getSpec().getSelector(), workload.labels()))
              .toList();
      assertThat(behind).as(service.getMetadata().getName()).isNotEmpty();
      for (Workload workload : behind) {
        assertThat(portNames(workload.pod().getContainers()))
            .contains(service.getSpec().getPorts().getFirst().getTargetPort().getStrVal());
      }
    }
    for (Ingress ingress : rendered.all(Ingress.class)) {
      for (HTTPIngressPath path :
          ingress.getSpec().getRules().stream()
              .flatMap(rule -> rule.getHttp().getPaths().stream())
              .toList()) {
        Service service = rendered.one(Service.class, path.getBackend().getService().getName());
        assertThat(service.getSpec().getPorts())
            .anyMatch(
                port -> port.getName().equals(path.getBackend().getService().getPort().getName()));
      }
    }
    for (ServiceMonitor monitor : rendered.all(ServiceMonitor.class)) {
      assertThat(
              rendered.all(Service.class).stream()
                  .filter(
                      service ->
                          selects(
                              monitor.getSpec().getSelector().getMatchLabels(),
                              service.getMetadata().getLabels()))
                  .map(service -> service.getMetadata().getName()))
          .containsExactlyInAnyOrder(
              "farm-brickyard-api", "farm-brickyard-scheduler", "farm-brickyard-worker");
      assertThat(monitor.getSpec().getEndpoints().getFirst().getPort()).isEqualTo("http");
    }
  }

  private static List<String> portNames(List<Container> containers) {
    return containers.stream()
        .flatMap(container -> container.getPorts().stream())
        .map(ContainerPort::getName)
        .toList();
  }

  @ParameterizedTest
  @MethodSource(ALL)
  void onlyOneDecidesHowManyThereAre(String values) throws IOException {
    Rendered rendered = Rendered.of(values, folder);
    Set<String> scaled = new TreeSet<>();
    for (HorizontalPodAutoscaler it : rendered.all(HorizontalPodAutoscaler.class)) {
      assertThat(scaled.add(it.getSpec().getScaleTargetRef().getName())).isTrue();
    }
    for (Keda.ScaledObject it : rendered.all(Keda.ScaledObject.class)) {
      Keda.ScaledObjectSpec spec = Objects.requireNonNull(it.spec);
      assertThat(scaled.add(spec.scaleTargetRef().name())).isTrue();
      for (Keda.Trigger trigger : spec.triggers()) {
        Keda.TriggerAuthentication login =
            rendered.one(Keda.TriggerAuthentication.class, trigger.authenticationRef().name());
        assertThat(Objects.requireNonNull(login.spec).secretTargetRef())
            .extracting(Keda.SecretTarget::parameter)
            .containsExactlyInAnyOrder("userName", "password");
      }
    }
    for (Deployment it : rendered.all(Deployment.class)) {
      assertThat(it.getSpec().getReplicas() == null)
          .as(it.getMetadata().getName())
          .isEqualTo(scaled.remove(it.getMetadata().getName()));
    }
    for (StatefulSet it : rendered.all(StatefulSet.class)) {
      assertThat(it.getSpec().getReplicas() == null)
          .as(it.getMetadata().getName())
          .isEqualTo(scaled.remove(it.getMetadata().getName()));
    }
    assertThat(scaled).as("targets that do not exist").isEmpty();
  }

  @ParameterizedTest
  @MethodSource(ALL)
  void everyMountHasAVolumeAndEveryVolumeAMount(String values) throws IOException {
    for (Workload workload : Rendered.of(values, folder).workloads()) {
      List<String> volumes = new ArrayList<>();
      workload.pod().getVolumes().forEach(volume -> volumes.add(volume.getName()));
      if (workload.owner() instanceof StatefulSet set) {
        set.getSpec()
            .getVolumeClaimTemplates()
            .forEach(claim -> volumes.add(claim.getMetadata().getName()));
      }
      assertThat(volumes).doesNotHaveDuplicates();
      Set<String> mounted = new TreeSet<>();
      for (Container container : workload.containers()) {
        assertThat(container.getVolumeMounts().stream().map(VolumeMount::getMountPath))
            .doesNotHaveDuplicates();
        container.getVolumeMounts().forEach(mount -> mounted.add(mount.getName()));
      }
      assertThat(mounted).as(workload.name()).containsExactlyInAnyOrderElementsOf(volumes);
    }
  }

  @ParameterizedTest
  @MethodSource(ALL)
  void credentialsAreOnlyReferredTo(String values) throws IOException {
    Set<String> given = new TreeSet<>();
    existingSecrets(
        KubernetesReader.documents(Files.readString(Rendered.ValueSets.file(values))).getFirst(),
        given);
    for (Workload workload : Rendered.of(values, folder).workloads()) {
      Set<String> used = new TreeSet<>();
      for (Container container : workload.containers()) {
        container.getEnv().stream()
            .filter(it -> it.getValueFrom() != null)
            .map(it -> it.getValueFrom().getSecretKeyRef())
            .filter(Objects::nonNull)
            .forEach(it -> used.add(it.getName()));
        assertThat(container.getEnv())
            .filteredOn(it -> it.getName().matches(".*(PASSWORD|TOKEN|SECRET_KEY|JAAS_CONFIG)"))
            .allMatch(
                it -> it.getValueFrom() != null && it.getValueFrom().getSecretKeyRef() != null);
      }
      workload.pod().getVolumes().stream()
          .filter(it -> it.getSecret() != null)
          .forEach(it -> used.add(it.getSecret().getSecretName()));
      assertThat(given).as(workload.name()).containsAll(used);
    }
  }

  private static void existingSecrets(JsonNode values, Set<String> found) {
    if (values.path("existingSecret").has("name")) {
      found.add(values.path("existingSecret").path("name").asText());
    }
    if (values.path("secret").has("secretName")) {
      found.add(values.path("secret").path("secretName").asText());
    }
    values.forEach(child -> existingSecrets(child, found));
  }

  @ParameterizedTest
  @MethodSource(ALL)
  void servicesAreProbedAndAskKubernetesForNothing(String values) throws IOException {
    for (Workload workload : Rendered.of(values, folder).workloads()) {
      assertThat(workload.pod().getAutomountServiceAccountToken()).as(workload.name()).isFalse();
      if (!(workload.owner() instanceof Deployment || workload.owner() instanceof StatefulSet)) {
        continue;
      }
      Container container = workload.pod().getContainers().getFirst();
      assertThat(path(container.getStartupProbe())).isEqualTo("/q/health/started");
      assertThat(path(container.getLivenessProbe())).isEqualTo("/q/health/live");
      assertThat(path(container.getReadinessProbe())).isEqualTo("/q/health/ready");
      assertThat(container.getResources().getRequests()).containsKeys("cpu", "memory");
      assertThat(container.getResources().getLimits()).containsKey("memory");
    }
  }

  private static String path(Probe probe) {
    assertThat(probe.getHttpGet().getPort().getStrVal()).isEqualTo("http");
    return probe.getHttpGet().getPath();
  }

  @Test
  void aPoolMaySwitchOffWhatWorkersHave() throws IOException {
    Rendered rendered = Rendered.of("two-pools", folder);
    assertThat(rendered.all(PodDisruptionBudget.class))
        .extracting(budget -> budget.getMetadata().getName())
        .contains("farm-brickyard-worker-amd64", "farm-brickyard-worker-large")
        .doesNotContain("farm-brickyard-worker-arm64");
    StatefulSet amd64 = rendered.one(StatefulSet.class, "farm-brickyard-worker-amd64");
    StatefulSet arm64 = rendered.one(StatefulSet.class, "farm-brickyard-worker-arm64");
    assertThat(amd64.getSpec().getVolumeClaimTemplates()).hasSize(1);
    assertThat(arm64.getSpec().getVolumeClaimTemplates()).isEmpty();
    assertThat(arm64.getSpec().getTemplate().getSpec().getTopologySpreadConstraints())
        .extracting(TopologySpreadConstraint::getTopologyKey)
        .containsExactly("kubernetes.io/hostname");
    assertThat(amd64.getSpec().getTemplate().getSpec().getNodeSelector())
        .isEqualTo(
            Map.of(
                "example.com/role", "builds",
                "kubernetes.io/os", "linux",
                "kubernetes.io/arch", "amd64"));
  }

  @Test
  void workersMayWhatTheyNeedAndTheOthersNothing() throws IOException {
    for (Workload workload : Rendered.of("minimal", folder).workloads()) {
      for (Container container : workload.containers()) {
        var security = container.getSecurityContext();
        assertThat(security.getReadOnlyRootFilesystem()).isTrue();
        assertThat(security.getCapabilities().getDrop()).containsExactly("ALL");
        if (container.getName().equals("worker")) {
          assertThat(security.getPrivileged()).isFalse();
          assertThat(security.getCapabilities().getAdd())
              .contains("SYS_ADMIN")
              .doesNotContain("SYS_MODULE", "SYS_RAWIO", "SYS_BOOT", "SYS_PTRACE", "ALL");
        } else {
          assertThat(workload.pod().getSecurityContext().getRunAsNonRoot()).isTrue();
          assertThat(security.getAllowPrivilegeEscalation()).isFalse();
          assertThat(security.getCapabilities().getAdd()).isEmpty();
        }
      }
    }
  }
}
