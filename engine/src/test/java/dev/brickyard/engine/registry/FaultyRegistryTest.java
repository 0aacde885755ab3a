package dev.brickyard.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.brickyard.engine.image.Descriptor;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.image.MediaTypes;
import dev.brickyard.engine.image.Platform;
import dev.brickyard.engine.registry.RegistryCredentials.Credential;
import dev.brickyard.engine.registry.RegistryException.Code;
import dev.brickyard.engine.registry.ScriptedRegistry.Script;
import dev.brickyard.engine.registry.ScriptedRegistry.Seen;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the client does when a registry, or something that poses as one, misbehaves. */
final class FaultyRegistryTest {
  private static final Credential LOGIN = new Credential("mason", "mortar");

  private final List<AutoCloseable> open = new ArrayList<>();
  private final List<Duration> pauses = new CopyOnWriteArrayList<>();
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  @Test
  void waitsAsLongAsARegistryAsksItTo() throws Exception {
    AtomicInteger requests = new AtomicInteger();
    byte[] content = "content".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    ScriptedRegistry registry =
        registry(
            (exchange, _) -> {
              switch (requests.incrementAndGet()) {
                case 1 ->
                    ScriptedRegistry.send(exchange, 429, Map.of("Retry-After", "7"), new byte[0]);
                case 2 ->
                    ScriptedRegistry.send(
                        exchange,
                        503,
                        Map.of("Retry-After", "Thu, 01 Jan 2026 00:00:11 GMT"),
                        new byte[0]);
                default -> ScriptedRegistry.send(exchange, 200, Map.of(), content);
              }
            });

    assertThat(read(client(), registry, blobOf(content), RegistryCredentials.NONE))
        .isEqualTo(content);
    assertThat(pauses).containsExactly(Duration.ofSeconds(7), Duration.ofSeconds(11));
  }

  @Test
  void givesUpOnARegistryThatStaysOverloadedAndNeverRepeatsWhatWasRefused() {
    ScriptedRegistry registry =
        registry(
            (exchange, seen) ->
                ScriptedRegistry.send(exchange, seen.path().contains("/busy/") ? 429 : 400, ""));

    assertThatExceptionOfType(RegistryException.class)
        .isThrownBy(() -> resolve(client(), registry, "busy/app:1", RegistryCredentials.NONE))
        .satisfies(e -> assertThat(e.code()).isEqualTo(Code.UNAVAILABLE));
    assertThat(registry.seen()).hasSize(4);
    assertThatExceptionOfType(RegistryException.class)
        .isThrownBy(() -> resolve(client(), registry, "bad/app:1", RegistryCredentials.NONE))
        .satisfies(e -> assertThat(e.code()).isEqualTo(Code.REFUSED));
    assertThat(registry.seen()).hasSize(5);
  }

  @Test
  void resumesABlobWhereTheConnectionBroke() throws Exception {
    byte[] content = randomBytes(300_000);
    AtomicInteger requests = new AtomicInteger();
    ScriptedRegistry registry =
        registry(
            (exchange, seen) -> {
              int from = seen.range().map(FaultyRegistryTest::start).orElse(0);
              byte[] rest = Arrays.copyOfRange(content, from, content.length);
              if (requests.incrementAndGet() <= 2) {
                ScriptedRegistry.sendTruncated(exchange, from == 0 ? 200 : 206, rest, 100_000);
              } else {
                ScriptedRegistry.send(exchange, from == 0 ? 200 : 206, Map.of(), rest);
              }
            });

    assertThat(read(client(), registry, blobOf(content), RegistryCredentials.NONE))
        .isEqualTo(content);
    assertThat(registry.seen().stream().map(Seen::range).flatMap(Optional::stream))
        .hasSize(2)
        .allMatch(range -> start(range) > 0);
  }

  @Test
  void resumesABlobThatStandsStill() throws Exception {
    byte[] content = randomBytes(50_000);
    AtomicInteger requests = new AtomicInteger();
    CountDownLatch end = new CountDownLatch(1);
    ScriptedRegistry registry =
        registry(
            (exchange, seen) -> {
              int from = seen.range().map(FaultyRegistryTest::start).orElse(0);
              byte[] rest = Arrays.copyOfRange(content, from, content.length);
              if (requests.incrementAndGet() == 1) {
                ScriptedRegistry.sendTruncated(exchange, 200, rest, 20_000);
                awaitQuietly(end);
              } else {
                ScriptedRegistry.send(exchange, from == 0 ? 200 : 206, Map.of(), rest);
              }
            });
    RegistryClient impatient =
        new RegistryClient(
            RegistrySettings.DEFAULT.withAnswerTimeout(Duration.ofMillis(1000)),
            pauses::add,
            new Random(1),
            now::get);
    open.add(impatient);

    try {
      assertThat(read(impatient, registry, blobOf(content), RegistryCredentials.NONE))
          .isEqualTo(content);
    } finally {
      end.countDown();
    }
    assertThat(requests).hasValue(2);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void resumesWithoutRangesToo() throws Exception {
    byte[] content = randomBytes(200_000);
    AtomicInteger requests = new AtomicInteger();
    ScriptedRegistry registry =
        registry(
            (exchange, _) -> {
              if (requests.incrementAndGet() == 1) {
                ScriptedRegistry.sendTruncated(exchange, 200, content, 120_000);
              } else {
                ScriptedRegistry.send(exchange, 200, Map.of(), content);
              }
            });

    assertThat(read(client(), registry, blobOf(content), RegistryCredentials.NONE))
        .isEqualTo(content);
  }

  @Test
  void stopsResumingWhenNothingComesAnyMore() {
    byte[] content = randomBytes(50_000);
    ScriptedRegistry registry =
        registry((exchange, _) -> ScriptedRegistry.sendTruncated(exchange, 200, content, 0));

    assertThatExceptionOfType(RegistryException.class)
        .isThrownBy(() -> read(client(), registry, blobOf(content), RegistryCredentials.NONE))
        .satisfies(e -> assertThat(e.code()).isEqualTo(Code.UNREACHABLE));
    // Four times, each of which the JDK's client may send again when a kept connection was closed.
    assertThat(registry.seen()).hasSizeBetween(4, 8);
  }

  @Test
  void neverHandsOutTheEndOfWrongContent() throws Exception {
    byte[] content = randomBytes(50_000);
    byte[] wrong = content.clone();
    wrong[7] ^= 1;
    ScriptedRegistry registry =
        registry((exchange, _) -> ScriptedRegistry.send(exchange, 200, Map.of(), wrong));
    RepositoryLocation location = client().locationOf(reference(registry, "app"));
    byte[] received = new byte[content.length];

    try (InputStream in = client().openBlob(location, blobOf(content), RegistryCredentials.NONE)) {
      AtomicInteger count = new AtomicInteger();
      assertThatExceptionOfType(RegistryException.class)
          .isThrownBy(
              () -> {
                for (int read;
                    (read = in.read(received, count.get(), received.length - count.get())) > 0; ) {
                  count.addAndGet(read);
                }
              })
          .satisfies(e -> assertThat(e.code()).isEqualTo(Code.CORRUPT));
      assertThat(count.get()).isLessThan(content.length);
    }
  }

  @Test
  void aManifestOfAnotherDigestIsCorruptAndAHugeOneIsNotRead() {
    String other = "{\"schemaVersion\":2,\"layers\":[]}";
    byte[] huge = new byte[Manifests.MAX_BYTES + 2];
    ScriptedRegistry registry =
        registry(
            (exchange, seen) -> {
              if (seen.path().contains("/huge/")) {
                ScriptedRegistry.send(exchange, 200, Map.of(), huge);
              } else {
                ScriptedRegistry.send(exchange, 200, other);
              }
            });

    assertThatExceptionOfType(RegistryException.class)
        .isThrownBy(
            () ->
                resolve(client(), registry, "app@" + Digest.of("wanted"), RegistryCredentials.NONE))
        .satisfies(e -> assertThat(e.code()).isEqualTo(Code.CORRUPT));
    assertThatExceptionOfType(RegistryException.class)
        .isThrownBy(() -> resolve(client(), registry, "huge/app:1", RegistryCredentials.NONE))
        .satisfies(e -> assertThat(e.code()).isEqualTo(Code.UNSUPPORTED_IMAGE));
  }

  @Test
  void aRedirectToAnotherHostGetsNoLogin() throws Exception {
    byte[] content = randomBytes(1000);
    ScriptedRegistry elsewhere =
        registry((exchange, _) -> ScriptedRegistry.send(exchange, 200, Map.of(), content));
    ScriptedRegistry registry =
        registry(
            (exchange, seen) -> {
              if (seen.authorization().isEmpty()) {
                ScriptedRegistry.send(
                    exchange, 401, Map.of("WWW-Authenticate", "Basic realm=x"), new byte[0]);
              } else {
                ScriptedRegistry.send(
                    exchange,
                    307,
                    Map.of("Location", "http://" + elsewhere.host() + "/storage"),
                    new byte[0]);
              }
            });

    assertThat(read(client(), registry, blobOf(content), loginFor(registry))).isEqualTo(content);

    assertThat(registry.seen().getFirst().authorization()).isEmpty();
    assertThat(registry.seen().getLast().authorization()).isPresent();
    assertThat(elsewhere.seen()).hasSize(1).allMatch(seen -> seen.authorization().isEmpty());
  }

  @Test
  void anUploadSentToAnotherHostGetsNoLogin() {
    ScriptedRegistry elsewhere =
        registry((exchange, _) -> ScriptedRegistry.send(exchange, 201, ""));
    ScriptedRegistry registry =
        registry(
            (exchange, seen) -> {
              if (seen.authorization().isEmpty()) {
                ScriptedRegistry.send(
                    exchange, 401, Map.of("WWW-Authenticate", "Basic realm=x"), new byte[0]);
              } else if (seen.method().equals("POST")) {
                ScriptedRegistry.send(
                    exchange,
                    202,
                    Map.of("Location", "http://" + elsewhere.host() + "/upload"),
                    new byte[0]);
              } else {
                ScriptedRegistry.send(exchange, 404, "");
              }
            });

    assertThat(push(registry, randomBytes(10), loginFor(registry))).isEqualTo(PushedBlob.UPLOADED);

    assertThat(elsewhere.seen()).hasSize(1).allMatch(seen -> seen.authorization().isEmpty());
  }

  @Test
  void renewsTokensThatExpireOrAreRefused() throws Exception {
    byte[] content = randomBytes(100);
    AtomicInteger issued = new AtomicInteger();
    AtomicInteger valid = new AtomicInteger();
    AtomicReference<ScriptedRegistry> self = new AtomicReference<>();
    ScriptedRegistry registry =
        registry(
            (exchange, seen) -> {
              if (seen.path().startsWith("/token")) {
                valid.set(issued.incrementAndGet());
                ScriptedRegistry.send(
                    exchange, 200, "{\"token\":\"t" + issued.get() + "\",\"expires_in\":100}");
              } else if (seen.authorization().equals(Optional.of("Bearer t" + valid.get()))) {
                ScriptedRegistry.send(exchange, 200, Map.of(), content);
              } else {
                ScriptedRegistry.send(
                    exchange,
                    401,
                    Map.of(
                        "WWW-Authenticate",
                        "Bearer realm=\"http://%s/token\",service=\"yard\",scope=\"repository:app:pull\""
                            .formatted(self.get().host())),
                    new byte[0]);
              }
            });
    self.set(registry);
    RegistryClient client = client();
    Descriptor blob = blobOf(content);

    read(client, registry, blob, loginFor(registry));
    assertThat(registry.seen()).hasSize(3);
    Seen token = registry.seen().get(1);
    assertThat(token.path()).isEqualTo("/token?service=yard&scope=repository%3Aapp%3Apull");
    assertThat(token.authorization().orElseThrow()).startsWith("Basic ");
    read(client, registry, blob, loginFor(registry));
    assertThat(registry.seen()).as("a kept token costs no request").hasSize(4);
    now.updateAndGet(time -> time.plusSeconds(95));
    read(client, registry, blob, loginFor(registry));
    assertThat(registry.seen()).as("a stale token is renewed unasked").hasSize(6);
    valid.set(-1);
    read(client, registry, blob, loginFor(registry));
    assertThat(registry.seen()).as("a refused token is renewed once").hasSize(9);
    read(client, registry, blob, RegistryCredentials.NONE);
    assertThat(registry.seen().get(9).authorization())
        .as("a stranger gets a token of his own")
        .isEmpty();
  }

  @Test
  void aRegistryThatRefusesEveryTokenIsNotAskedForever() {
    AtomicReference<ScriptedRegistry> self = new AtomicReference<>();
    ScriptedRegistry registry =
        registry(
            (exchange, seen) -> {
              if (seen.path().startsWith("/token")) {
                ScriptedRegistry.send(exchange, 200, "{\"access_token\":\"never\"}");
              } else {
                ScriptedRegistry.send(
                    exchange,
                    401,
                    Map.of(
                        "WWW-Authenticate",
                        "Bearer realm=\"http://" + self.get().host() + "/token\""),
                    new byte[0]);
              }
            });
    self.set(registry);

    assertThatExceptionOfType(RegistryException.class)
        .isThrownBy(() -> resolve(client(), registry, "app:1", loginFor(registry)))
        .satisfies(e -> assertThat(e.code()).isEqualTo(Code.UNAUTHORIZED));
    assertThat(registry.seen()).hasSize(3);
  }

  @Test
  void startsABrokenUploadAgainFromTheBeginning() {
    byte[] content = randomBytes(500_000);
    AtomicInteger puts = new AtomicInteger();
    ScriptedRegistry registry =
        registry(
            (exchange, seen) -> {
              switch (seen.method()) {
                case "HEAD" -> ScriptedRegistry.send(exchange, 404, "");
                case "POST" ->
                    ScriptedRegistry.send(
                        exchange, 202, Map.of("Location", "/v2/app/u?state=a%3D"), new byte[0]);
                default ->
                    ScriptedRegistry.send(exchange, puts.incrementAndGet() == 1 ? 502 : 201, "");
              }
            });

    assertThat(push(registry, content, RegistryCredentials.NONE)).isEqualTo(PushedBlob.UPLOADED);

    assertThat(registry.seen().stream().map(Seen::method))
        .containsExactly("HEAD", "POST", "PUT", "POST", "PUT");
    assertThat(registry.seen().getLast().path())
        .isEqualTo("/v2/app/u?state=a%3D&digest=" + Digest.of(content));
  }

  @Test
  void aSourceThatCannotBeReadIsNotTheRegistrysFault() {
    ScriptedRegistry registry =
        registry(
            (exchange, seen) ->
                ScriptedRegistry.send(
                    exchange,
                    seen.method().equals("POST") ? 202 : 404,
                    Map.of("Location", "/v2/app/u"),
                    new byte[0]));
    RegistryClient client = client();

    assertThatExceptionOfType(RegistryException.class)
        .isThrownBy(
            () ->
                client.pushBlob(
                    client.locationOf(reference(registry, "app")),
                    blobOf(randomBytes(10)),
                    Optional.empty(),
                    () -> {
                      throw new IOException("the disk is gone");
                    },
                    RegistryCredentials.NONE))
        .satisfies(e -> assertThat(e.code()).isEqualTo(Code.SOURCE_FAILED))
        .withMessageContaining("the disk is gone");
  }

  private ScriptedRegistry registry(Script script) {
    ScriptedRegistry registry = new ScriptedRegistry(script);
    open.add(registry);
    return registry;
  }

  private RegistryClient client() {
    RegistryClient client =
        new RegistryClient(
            RegistrySettings.DEFAULT.withAnswerTimeout(Duration.ofSeconds(10)),
            pauses::add,
            new Random(1),
            now::get);
    open.add(client);
    return client;
  }

  private PushedBlob push(
      ScriptedRegistry registry, byte[] content, RegistryCredentials credentials) {
    RegistryClient client = client();
    try {
      return client.pushBlob(
          client.locationOf(reference(registry, "app")),
          blobOf(content),
          Optional.empty(),
          () -> new ByteArrayInputStream(content),
          credentials);
    } catch (RegistryException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static ResolvedImage resolve(
      RegistryClient client, ScriptedRegistry registry, String name, RegistryCredentials logins)
      throws RegistryException, InterruptedException {
    return client.resolve(reference(registry, name), Platform.LINUX_AMD64, logins);
  }

  private static byte[] read(
      RegistryClient client, ScriptedRegistry registry, Descriptor blob, RegistryCredentials logins)
      throws IOException, InterruptedException {
    try (InputStream in =
        client.openBlob(client.locationOf(reference(registry, "app")), blob, logins)) {
      return in.readAllBytes();
    }
  }

  private static ImageReference reference(ScriptedRegistry registry, String name) {
    return ImageReference.parse(registry.host() + "/" + name);
  }

  private static RegistryCredentials loginFor(ScriptedRegistry registry) {
    return host -> host.equals(registry.host()) ? Optional.of(LOGIN) : Optional.empty();
  }

  private static Descriptor blobOf(byte[] content) {
    return Descriptor.of(MediaTypes.OCI_LAYER_GZIP, Digest.of(content), content.length);
  }

  private static int start(String range) {
    return Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
  }

  private static byte[] randomBytes(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }
}
