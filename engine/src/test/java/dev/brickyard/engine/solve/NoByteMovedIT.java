package dev.brickyard.engine.solve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.engine.BuildResult;
import dev.brickyard.engine.StepOutcome;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.registry.CountingGate;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Counts what a worker with an empty disk moves: lookups come in one batch, and no byte of a layer
 * is read that no process has to see. Needs root, runc, docker-registry and tar.
 */
class NoByteMovedIT {
  @TempDir Path folder;
  private TestYard yard;
  private CountingGate gate;
  private FarmBuildEngine first;
  private ImageReference base;
  private ImageReference tool;

  @BeforeEach
  void open() throws Exception {
    yard = new TestYard(folder);
    gate = new CountingGate(yard.registry);
    ShellRoot.create(yard.context.resolve("shell"));
    yard.file("tool/bin/tool", "#!/bin/sh\n".repeat(1000));
    first = yard.worker();
    yard.base(first, "shell", "FROM scratch\nCOPY shell /\n");
    yard.base(first, "tool", "FROM scratch\nCOPY tool /\n");
    base = gate.reference("shell:latest");
    tool = gate.reference("tool:latest");
    yard.file("app/main.py", "1");
    yard.file("last", "1");
    yard.file("link", "1");
    archive("1");
  }

  @AfterEach
  void close() throws Exception {
    gate.close();
    yard.close();
  }

  private void archive(String content) throws Exception {
    yard.file("packed/file", content);
    Process tar =
        new ProcessBuilder("tar", "-cf", "files.tar", "-C", "packed", "file")
            .directory(yard.context.toFile())
            .inheritIO()
            .start();
    assertThat(tar.waitFor()).isZero();
  }

  private String dockerfile() {
    return """
        FROM %1$s AS build
        RUN echo made > /made
        FROM %1$s
        RUN echo ready > /ready
        COPY --from=build /made /from-build
        COPY --from=%2$s /bin/tool /usr/bin/
        ADD files.tar /unpacked/
        COPY --chown=mason:bricks app /app
        WORKDIR /work/deep
        COPY last /last
        COPY --link link /link
        COPY --link --from=build /made /linked
        """
        .formatted(base, tool);
  }

  @Test
  void whatIsCachedOrCopiedAfterTheLastRunFetchesNoLayer() throws Exception {
    BuildResult cold = yard.build(first, dockerfile());
    // The gate does count: the first build's processes had to see the base.
    long seen = gate.layerBytes();
    assertThat(seen).isPositive();

    int opened = yard.blobs.opened();
    FarmBuildEngine cached = yard.worker();
    BuildResult same = yard.build(cached, dockerfile());
    assertThat(same.manifest()).isEqualTo(cold.manifest());
    assertThat(cached.bytesFetched()).isZero();
    assertThat(yard.blobs.opened()).isEqualTo(opened);
    assertThat(gate.layerBytes()).isEqualTo(seen);
    assertThat(yard.observer().total("bytes-pulled")).isZero();
    assertThat(yard.observer().total("bytes-skipped")).isPositive();

    archive("2");
    yard.file("app/main.py", "2");
    yard.file("last", "2");
    FarmBuildEngine copies = yard.worker();
    BuildResult changed = yard.build(copies, dockerfile());
    assertThat(yard.observer().ended(StepOutcome.DONE))
        .filteredOn(name -> name.startsWith("[stage-1"))
        .hasSize(4)
        .noneMatch(name -> name.contains("--from") || name.contains("--link"));
    assertThat(changed.manifest()).isNotEqualTo(cold.manifest());
    assertThat(copies.bytesFetched()).isZero();
    assertThat(yard.blobs.opened()).isEqualTo(opened);
    assertThat(gate.layerBytes()).isEqualTo(seen);
  }

  @Test
  void fortyCachedStepsAreOneBatchOfLookups() throws Exception {
    StringBuilder dockerfile = new StringBuilder("FROM scratch\n");
    for (int i = 0; i < 40; i++) {
      yard.file("many/" + i, "content " + i);
      dockerfile.append("COPY many/" + i + " /" + i + "\n");
    }
    BuildResult cold = yard.build(first, dockerfile.toString());
    int lookups = yard.records.lookups();
    int indexes = yard.indexes.lookups();
    BuildResult cached = yard.build(yard.worker(), dockerfile.toString());
    assertThat(cached.manifest()).isEqualTo(cold.manifest());
    assertThat(yard.records.lookups() - lookups).isEqualTo(1);
    assertThat(yard.indexes.lookups() - indexes).isZero();
    assertThat(yard.anatomies.lookups()).isLessThanOrEqualTo(3);
  }
}
