package dev.brickyard.api.project;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.brickyard.api.problem.Problem;
import dev.brickyard.api.problem.ProblemException;
import dev.brickyard.contracts.ProjectSettings;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is taken as settings, and how the rest is refused. */
class SettingsReaderTest {
  private static ProjectSettings read(String json) {
    return SettingsReader.read(json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void everythingCanBeDecided() {
    assertThat(
            read(
                """
                {"retention": {"maxAge": "P14D", "maxBytes": 20000000000, "keepLast": 5},
                 "cacheMounts": {"saved": false, "maxBytes": 0}}
                """))
        .isEqualTo(
            new ProjectSettings(
                new ProjectSettings.Retention(Duration.ofDays(14), 20_000_000_000L, 5),
                new ProjectSettings.CacheMounts(false, 0L)));
  }

  @Test
  void nothingNeedBeDecided() {
    assertThat(read("{}")).isEqualTo(ProjectSettings.NONE);
    assertThat(read("{\"retention\": null}")).isEqualTo(ProjectSettings.NONE);
    assertThat(read("{\"retention\": {\"maxAge\": null}}").retention())
        .isEqualTo(new ProjectSettings.Retention(null, null, null));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'retention':{'maxAge':'yesterday'}}|retention.maxAge",
        "{'retention':{'maxAge':30}}|retention.maxAge",
        "{'retention':{'maxAge':'-P1D'}}|retention.maxAge",
        "{'retention':{'maxAge':'P40000D'}}|retention.maxAge",
        "{'retention':{'maxBytes':-1}}|retention.maxBytes",
        "{'retention':{'maxBytes':1.5}}|retention.maxBytes",
        "{'retention':{'maxBytes':99999999999999999999}}|retention.maxBytes",
        "{'retention':{'keepLast':'3'}}|retention.keepLast",
        "{'retention':{'keepLast':1000001}}|retention.keepLast",
        "{'retention':{'maxage':'P1D'}}|retention.maxage",
        "{'retention':[]}|retention",
        "{'cacheMounts':{'saved':'yes'}}|cacheMounts.saved",
        "{'cacheMounts':{'maxBytes':true}}|cacheMounts.maxBytes",
        "{'mounts':{}}|mounts",
      })
  void aWrongSettingIsNamed(String json, String field) {
    assertThat(problem(json.replace('\'', '"')).parameter()).isEqualTo(field);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"[]", "''", "{", "{} {}", "null", "{'retention':{}, 'retention':{}}"})
  void whatIsNoSettingsAtAllIsRefused(String json) {
    assertThat(problem(json.replace('\'', '"')).status()).isEqualTo(422);
  }

  private static Problem problem(String json) {
    ProblemException[] refused = {null};
    assertThatExceptionOfType(ProblemException.class)
        .isThrownBy(() -> read(json))
        .satisfies(e -> refused[0] = e);
    assertThat(refused[0].problem().code()).isEqualTo("invalid-settings");
    return refused[0].problem();
  }
}
