package dev.brickyard.engine.solve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.engine.BuildRequest;
import dev.brickyard.engine.StepCause;
import dev.brickyard.engine.StepCause.Kind;
import dev.brickyard.engine.StepOutcome;
import dev.brickyard.engine.cache.BuildCache;
import dev.brickyard.engine.cache.CacheScope;
import dev.brickyard.engine.cache.StepRecord;
import dev.brickyard.engine.image.Digest;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Builds say why each step hit or missed, and scopes see what they may. Needs docker-registry. */
class ExplainedBuildIT {
  private static final CacheScope FORK = TestYard.SCOPE.within("pr-17");
  private static final String DOCKERFILE =
      """
      FROM scratch AS build
      COPY src /src
      COPY other /other
      FROM scratch
      COPY --from=build /src/app.py /app/
      COPY last /last
      """;

  @TempDir Path folder;
  private TestYard yard;
  private FarmBuildEngine worker;
  private int builds;

  @BeforeEach
  void open() throws Exception {
    yard = new TestYard(folder);
    worker = yard.worker();
    yard.file("src/app.py", "1");
    yard.file("src/lib.py", "1");
    yard.file("other", "1");
    yard.file("last", "1");
  }

  @AfterEach
  void close() throws Exception {
    yard.close();
  }

  private static BuildRequest in(CacheScope scope, BuildRequest r, boolean noCache) {
    return new BuildRequest(
        r.dockerfileName(),
        r.dockerfile(),
        r.context(),
        r.platform(),
        r.buildArgs(),
        r.labels(),
        r.target(),
        noCache,
        BuildCache.of(scope),
        r.pushTo(),
        r.credentials(),
        r.sourceDateEpoch(),
        r.options());
  }

  private void build(CacheScope scope, boolean noCache) throws Exception {
    yard.build(worker, in(scope, yard.request(DOCKERFILE), noCache));
    yard.anatomies.await(++builds);
  }

  private void build() throws Exception {
    build(TestYard.SCOPE, false);
  }

  private void assertCause(String step, Kind kind, String sentence) {
    StepCause cause = yard.observer().cause(step);
    assertThat(cause.sentence()).isEqualTo(sentence);
    assertThat(cause.kind()).isEqualTo(kind);
  }

  @Test
  void everyStepOfEveryBuildSaysWhy() throws Exception {
    build();
    for (String step : new String[] {"COPY src /src", "COPY last /last"}) {
      assertCause(
          step, Kind.NO_EARLIER_BUILD, "no earlier build of this Dockerfile in this project");
    }

    build();
    assertThat(yard.observer().ended(StepOutcome.DONE)).noneMatch(name -> name.contains("COPY"));
    assertCause("COPY src /src", Kind.SAME_DEFINITION, "same definition");
    assertCause("COPY last /last", Kind.SAME_DEFINITION, "same definition");

    yard.file("src/lib.py", "2");
    build();
    assertCause("COPY src /src", Kind.FILES_CHANGED, "file src/lib.py changed");
    assertCause(
        "COPY other /other",
        Kind.STEP_BEFORE_CHANGED,
        "step [build 1/2] COPY src /src before it changed");
    assertCause(
        "COPY --from=build /src/app.py /app/",
        Kind.SAME_CONTENT,
        "same content: stage build was rebuilt with the same files");
    assertCause(
        "COPY last /last",
        Kind.SAME_CONTENT,
        "same content: what is before it came to the same result");

    build(TestYard.SCOPE, true);
    assertCause("COPY src /src", Kind.CACHE_OFF, "caching was off (--no-cache)");

    for (Digest key : yard.records.keys(TestYard.SCOPE)) {
      yard.records.remove(TestYard.SCOPE, key);
    }
    build();
    assertCause("COPY last /last", Kind.RESULT_REMOVED, "its result was removed from the cache");
  }

  @Test
  void anAllCachedBuildReadsNoExplanations() throws Exception {
    build();
    int lookups = yard.anatomies.lookups();
    build();
    assertThat(yard.anatomies.lookups()).isEqualTo(lookups);
  }

  @Test
  void aForkStartsFromItsProjectAndLeavesItAlone() throws Exception {
    build();
    Set<Digest> keys = yard.records.keys(TestYard.SCOPE);

    build(FORK, false);
    assertThat(yard.observer().ended(StepOutcome.DONE)).noneMatch(name -> name.contains("COPY"));
    assertCause(
        "COPY last /last",
        Kind.SAME_DEFINITION,
        "same definition, from the parent scope " + TestYard.SCOPE.name());
    assertThat(yard.records.keys(FORK)).isEmpty();

    yard.file("last", "2");
    build(FORK, false);
    assertCause("COPY last /last", Kind.FILES_CHANGED, "file last changed");
    assertThat(yard.records.keys(FORK)).isNotEmpty();
    assertThat(yard.records.keys(TestYard.SCOPE)).isEqualTo(keys);

    // What the fork made is nothing to the project, nor to its sibling.
    build();
    assertThat(yard.observer().ended(StepOutcome.DONE)).anyMatch(name -> name.endsWith("/last"));
    assertCause("COPY last /last", Kind.FILES_CHANGED, "file last changed");
  }

  @Test
  void aPoisonedForkPoisonsNobodyElse() throws Exception {
    yard.file("last", "good");
    build(FORK, false);
    yard.file("last", "evil");
    build(FORK, false);
    // The fork claims that the good file's step makes the evil layer.
    StepRecord evil = null;
    for (StepRecord made : yard.records.all()) {
      if (made.description().contains("last")) {
        evil = made;
      }
    }
    for (Digest key : yard.records.keys(FORK)) {
      StepRecord poison = new StepRecord(key, evil.layer(), "poison", "evil", evil.createdAt(), 1);
      yard.records.put(FORK, poison);
    }
    yard.file("last", "good");
    build();
    assertThat(yard.observer().ended(StepOutcome.CACHED)).noneMatch(name -> name.contains("COPY"));
    build(TestYard.SCOPE.within("pr-18"), false);
    assertThat(yard.records.all().stream().filter(r -> r.description().equals("poison")).count())
        .isEqualTo(yard.records.keys(FORK).size());
    assertThat(yard.records.keys(TestYard.SCOPE.within("pr-18"))).isEmpty();
  }

  @Test
  void whatWasNotMovedIsCounted() throws Exception {
    yard.file("rootfs/etc/passwd", "root:x:0:0::/:/bin/sh\n");
    String base = yard.base(worker, "base", "FROM scratch\nCOPY rootfs /\n").toString();
    builds++;
    yard.build(worker, yard.request("FROM " + base + "\nCOPY last /\n"));
    assertThat(yard.observer().total("bytes-skipped")).isPositive();
    assertThat(yard.observer().cause(base).kind()).isEqualTo(Kind.NOT_NEEDED);
  }
}
