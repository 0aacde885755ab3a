package dev.brickyard.engine.solve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.FailureKind;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.testing.SmallDisk;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Builds whose processes need layers that this worker's disk does not have. */
class ColdRunIT {
  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir Path folder;
  private SmallDisk disk;
  private TestYard yard;
  private FarmBuildEngine first;
  private ImageReference base;
  private Digest baseLayer;

  /** Every worker of the yard shares a disk of 64 MiB. */
  @BeforeEach
  void open() throws Exception {
    disk = new SmallDisk(folder, 64);
    yard = new TestYard(disk.directory());
    ShellRoot.create(yard.context.resolve("shell"));
    first = yard.worker();
    base = yard.base(first, "shell", "FROM scratch\nCOPY shell /\n");
    baseLayer = yard.build(first, "FROM " + base + "\n").layers().getFirst().diffId();
  }

  @AfterEach
  void close() throws Exception {
    try (SmallDisk _ = disk) {
      yard.close();
    }
  }

  private String from(String rest) {
    return "FROM " + base + "\n" + rest;
  }

  private long imageSize() throws Exception {
    try (InputStream image = yard.images.open(baseLayer).orElseThrow()) {
      return image.readAllBytes().length;
    }
  }

  @Test
  void aChangedRunOnAnEmptyDiskFetchesTheImagesAlone() throws Exception {
    yard.build(first, from("RUN echo one > /x\n"));
    assertThat(first.awaitLayerImages(SOON)).isTrue();
    assertThat(yard.images.layers()).contains(baseLayer);

    FarmBuildEngine empty = yard.worker();
    yard.build(empty, from("RUN echo two > /x; cat /x\n"));
    assertThat(yard.observer().log()).contains("two");
    assertThat(empty.bytesFetched()).isEqualTo(imageSize());
    assertThat(yard.observer().total("bytes-pulled")).isEqualTo(empty.bytesFetched());
  }

  @Test
  void whatOtherStepsMadeIsCountedWhereItIsNeeded() throws Exception {
    String cached = "RUN cat /bin/sh /bin/sh > /x\n";
    yard.build(first, from(cached + "RUN echo one > /y\n"));

    FarmBuildEngine empty = yard.worker();
    yard.build(empty, from(cached + "RUN echo two > /y\n"));
    assertThat(yard.observer().total("bytes-fetched")).isPositive();
    assertThat(yard.observer().total("bytes-pulled") + yard.observer().total("bytes-fetched"))
        .isEqualTo(empty.bytesFetched());
  }

  @Test
  void whatIsCachedFetchesNoImageEither() throws Exception {
    yard.file("main.txt", "one");
    String dockerfile = from("RUN echo one > /x\nCOPY main.txt /\n");
    yard.build(first, dockerfile);
    assertThat(first.awaitLayerImages(SOON)).isTrue();

    FarmBuildEngine empty = yard.worker();
    yard.build(empty, dockerfile);
    yard.file("main.txt", "two");
    yard.build(empty, dockerfile);
    assertThat(empty.bytesFetched()).isZero();
  }

  @Test
  void aBaseImageNewToTheFarmIsReadOnce() throws Exception {
    yard.indexes.damage(baseLayer);
    yard.file("main.txt", "x");
    FarmBuildEngine empty = yard.worker();
    yard.build(empty, from("COPY main.txt /\n"));
    long fetched = empty.bytesFetched();
    assertThat(fetched).isPositive();
    assertThat(yard.indexes.find(baseLayer)).isPresent();

    yard.build(empty, from("RUN echo x > /x\n"));
    assertThat(empty.bytesFetched()).isEqualTo(fetched);
  }

  @Test
  void aStepThatFillsTheDiskHitALimitAndTheWorkerGoesOn() throws Exception {
    assertThatThrownBy(() -> yard.build(first, from("RUN cat /dev/zero > /large\n")))
        .isInstanceOfSatisfying(
            BuildFailure.class,
            failure -> {
              assertThat(failure.code()).isEqualTo("disk-full");
              assertThat(failure.kind()).isEqualTo(FailureKind.LIMIT);
              assertThat(failure.sentence()).contains("the worker's disk was full");
            });
    yard.build(first, from("RUN echo enough > /small\n"));
    assertThat(first.awaitLayerImages(SOON)).isTrue();
    assertThat(first.disk().heldBytes()).isZero();
  }
}
