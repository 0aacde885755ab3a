package dev.brickyard.bench.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class WanCommandsTest {
  private static final List<String> MAKING =
      Stream.concat(WanCommands.before().stream(), WanCommands.after().stream())
          .map(command -> String.join(" ", command))
          .toList();
  private static final List<String> AWAY =
      WanCommands.away().stream().map(command -> String.join(" ", command)).toList();

  @Test
  void everyRuleThatIsAddedIsTakenAway() {
    List<String> added =
        MAKING.stream()
            .filter(command -> command.startsWith("iptables"))
            .map(command -> command.replace(" -A ", " -D ").replace(" -I ", " -D "))
            .toList();
    assertThat(added).hasSize(3);
    assertThat(AWAY).containsAll(added);
  }

  @Test
  void theNamespaceGoesLast() {
    assertThat(MAKING.getFirst()).isEqualTo("ip netns add brickyard-bench");
    assertThat(AWAY.getLast()).isEqualTo("ip netns del brickyard-bench");
  }

  @Test
  void onlyAddressesForBenchmarksAreUsed() {
    assertThat(MAKING)
        .filteredOn(command -> command.contains(" addr add "))
        .hasSize(4)
        .allMatch(command -> command.contains(" 198.18."));
  }

  @Test
  void namesOfDevicesAreShortEnoughForTheKernel() {
    assertThat(String.join(" ", MAKING).split(" "))
        .filteredOn(word -> word.startsWith("by"))
        .allMatch(word -> word.length() <= 15);
  }
}
