package dev.brickyard.engine.dockerfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.engine.dockerfile.RunMount.Sharing;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunMountTest {
  private static RunMount resolve(String text, Map<String, String> env) throws ExpansionException {
    return new MountFlag(text, SourceRange.lines(1, 1))
        .resolve(
            word -> WordExpansion.expand(word, name -> Optional.ofNullable(env.get(name)), '\\'));
  }

  private static RunMount resolve(String text) throws ExpansionException {
    return resolve(text, Map.of());
  }

  @Test
  void bind() throws Exception {
    assertThat(resolve("target=/x")).isEqualTo(new RunMount.Bind("/x", "", Optional.empty(), true));
    assertThat(resolve("type=bind,from=build,src=/a,dst=/b,rw"))
        .isEqualTo(new RunMount.Bind("/b", "/a", Optional.of("build"), false));
    assertThat(resolve("target=/x,readwrite=false"))
        .isEqualTo(new RunMount.Bind("/x", "", Optional.empty(), true));
    assertThat(resolve("\"target=/with,comma\""))
        .isEqualTo(new RunMount.Bind("/with,comma", "", Optional.empty(), true));
  }

  @Test
  void cache() throws Exception {
    assertThat(resolve("type=cache,target=/c"))
        .isEqualTo(
            new RunMount.Cache(
                "/c",
                "/c",
                Sharing.SHARED,
                false,
                Optional.empty(),
                "",
                OptionalInt.empty(),
                OptionalLong.empty(),
                OptionalLong.empty()));
    assertThat(
            resolve(
                "type=CACHE,target=/c,id=apt,sharing=locked,ro,mode=0755,uid=1000,gid=4294967295"))
        .isEqualTo(
            new RunMount.Cache(
                "/c",
                "apt",
                Sharing.LOCKED,
                true,
                Optional.empty(),
                "",
                OptionalInt.of(0755),
                OptionalLong.of(1000),
                OptionalLong.of(4294967295L)));
  }

  @ParameterizedTest
  @CsvSource({"100,100", "64m,67108864", "1.5G,1610612736", "2kb,2048", "3KiB,3072", "1b,1"})
  void tmpfs(String size, long bytes) throws Exception {
    assertThat(resolve("type=tmpfs,target=/t,size=" + size))
        .isEqualTo(new RunMount.Tmpfs("/t", OptionalLong.of(bytes)));
  }

  @Test
  void secret() throws Exception {
    assertThat(resolve("type=secret,id=npm"))
        .isEqualTo(
            new RunMount.Secret(
                "npm", Optional.of("/run/secrets/npm"), Optional.empty(), false, 0400, 0, 0));
    assertThat(resolve("type=secret,target=/root/.npmrc,required,mode=0444,uid=5"))
        .isEqualTo(
            new RunMount.Secret(
                ".npmrc", Optional.of("/root/.npmrc"), Optional.empty(), true, 0444, 5, 0));
    assertThat(resolve("type=secret,id=token,env=TOKEN"))
        .isEqualTo(
            new RunMount.Secret(
                "token", Optional.empty(), Optional.of("TOKEN"), false, 0400, 0, 0));
  }

  @Test
  void ssh() throws Exception {
    assertThat(resolve("type=ssh"))
        .isEqualTo(new RunMount.Ssh("default", Optional.empty(), false, 0600, 0, 0));
  }

  @Test
  void variablesMayStandInAnyValue() throws Exception {
    assertThat(resolve("type=$T,target=${D}/c,uid=$U", Map.of("T", "cache", "D", "/d", "U", "7")))
        .isInstanceOfSatisfying(
            RunMount.Cache.class,
            cache -> {
              assertThat(cache.target()).isEqualTo("/d/c");
              assertThat(cache.uid()).hasValue(7);
            });
    assertThatThrownBy(() -> resolve("type=$T,target=/x", Map.of("T", "nope")))
        .isInstanceOf(ExpansionException.class)
        .hasMessageContaining("unsupported mount type \"nope\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          type=bind,target             | invalid field 'target' must be a key=value pair
          target=/x,size=5             | unexpected key 'size' for mount type 'bind'
          target=/x,mode=0755          | unexpected key 'mode' for mount type 'bind'
          target=/x,required           | unexpected key 'required' for mount type 'bind'
          target=/x,sharing=shared     | unexpected key 'sharing' for mount type 'bind'
          type=cache,sharing=lock      | unsupported sharing value "lock"
          type=cache,mode=9            | invalid value 9 for mode
          type=cache,uid=-1            | invalid value -1 for uid
          type=cache,uid=4294967296    | invalid value 4294967296 for uid
          type=tmpfs,size=many         | invalid value for size: many
          type=tmpfs,size=9999999999p  | invalid value for size
          type=secret,from=x,id=y      | secret mount should not have a from
          type=secret,id=y,src=z       | both source and id can't be set
          type=secret,id=y,required=no | invalid value for required: no
          target=/x,ro=maybe           | invalid value for readonly: maybe
          a"b                          | stray quote
          target=/x,sourc=y            | did you mean source?
          """)
  void refuses(String text, String message) {
    assertThatThrownBy(() -> resolve(text))
        .isInstanceOf(ExpansionException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource({
    "1s,1000",
    "1m30s,90000",
    "1.5h,5400000",
    "100ms,100",
    ".5s,500",
    "1.s,1000",
    "0,0",
    "+2s,2000",
    "-1s,-1000",
    "1h0m0s,3600000",
    "1000us,1",
    "1000µs,1"
  })
  void durationsAsInGo(String text, long millis) {
    assertThat(GoDuration.parse(text)).contains(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @CsvSource({
    "5",
    "''",
    "s",
    "1d",
    "1 s",
    "s1",
    "-",
    "1m30",
    "0x1s",
    "9999999999h",
    "1..5s",
    "١s",
    "00"
  })
  void whatIsNoDuration(String text) {
    assertThat(GoDuration.parse(text)).isEmpty();
  }
}
