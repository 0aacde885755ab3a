package dev.brickyard.engine.lint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.engine.dockerfile.Dockerfile;
import dev.brickyard.engine.dockerfile.DockerfileException;
import dev.brickyard.engine.image.Platform;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The api checks what strangers send. */
@Timeout(120)
class HostileFilesTest {
  private static final String SEED =
      """
      # check=skip=StageNameCasing;experimental=all
      ARG base=scratch tag
      # builder builds
      FROM --platform=$BUILDPLATFORM ${base}${tag} AS Builder
      # check=skip=all
      ENV a $b
      ENV c=${d:-e} f="g h" password=${a#x}
      RUN --mount=type=cache,target=/$c,from=builder \\

        make
      ONBUILD COPY --from=0 $x /
      FROM builder as second
      COPY --chown=$u:$g --chmod=644 <<E <<-'F' a* /b/
      ${c}
      E
      	x
      F
      ADD ./a https://example.com/$y /
      EXPOSE 80/TCP 1.2.3.4:8000-8010:80-90/udp $p
      HEALTHCHECK --interval=3s CMD x
      WORKDIR rel
      CMD a
      cmd ["b"]
      MAINTAINER me
      """;

  @Test
  void whateverParsesCanBeChecked() throws Exception {
    Random random = new Random(20);
    String alphabet = "\\\"'$${}:-#%/= \n\tasFRMx0[],<>`!*?.";
    int checked = 0;
    for (int run = 0; run < 3_000; run++) {
      StringBuilder text = new StringBuilder(SEED);
      for (int i = random.nextInt(6); i >= 0; i--) {
        int at = random.nextInt(text.length());
        char c = alphabet.charAt(random.nextInt(alphabet.length()));
        switch (random.nextInt(3)) {
          case 0 -> text.setCharAt(at, c);
          case 1 -> text.insert(at, c);
          default -> text.deleteCharAt(at);
        }
      }
      checked += check(text.toString()) ? 1 : 0;
    }
    assertThat(checked).isGreaterThan(300);
  }

  /** False when the text is no Dockerfile, or says wrongly what to check. */
  private static boolean check(String text) {
    try {
      Linter.check(
          new LintRequest(
              Dockerfile.parse("Dockerfile", text),
              Map.of(),
              Optional.empty(),
              true,
              Platform.LINUX_AMD64,
              Platform.LINUX_AMD64,
              Optional.empty(),
              KnownBases.NONE));
      return true;
    } catch (DockerfileException | LintException e) {
      return false;
    } catch (RuntimeException e) {
      throw new AssertionError("not checked: " + text, e);
    }
  }

  @Test
  void aFileMadeToBeLargeIsGivenUpInTime() throws Exception {
    StringBuilder doubling = new StringBuilder("FROM scratch\nCMD x\nENV a=0123456789\n");
    doubling.append("ENV a=$a$a\n".repeat(18));
    for (int i = 0; i < 5_000; i++) {
      doubling.append("ENV b").append(i).append("=$a\n");
    }
    assertThat(Checked.of(doubling.toString()).report().warnings()).hasSize(1);

    StringBuilder misspelt = new StringBuilder("FROM scratch\n");
    for (int i = 0; i < 20_000; i++) {
      misspelt.append("ENV variable").append(i).append("=$varaible").append(i).append('\n');
    }
    assertThat(Checked.of(misspelt.toString()).report().warnings()).hasSize(200);
  }
}
