package dev.brickyard.engine.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.engine.BuildFailure;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GitAddressTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "https://host/a/b.git|https://host/a/b.git|-|-|-",
        "https://host/b.git#main|https://host/b.git|main|-|-",
        "https://host/b.git#baz/qux:quux/quuz|https://host/b.git|baz/qux|quux/quuz|-",
        "https://host/b.git#:sub|https://host/b.git|-|sub|-",
        "HTTPS://user:pw@host:8443/b.git|https://user:pw@host:8443/b.git|-|-|-",
        "git@host:a/b.git|git@host:a/b.git|-|-|-",
        "git@host:a/b|git@host:a/b|-|-|-",
        "git@host:a/b.git#v1:dir|git@host:a/b.git|v1|dir|-",
        "ssh://git@host:2222/a/b#x|ssh://git@host:2222/a/b|x|-|-",
        "git://host/a/b|git://host/a/b|-|-|-",
        "https://host/b.git?ref=v1&subdir=a%2Fb|https://host/b.git|v1|a/b|-",
        "https://host/b.git?tag=v1|https://host/b.git|refs/tags/v1|-|-",
        "https://host/b.git?branch=x|https://host/b.git|refs/heads/x|-|-",
        "https://host/b.git?checksum=abc|https://host/b.git|abc|-|abc",
        "https://host/b.git?commit=abc&ref=v1|https://host/b.git|v1|-|abc",
        "https://host/b.git?ref=v1#v1:sub|https://host/b.git|v1|sub|-",
        "git@host:b.git?ref=v2|git@host:b.git|v2|-|-",
      })
  void addressesAreReadAsBuildKitReadsThem(
      String text, String remote, String ref, String subdir, String checksum) throws Exception {
    GitAddress address = GitAddress.parse(text).orElseThrow();
    assertThat(address.remote()).isEqualTo(remote);
    assertThat(address.ref()).isEqualTo(Optional.ofNullable(ref));
    assertThat(address.subdir()).isEqualTo(Optional.ofNullable(subdir));
    assertThat(address.checksum()).isEqualTo(Optional.ofNullable(checksum));
    assertThat(address.looksLocal()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ".git",
        "./a@b:c",
        "../x.git",
        "a/b.git",
        "/a/b.git",
        "https://host/archive.tgz",
        "https://host/b.git/info",
        "ftp://host/b.git",
        "https://host/%zz.git",
        "file:///etc",
      })
  void otherThingsAreNone(String text) throws Exception {
    assertThat(GitAddress.parse(text)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "https://host/b.git?what=1|unexpected query \"what\"",
        "https://host/b.git?ref=|query \"ref\" has no value",
        "https://host/b.git?ref=a&ref=b|query \"ref\" has multiple values",
        "https://host/b.git?ref=a#b|ref conflicts: \"b\" vs \"a\"",
        "https://host/b.git?subdir=a#b:c|subdir conflicts: \"c\" vs \"a\"",
        "https://host/b.git?tag=a&branch=b|branch conflicts with tag",
        "https://host/b.git?keep-git-dir=maybe|invalid keep-git-dir value: \"maybe\"",
        "https://host/b.git?submodules=2|invalid submodules value: \"2\"",
      })
  void mistakesAreTold(String text, String sentence) {
    assertThatThrownBy(() -> GitAddress.parse(text))
        .isInstanceOfSatisfying(
            BuildFailure.class,
            e -> {
              assertThat(e.code()).isEqualTo("bad-git-address");
              assertThat(e.sentence()).isEqualTo(sentence);
            });
  }

  @Test
  void whatAnAddressSaysOfTheRepositoryIsKept() throws Exception {
    GitAddress address =
        GitAddress.parse("https://host/b.git?keep-git-dir&submodules=false").orElseThrow();
    assertThat(address.keepGitDir()).contains(true);
    assertThat(address.submodules()).contains(false);
    assertThat(GitAddress.parse("github.com/a/b").orElseThrow())
        .satisfies(
            local -> {
              assertThat(local.looksLocal()).isTrue();
              assertThat(local.remote()).isEqualTo("https://github.com/a/b");
            });
  }

  @ParameterizedTest
  @CsvSource({
    "https://host/a/file.txt,file.txt",
    "https://host/a/file.txt?x=/y#z,file.txt",
    "https://host/a%20b,a b",
    "https://host/dir/,dir",
    "https://host/,__unnamed__",
    "https://host,__unnamed__",
    "https://host/..,__unnamed__",
  })
  void filesAreNamedAsTheirAddressSays(String url, String name) {
    assertThat(RemoteSource.file(url, Optional.empty()).fileName()).isEqualTo(name);
  }

  @Test
  void loginsAreNotShown() throws Exception {
    assertThat(RemoteSource.file("https://user:secret@host/x", Optional.empty()).shown())
        .isEqualTo("https://xxxxx@host/x");
    assertThat(
            RemoteSource.context("https://user:secret@host/x.git#v1:sub", false)
                .orElseThrow()
                .shown())
        .isEqualTo("https://xxxxx@host/x.git#v1:sub");
  }
}
