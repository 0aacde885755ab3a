package dev.brickyard.engine.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EgressPolicyTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "127.9.9.9",
        "0.0.0.0",
        "169.254.169.254",
        "::1",
        "::",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "fe80::1",
        "fd00:ec2::254"
      })
  void thisMachineAndMetadataServicesAreNotReached(String address) {
    assertThatThrownBy(() -> EgressPolicy.DEFAULT.check(InetAddress.ofLiteral(address), 80))
        .isInstanceOf(EgressDeniedException.class)
        .hasMessageContaining(":80");
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.1", "192.168.1.1", "93.184.216.34", "2001:db8::1", "fd00::1"})
  void othersAre(String address) throws Exception {
    EgressPolicy.DEFAULT.check(InetAddress.ofLiteral(address), 80);
  }

  @Test
  void servicesAreToldByTheirPort() throws Exception {
    EgressPolicy policy =
        EgressPolicy.DEFAULT
            .withDenied(List.of())
            .withServices(List.of(InetSocketAddress.createUnresolved("localhost", 8081)));
    policy.check(InetAddress.ofLiteral("127.0.0.1"), 8080);
    assertThatThrownBy(() -> policy.check(InetAddress.ofLiteral("127.0.0.1"), 8081))
        .isInstanceOf(EgressDeniedException.class);
  }

  @Test
  void networksAreRead() throws Exception {
    assertThat(EgressPolicy.Network.parse("10.0.0.0/8"))
        .satisfies(
            network -> {
              assertThat(network.contains(InetAddress.ofLiteral("10.255.0.1"))).isTrue();
              assertThat(network.contains(InetAddress.ofLiteral("11.0.0.1"))).isFalse();
              assertThat(network.contains(InetAddress.ofLiteral("::a00:1"))).isFalse();
              assertThat(network).hasToString("10.0.0.0/8");
            });
    assertThat(EgressPolicy.Network.parse("192.0.2.7").contains(InetAddress.ofLiteral("192.0.2.7")))
        .isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "host", "10.0.0.0/33", "10.0.0.0/x", "10.0.0.0/-1", "10.0.0.0/"})
  void whatIsNoNetworkIsRefused(String text) {
    assertThatThrownBy(() -> EgressPolicy.Network.parse(text))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
