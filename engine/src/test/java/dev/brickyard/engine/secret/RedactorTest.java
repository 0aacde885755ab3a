package dev.brickyard.engine.secret;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Secrets in output, wherever the chunks end. */
class RedactorTest {
  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String redacted(List<String> secrets, List<String> chunks) {
    StringBuilder seen = new StringBuilder();
    Redactor.Redacting redacting =
        Redactor.of(secrets.stream().map(RedactorTest::bytes).toList())
            .to((stderr, chunk) -> seen.append(new String(chunk, StandardCharsets.UTF_8)));
    chunks.forEach(chunk -> redacting.write(false, bytes(chunk)));
    redacting.finish();
    return seen.toString();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hunter22|the password is hunter22.|the password is ***.",
        "hunter22|hunter2 hunter22hunter22|hunter2 ******",
        "abab|abaabab|aba***",
        "abc|too short to hide: abc|too short to hide: abc",
        "päss|ein päss wort|ein *** wort",
      })
  void masksIt(String secret, String said, String shown) {
    assertThat(redacted(List.of(secret), List.of(said))).isEqualTo(shown);
  }

  @Test
  void masksAValueWithoutTheBlanksAroundIt() {
    assertThat(redacted(List.of("token-1\n"), List.of("[token-1]"))).isEqualTo("[***]");
  }

  @Test
  void masksTheLinesOfAFile() {
    String npmrc = "a=b\n//registry/:_authToken=0123456789\n";
    assertThat(redacted(List.of(npmrc), List.of("a=b //registry/:_authToken=0123456789 end")))
        .isEqualTo("a=b *** end");
  }

  @Test
  void theLongestCounts() {
    assertThat(redacted(List.of("pass", "password"), List.of("passw", "ord pass passwo")))
        .isEqualTo("*** *** ***wo");
  }

  @Test
  void holdsBackNoMoreThanItMust() {
    StringBuilder seen = new StringBuilder();
    Redactor.Redacting redacting =
        Redactor.of(List.of(bytes("secret")))
            .to((stderr, chunk) -> seen.append(new String(chunk, StandardCharsets.UTF_8)));
    redacting.write(false, bytes("continue? "));
    assertThat(seen.toString()).isEqualTo("continue? ");
    redacting.write(false, bytes("se"));
    redacting.write(false, bytes("ven"));
    assertThat(seen.toString()).isEqualTo("continue? seven");
  }

  @Test
  void theTwoStreamsAreApart() {
    StringBuilder seen = new StringBuilder();
    Redactor.Redacting redacting =
        Redactor.of(List.of(bytes("secret")))
            .to((stderr, chunk) -> seen.append(new String(chunk, StandardCharsets.UTF_8)));
    redacting.write(false, bytes("sec"));
    redacting.write(true, bytes("ret"));
    redacting.write(false, bytes("ret"));
    redacting.finish();
    assertThat(seen.toString()).isEqualTo("ret***");
  }

  @Test
  void neverShowsOneHoweverItIsCut() {
    Random random = new Random(7);
    for (int round = 0; round < 2_000; round++) {
      List<byte[]> secrets = List.of(word(random, 4 + random.nextInt(5)), word(random, 6));
      StringBuilder said = new StringBuilder();
      for (int i = 0; i < 8; i++) {
        said.append(new String(word(random, random.nextInt(6)), StandardCharsets.UTF_8));
        said.append(
            new String(secrets.get(random.nextInt(secrets.size())), StandardCharsets.UTF_8));
      }
      byte[] all = bytes(said.toString());
      StringBuilder whole = new StringBuilder();
      Redactor.Redacting one =
          Redactor.of(secrets)
              .to((e, chunk) -> whole.append(new String(chunk, StandardCharsets.UTF_8)));
      one.write(false, all);
      one.finish();
      StringBuilder cut = new StringBuilder();
      Redactor.Redacting other =
          Redactor.of(secrets)
              .to((e, chunk) -> cut.append(new String(chunk, StandardCharsets.UTF_8)));
      for (int at = 0; at < all.length; ) {
        int end = Math.min(all.length, at + 1 + random.nextInt(4));
        other.write(false, Arrays.copyOfRange(all, at, end));
        at = end;
      }
      other.finish();
      assertThat(cut.toString()).isEqualTo(whole.toString());
      for (byte[] secret : secrets) {
        assertThat(whole.toString()).doesNotContain(new String(secret, StandardCharsets.UTF_8));
      }
    }
  }

  /** Of two letters, so that beginnings and ends of secrets meet often. */
  private static byte[] word(Random random, int length) {
    byte[] word = new byte[length];
    for (int i = 0; i < length; i++) {
      word[i] = (byte) (random.nextBoolean() ? 'a' : 'b');
    }
    return word;
  }
}
