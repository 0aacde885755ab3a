package dev.brickyard.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.engine.image.Platform;
import dev.brickyard.engine.layer.Compression;
import dev.brickyard.engine.layer.Layer;
import dev.brickyard.engine.snapshot.WritableRoot;
import dev.brickyard.engine.testing.TestRoot;
import dev.brickyard.engine.testing.Workbench;
import dev.brickyard.engine.testing.Workbench.Outcome;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What a worker gets that does not say which program it wants. */
class ChosenRuntimeIT {
  @Test
  void theQuickestProgramRunsWhatItCan() throws Exception {
    assertThat(ProgramChoice.ofThisMachine().of(Limits.NONE).name()).isEqualTo("crun");
  }

  @Test
  void aLimitOfMemoryIsAlwaysNamed() throws Exception {
    Limits limits =
        new Limits(OptionalLong.of(32 << 20), OptionalLong.empty(), OptionalLong.empty());
    assertThat(ProgramChoice.ofThisMachine().of(limits).tellsOutOfMemory()).isTrue();
    try (Workbench bench = new Workbench()) {
      Layer base =
          bench.offer(TestRoot.layer(Platform.LINUX_AMD64, bench.blobs(), Compression.GZIP));
      try (WritableRoot root = bench.store.mount(List.of(base))) {
        Outcome outcome =
            bench.run(
                Workbench.spec(
                    root, limits, "sh", "-c", "dd if=/dev/zero of=/dev/null bs=256M count=1"));
        assertThat(outcome.status().oomKilled()).isTrue();
      }
    }
  }

  @Test
  void aMachineWithoutAnyProgramIsToldWhatItLacks() {
    ProgramChoice choice = new ProgramChoice(List.of("no-such-runtime", "nor-this"));
    assertThatThrownBy(() -> choice.of(Limits.NONE))
        .isInstanceOf(RuntimeFailure.class)
        .hasMessageContaining("no-such-runtime or nor-this");
  }
}
