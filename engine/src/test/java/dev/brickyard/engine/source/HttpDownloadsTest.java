package dev.brickyard.engine.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.FailureKind;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.source.HttpDownloads.Answer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HttpDownloadsTest {
  private static final EgressPolicy ANYWHERE = EgressPolicy.DEFAULT.withDenied(List.of());

  @TempDir Path folder;
  private FileServer server;
  private HttpDownloads downloads;

  @BeforeEach
  void open() throws Exception {
    server = new FileServer().file("/a.txt", "hello");
    downloads = new HttpDownloads(new SourceSettings(ANYWHERE, 1 << 20, Duration.ofMillis(700)));
  }

  @AfterEach
  void close() {
    downloads.close();
    server.close();
  }

  private Answer get(String url, Optional<String> etag) throws Exception {
    return downloads.get(RemoteSource.file(url, Optional.empty()), etag, folder, _ -> {});
  }

  private Answer.Received received(String url) throws Exception {
    return (Answer.Received) get(url, Optional.empty());
  }

  private BuildFailure failure(String url) throws IOException {
    List<BuildFailure> failures = new java.util.ArrayList<>();
    assertThatThrownBy(() -> get(url, Optional.empty()))
        .isInstanceOfSatisfying(BuildFailure.class, failures::add);
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).isEmpty();
    }
    return failures.getFirst();
  }

  @Test
  void aFileComesWithWhatTheServerSaysOfIt() throws Exception {
    Answer.Received got = received(server.url("/a.txt"));
    assertThat(got.file()).hasContent("hello");
    assertThat(got.size()).isEqualTo(5);
    assertThat(got.digest()).isEqualTo(Digest.of("hello"));
    assertThat(got.lastModified()).contains(Instant.parse("2020-03-03T10:11:12Z"));
    assertThat(got.etag()).isPresent();
  }

  @Test
  void whatHasNotChangedDoesNotComeAgain() throws Exception {
    Optional<String> etag = received(server.url("/a.txt")).etag();
    assertThat(get(server.url("/a.txt"), etag)).isInstanceOf(Answer.Unchanged.class);
    server.file("/a.txt", "other");
    assertThat(get(server.url("/a.txt"), etag)).isInstanceOf(Answer.Received.class);
    assertThat(server.asked())
        .containsExactly("GET /a.txt 200", "HEAD /a.txt 304", "HEAD /a.txt 200", "GET /a.txt 200");
  }

  @Test
  void redirectsAreFollowed() throws Exception {
    assertThat(received(server.url("/redirect/a.txt")).file()).hasContent("hello");
  }

  @Test
  void aRefusalIsTheUsers() throws Exception {
    BuildFailure failure = failure(server.url("/none"));
    assertThat(failure.kind()).isEqualTo(FailureKind.USER);
    assertThat(failure.code()).isEqualTo("source-unavailable");
    assertThat(failure.sentence()).isEqualTo(server.url("/none") + ": invalid response status 404");
  }

  @Test
  void anAnswerThatBreaksOffIsNone() throws Exception {
    assertThat(failure(server.url("/bad/cut-off")).sentence()).contains("the answer broke off");
  }

  @Test
  void aServerThatSaysNothingIsGivenUp() throws Exception {
    assertThat(failure(server.url("/bad/silent")).sentence())
        .endsWith("the server did not answer in time");
  }

  @Test
  void aServerThatIsNotThereIsNamed() throws Exception {
    String url = server.url("/a.txt");
    server.close();
    assertThat(failure(url).sentence()).startsWith(url);
  }

  @Test
  void whatIsTooLargeIsALimit() throws Exception {
    server.file("/large", new byte[(1 << 20) + 1]);
    BuildFailure failure = failure(server.url("/large"));
    assertThat(failure.kind()).isEqualTo(FailureKind.LIMIT);
    assertThat(failure.code()).isEqualTo("source-too-large");
  }

  @Test
  void aMalformedAddressIsTheUsers() throws Exception {
    assertThat(failure("http://ho st/x").code()).isEqualTo("bad-url");
  }

  @Test
  void deniedAddressesAreNotReachedByARedirectEither() throws Exception {
    try (HttpDownloads guarded =
        new HttpDownloads(
            SourceSettings.DEFAULT.withEgress(
                ANYWHERE.withServices(
                    List.of(InetSocketAddress.createUnresolved("localhost", server.port())))))) {
      try (FileServer other = new FileServer().file("/x", "x")) {
        other.redirectTo("/away", server.url("/a.txt"));
        RemoteSource.Http allowed = RemoteSource.file(other.url("/x"), Optional.empty());
        assertThat(guarded.get(allowed, Optional.empty(), folder, _ -> {}))
            .isInstanceOf(Answer.Received.class);
        RemoteSource.Http away = RemoteSource.file(other.url("/away"), Optional.empty());
        assertThatThrownBy(() -> guarded.get(away, Optional.empty(), folder, _ -> {}))
            .isInstanceOfSatisfying(
                BuildFailure.class, e -> assertThat(e.code()).isEqualTo("egress-denied"));
      }
      assertThat(server.asked()).isEmpty();
    }
  }

  @Test
  void anInterruptEndsADownload() throws Exception {
    try (HttpDownloads patient = new HttpDownloads(SourceSettings.DEFAULT.withEgress(ANYWHERE))) {
      RemoteSource.Http silent = RemoteSource.file(server.url("/bad/silent"), Optional.empty());
      FutureTask<String> outcome =
          new FutureTask<>(
              () -> {
                try {
                  patient.get(silent, Optional.empty(), folder, _ -> {});
                  return "an answer";
                } catch (InterruptedException e) {
                  return "interrupted";
                }
              });
      Thread thread = Thread.ofVirtual().start(outcome);
      server.awaitSilence();
      thread.interrupt();
      assertThat(outcome.get()).isEqualTo("interrupted");
    }
  }
}
