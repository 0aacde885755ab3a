package dev.brickyard.engine.solve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.BuildRequest;
import dev.brickyard.engine.BuildResult;
import dev.brickyard.engine.StepOutcome;
import dev.brickyard.engine.image.ImageConfig;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.image.Platform;
import dev.brickyard.engine.registry.RegistryCredentials;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The language's core, to the finished image. Needs root, an OCI runtime and docker-registry. */
class LanguageBuildIT {
  @TempDir Path folder;
  private TestYard yard;
  private FarmBuildEngine worker;
  private ImageReference base;

  @BeforeEach
  void open() throws Exception {
    yard = new TestYard(folder);
    ShellRoot.create(yard.context.resolve("shell"));
    worker = yard.worker();
    base = yard.base(worker, "shell", "FROM scratch\nCOPY shell /\n");
  }

  @AfterEach
  void close() throws Exception {
    yard.close();
  }

  private BuildResult build(Map<String, String> args, String dockerfile) throws Exception {
    BuildRequest plain = yard.request(dockerfile.replace("BASE", base.toString()));
    return yard.build(
        worker,
        new BuildRequest(
            plain.dockerfileName(),
            plain.dockerfile(),
            plain.context(),
            plain.platform(),
            args,
            plain.labels(),
            plain.target(),
            false,
            plain.cache(),
            plain.pushTo(),
            plain.credentials(),
            plain.sourceDateEpoch(),
            plain.options()));
  }

  private ImageConfig config(BuildResult result) throws Exception {
    return yard.client
        .resolve(
            yard.target().at(result.manifest().digest()),
            Platform.current(),
            RegistryCredentials.NONE)
        .config();
  }

  @Test
  void aProcessSeesTheVariablesOfTheBuild() throws Exception {
    build(
        Map.of("GIVEN", "by the user", "https_proxy", "http://proxy:1"),
        """
        FROM BASE AS first
        ENV KEPT=env
        ARG KEPT=arg GIVEN
        FROM first
        ARG TARGETARCH
        RUN echo "[$KEPT|$GIVEN|$HTTPS_PROXY|$https_proxy|${TARGETARCH:+arch}|$NOTHING]"
        """);

    assertThat(yard.observer().log())
        .contains("[env|by the user|http://proxy:1|http://proxy:1|arch|]");
  }

  @Test
  void heredocsRunAsShellsAndScriptsAndInput() throws Exception {
    build(
        Map.of(),
        """
        FROM BASE
        RUN <<EOF
        A="a shell"
        echo "from $A"
        EOF
        RUN <<script
        #!/bin/sh -e
        echo "from $0"
        script
        RUN cat <<ONE && cat <<-'TWO'
        to cat, $((1+1))
        ONE
        \t\tno $tabs
        \tTWO
        """);

    assertThat(yard.observer().log())
        .contains("from a shell\n", "from /dev/pipes/script\n", "to cat, 2\n", "no $tabs\n");
  }

  @Test
  void whatWorkdirMakesBelongsToTheUser() throws Exception {
    build(
        Map.of(),
        """
        FROM BASE
        WORKDIR /roots
        USER mason:bricks
        WORKDIR /home/mason/deep
        RUN stat -c '%n %U %G' /roots /home /home/mason /home/mason/deep . && id -u
        """);

    assertThat(yard.observer().log())
        .contains("/roots root root\n", "/home/mason/deep mason bricks\n", ". mason bricks\n");
  }

  @Test
  void theFileCanNameTheTimeOfItsSources() throws Exception {
    ImageConfig config =
        config(
            build(
                Map.of(),
                """
                ARG SOURCE_DATE_EPOCH=1000000000
                FROM BASE
                RUN echo > /made && stat -c %Y /made > /when
                LABEL a=b
                """));

    Instant epoch = Instant.ofEpochSecond(1_000_000_000);
    assertThat(config.created()).contains(epoch);
    assertThat(config.history().subList(1, 3))
        .allMatch(h -> h.created().equals(Optional.of(epoch)));
    assertThat(config.history().getFirst().created().orElseThrow()).isAfter(epoch);
  }

  @Test
  void namedStagesCanBeRunAnewWhateverTheCacheHas() throws Exception {
    String dockerfile =
        """
        FROM BASE AS fresh
        RUN echo one > /one
        FROM BASE AS kept
        RUN echo two > /two
        FROM fresh
        COPY --from=kept /two /
        """
            .replace("BASE", base.toString());
    yard.build(worker, dockerfile);
    BuildRequest request = yard.request(dockerfile);
    yard.build(
        worker, request.withOptions(request.options().withNoCacheStages(Set.of("FRESH", "2"))));

    assertThat(yard.observer().ended(StepOutcome.DONE))
        .contains("[fresh 2/2] RUN echo one > /one", "[stage-2 1/1] COPY --from=kept /two /");
    assertThat(yard.observer().ended(StepOutcome.CACHED))
        .contains("[kept 2/2] RUN echo two > /two");
    yard.build(worker, dockerfile);
    assertThat(yard.observer().ended(StepOutcome.CACHED))
        .contains("[fresh 2/2] RUN echo one > /one");
  }

  @Test
  void theUserHearsOfUnusedArgumentsAndOfASyntaxThatIsNotFetched() throws Exception {
    build(
        Map.of("UNUSED", "secret", "ALSO", "", "USED", "1", "BUILDKIT_INLINE_CACHE", "1"),
        "# syntax=docker/dockerfile:1.7-labs\nFROM BASE\nARG USED\n");

    assertThat(yard.observer().warnings())
        .containsExactly("One or more build-args [ALSO UNUSED] were not consumed");
    assertThat(yard.observer().log()).contains("syntax docker/dockerfile:1.7-labs is not fetched");
    assertThatThrownBy(
            () -> build(Map.of("BUILDKIT_SYNTAX", "example.org/other:1"), "FROM scratch\n"))
        .isInstanceOfSatisfying(
            BuildFailure.class, e -> assertThat(e.code()).isEqualTo("dockerfile-frontend"));
  }
}
