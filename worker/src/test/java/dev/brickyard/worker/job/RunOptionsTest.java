package dev.brickyard.worker.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.contracts.BuildSecret;
import dev.brickyard.contracts.GrantedSecrets;
import dev.brickyard.contracts.RunSettings;
import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.BuildOptions;
import dev.brickyard.engine.Entitlement;
import dev.brickyard.engine.FailureKind;
import dev.brickyard.engine.runtime.ExtraHost;
import dev.brickyard.engine.runtime.NetworkMode;
import dev.brickyard.engine.runtime.Ulimit;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** From what a claim says to what the engine takes. */
class RunOptionsTest {
  private final RunOptions options = new RunOptions(Set.of(Entitlement.NETWORK_HOST));

  @Test
  void settingsAndSecretsArrive() throws Exception {
    BuildOptions engine =
        options.addTo(
            BuildOptions.NONE.withNoCacheStages(Set.of("x")),
            new RunSettings(
                "none",
                List.of(new RunSettings.ExtraHost("db", "10.0.0.1")),
                1024L,
                List.of(new RunSettings.Ulimit("core", 1, -1))),
            new GrantedSecrets(
                List.of(
                    new BuildSecret(
                        BuildSecret.Kind.SECRET, "a", "v".getBytes(StandardCharsets.UTF_8))),
                null));
    assertThat(engine.noCacheStages()).containsExactly("x");
    assertThat(engine.allowed()).containsExactly(Entitlement.NETWORK_HOST);
    assertThat(engine.run().network()).isEqualTo(NetworkMode.NONE);
    assertThat(engine.run().isolation().extraHosts())
        .containsExactly(new ExtraHost("db", "10.0.0.1"));
    assertThat(engine.run().isolation().shmBytes()).hasValue(1024);
    assertThat(engine.run().isolation().ulimits()).containsExactly(new Ulimit("core", 1, -1));
    assertThat(engine.secrets().value("a").orElseThrow()).containsExactly('v');
    assertThat(engine.secrets().withoutAgents()).isTrue();
  }

  @Test
  void usualSettingsAreTheEnginesUsualOnes() throws Exception {
    assertThat(
            options
                .addTo(BuildOptions.NONE, RunSettings.USUAL, GrantedSecrets.NONE)
                .withAllowed(Set.of()))
        .isEqualTo(BuildOptions.NONE);
  }

  @Test
  void secretsThatCannotBeHadAreTheFarmsFailure() {
    assertThatThrownBy(
            () ->
                options.addTo(
                    BuildOptions.NONE,
                    RunSettings.USUAL,
                    new GrantedSecrets(List.of(), "the key is lost")))
        .isInstanceOfSatisfying(
            BuildFailure.class,
            e -> {
              assertThat(e.kind()).isEqualTo(FailureKind.FARM);
              assertThat(e.sentence()).contains("the key is lost");
            });
  }

  @Test
  void aKeyThatIsNoneIsTheUsersFailure() {
    assertThatThrownBy(
            () ->
                options.addTo(
                    BuildOptions.NONE,
                    RunSettings.USUAL,
                    new GrantedSecrets(
                        List.of(new BuildSecret(BuildSecret.Kind.SSH, "default", new byte[] {1})),
                        null)))
        .isInstanceOfSatisfying(
            BuildFailure.class,
            e -> {
              assertThat(e.kind()).isEqualTo(FailureKind.USER);
              assertThat(e.sentence()).contains("The SSH key default cannot be used");
            });
  }
}
