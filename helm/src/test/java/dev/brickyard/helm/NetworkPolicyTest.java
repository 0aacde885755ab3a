package dev.brickyard.helm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.helm.Rendered.Workload;
import io.fabric8.kubernetes.api.model.networking.v1.IPBlock;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyEgressRule;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyIngressRule;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may talk to whom. */
class NetworkPolicyTest {
  @TempDir Path folder;

  private static boolean selects(NetworkPolicy policy, Workload workload) {
    Map<String, String> selector = policy.getSpec().getPodSelector().getMatchLabels();
    return workload.labels().entrySet().containsAll(selector.entrySet());
  }

  private static NetworkPolicy of(Rendered rendered, String component) {
    return rendered.one(NetworkPolicy.class, "farm-brickyard-" + component);
  }

  @ParameterizedTest
  @ValueSource(strings = {"minimal", "two-pools", "closed"})
  void everyPodOfTheFarmIsUnderOnePolicyForBothDirections(String values) throws IOException {
    Rendered rendered = Rendered.of(values, folder);
    for (Workload workload : rendered.workloads()) {
      List<NetworkPolicy> policies =
          rendered.all(NetworkPolicy.class).stream()
              .filter(policy -> selects(policy, workload))
              .toList();
      assertThat(policies).as(workload.name()).hasSize(1);
      assertThat(policies.getFirst().getSpec().getPolicyTypes())
          .containsExactlyInAnyOrder("Ingress", "Egress");
    }
  }

  @Test
  void nobodyReachesAWorkerOrTheMigration() throws IOException {
    Rendered rendered = Rendered.of("minimal", folder);
    assertThat(of(rendered, "worker").getSpec().getIngress()).isEmpty();
    assertThat(of(rendered, "migrate").getSpec().getIngress()).isEmpty();
  }

  @Test
  void onlyPrometheusDoesWhereItIsSaidToBe() throws IOException {
    List<NetworkPolicyIngressRule> rules =
        of(Rendered.of("monitoring", folder), "worker").getSpec().getIngress();
    assertThat(rules).hasSize(1);
    assertThat(rules.getFirst().getFrom())
        .singleElement()
        .satisfies(
            peer ->
                assertThat(peer.getNamespaceSelector().getMatchLabels())
                    .containsEntry("kubernetes.io/metadata.name", "monitoring"));
    assertThat(rules.getFirst().getPorts()).hasSize(1);
  }

  @Test
  void onlyWorkersReachTheScheduler() throws IOException {
    Rendered rendered = Rendered.of("two-pools", folder);
    List<NetworkPolicyIngressRule> rules = of(rendered, "scheduler").getSpec().getIngress();
    assertThat(rules).hasSize(1);
    NetworkPolicyPeer peer = rules.getFirst().getFrom().getFirst();
    assertThat(rules.getFirst().getFrom()).hasSize(1);
    assertThat(peer.getNamespaceSelector()).as("of this namespace").isNull();
    assertThat(
            rendered.workloads().stream()
                .filter(
                    workload ->
                        workload
                            .labels()
                            .entrySet()
                            .containsAll(peer.getPodSelector().getMatchLabels().entrySet()))
                .map(Workload::name))
        .containsExactlyInAnyOrder(
            "StatefulSet farm-brickyard-worker-amd64",
            "StatefulSet farm-brickyard-worker-arm64",
            "StatefulSet farm-brickyard-worker-large");
  }

  @Test
  void aStepReachesTheInternetAndNothingInside() throws IOException {
    NetworkPolicy policy = of(Rendered.of("minimal", folder), "worker");
    for (String outside : List.of("93.184.216.34", "2606:2800:220:1::1")) {
      assertThat(reaches(policy, outside, 443)).as(outside).isTrue();
    }
    for (String inside :
        List.of(
            "169.254.169.254",
            "10.96.0.1",
            "172.20.1.1",
            "192.168.1.1",
            "100.64.0.1",
            "fd00:ec2::254",
            "fe80::1")) {
      assertThat(reaches(policy, inside, 443)).as(inside).isFalse();
    }
  }

  @Test
  void whereEverythingIsNamedNothingElseIsReached() throws IOException {
    Rendered rendered = Rendered.of("closed", folder);
    for (NetworkPolicy policy : rendered.all(NetworkPolicy.class)) {
      for (NetworkPolicyEgressRule rule : policy.getSpec().getEgress()) {
        boolean names =
            rule.getPorts().stream()
                .allMatch(port -> Integer.valueOf(53).equals(port.getPort().getIntVal()));
        assertThat(!rule.getTo().isEmpty() || (names && !rule.getPorts().isEmpty()))
            .as("%s: %s", policy.getMetadata().getName(), rule)
            .isTrue();
      }
    }
    assertThat(reaches(of(rendered, "worker"), "203.0.113.7", 443)).isTrue();
    assertThat(reaches(of(rendered, "worker"), "93.184.216.34", 443)).isFalse();

    List<NetworkPolicyPeer> callers =
        of(rendered, "api").getSpec().getIngress().getFirst().getFrom();
    assertThat(callers).as("the ingress controller and helm test").hasSize(2);
    assertThat(callers.getLast().getPodSelector().getMatchLabels())
        .containsEntry("app.kubernetes.io/component", "test");
  }

  private static boolean reaches(NetworkPolicy policy, String address, int port)
      throws UnknownHostException {
    InetAddress parsed = InetAddress.getByName(address);
    for (NetworkPolicyEgressRule rule : policy.getSpec().getEgress()) {
      boolean ports =
          rule.getPorts().isEmpty()
              || rule.getPorts().stream()
                  .anyMatch(it -> Integer.valueOf(port).equals(it.getPort().getIntVal()));
      if (ports && rule.getTo().isEmpty()) {
        return true;
      }
      for (NetworkPolicyPeer peer : rule.getTo()) {
        if (ports && peer.getIpBlock() != null && holds(peer.getIpBlock(), parsed)) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean holds(IPBlock block, InetAddress address) throws UnknownHostException {
    for (String except : block.getExcept()) {
      if (holds(except, address)) {
        return false;
      }
    }
    return holds(block.getCidr(), address);
  }

  private static boolean holds(String cidr, InetAddress address) throws UnknownHostException {
    int slash = cidr.indexOf('/');
    byte[] network = InetAddress.getByName(cidr.substring(0, slash)).getAddress();
    byte[] given = address.getAddress();
    if (network.length != given.length) {
      return false;
    }
    int ignored = network.length * 8 - Integer.parseInt(cidr.substring(slash + 1));
    return new BigInteger(1, network)
        .shiftRight(ignored)
        .equals(new BigInteger(1, given).shiftRight(ignored));
  }
}
