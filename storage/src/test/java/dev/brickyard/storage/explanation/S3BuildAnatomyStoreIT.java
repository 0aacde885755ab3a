package dev.brickyard.storage.explanation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.engine.cache.CacheScope;
import dev.brickyard.engine.explain.BuildAnatomy;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.storage.object.S3ObjectStore;
import dev.brickyard.storage.testing.HeardFaults;
import dev.brickyard.storage.testing.S3Server;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class S3BuildAnatomyStoreIT {
  private static final CacheScope SCOPE = new CacheScope("shop");
  private static final CacheScope FORK = SCOPE.within("pr-17");
  private static final Digest ID = Digest.of("Dockerfile");
  private static S3Server server;
  private static int buckets;
  private String bucket;
  private S3ObjectStore objects;
  private final HeardFaults faults = new HeardFaults();

  @BeforeAll
  static void startServer() {
    server = S3Server.start();
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @BeforeEach
  void open() {
    bucket = "explanations-" + ++buckets;
    objects = new S3ObjectStore(server.settings(bucket));
  }

  @AfterEach
  void close() {
    objects.close();
  }

  private S3BuildAnatomyStore store() {
    return new S3BuildAnatomyStore(objects, faults);
  }

  private static BuildAnatomy anatomy(int files) {
    Map<String, String> paths = new HashMap<>();
    for (int i = 0; i < files; i++) {
      paths.put(
          "src/main/java/com/example/shop/package" + i % 100 + "/Class" + i, "420 abcdef" + i);
    }
    BuildAnatomy.Input base = new BuildAnatomy.Input("debian:12", "0123456789ab", "ba9876543210");
    return new BuildAnatomy(
        1,
        Map.of("VERSION", "0f0f0f0f0f0f"),
        List.of(
            new BuildAnatomy.Stage(
                "build",
                base,
                List.of(
                    new BuildAnatomy.Step(
                        "[build 2/3] COPY . /ünï",
                        "COPY . /ünï",
                        "111111111111",
                        Map.of("files", "2222"),
                        paths,
                        List.of(base))))));
  }

  @Test
  void anAnatomyComesBackAsItWas() throws Exception {
    store().put(SCOPE, ID, anatomy(10));
    assertThat(store().find(SCOPE, ID)).contains(anatomy(10));
    store().put(SCOPE, ID, anatomy(3));
    assertThat(store().find(SCOPE, ID)).contains(anatomy(3));
    assertThat(store().find(FORK, ID)).isEmpty();
    assertThat(store().find(SCOPE, Digest.of("other"))).isEmpty();
  }

  @Test
  void fiftyThousandFilesAreASmallObject() throws Exception {
    store().put(SCOPE, ID, anatomy(50_000));
    assertThat(Files.size(file(SCOPE))).isLessThan(2 << 20);
    assertThat(store().find(SCOPE, ID)).contains(anatomy(50_000));
  }

  @Test
  void aDamagedOrMovedOneIsNoneAndRemoved() throws Exception {
    store().put(SCOPE, ID, anatomy(3));
    store().put(FORK, ID, anatomy(4));
    Files.copy(file(SCOPE), file(FORK), StandardCopyOption.REPLACE_EXISTING);
    assertThat(store().find(FORK, ID)).isEmpty();
    assertThat(file(FORK)).doesNotExist();
    byte[] content = Files.readAllBytes(file(SCOPE));
    content[content.length / 2] ^= 1;
    Files.write(file(SCOPE), content);
    assertThat(store().find(SCOPE, ID)).isEmpty();
    assertThat(file(SCOPE)).doesNotExist();
    assertThat(faults.heard()).containsExactly("EXPLANATION CORRUPT", "EXPLANATION CORRUPT");
  }

  private Path file(CacheScope scope) {
    return server.file(bucket, "explanations/" + scope.name() + "/" + ID.hex());
  }
}
