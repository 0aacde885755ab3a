package dev.brickyard.engine.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DiskMarkTest {
  @ParameterizedTest
  @CsvSource({"85%,85", "' 5 % ',5", "100%,100"})
  void readsShares(String text, int percent) {
    assertThat(DiskMark.parse(text)).isEqualTo(new DiskMark.OfFileSystem(percent));
  }

  @ParameterizedTest
  @CsvSource({
    "0,0",
    "1000,1000",
    "50G,53687091200",
    "512m,536870912",
    "2 KiB,2048",
    "1T,1099511627776"
  })
  void readsBytes(String text, long bytes) {
    assertThat(DiskMark.parse(text)).isEqualTo(new DiskMark.OfLayers(bytes));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "%", "0%", "101%", "-1", "1.5G", "much", "1E"})
  void refusesTheRest(String text) {
    assertThatThrownBy(() -> DiskMark.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void tellsWhatIsTooMuch() {
    assertThat(new DiskMark.OfLayers(100).excess(130, 1000, 0)).isEqualTo(30);
    assertThat(new DiskMark.OfFileSystem(80).excess(0, 1000, 150)).isEqualTo(50);
    assertThat(new DiskMark.OfFileSystem(80).excess(0, 1000, 300)).isEqualTo(-100);
  }

  @Test
  void theLowMarkIsNotAboveTheHighOne() {
    assertThatThrownBy(() -> new DiskBudget(new DiskMark.OfLayers(1), new DiskMark.OfLayers(2), 0))
        .hasMessageContaining("above");
  }
}
