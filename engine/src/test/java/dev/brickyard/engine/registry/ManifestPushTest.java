package dev.brickyard.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.brickyard.engine.image.Descriptor;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.image.MediaTypes;
import dev.brickyard.engine.registry.RegistryException.Code;
import dev.brickyard.engine.registry.ScriptedRegistry.Script;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the client does when a registry will not take a manifest. */
final class ManifestPushTest {
  private static final byte[] MANIFEST = "{\"schemaVersion\":2}".getBytes(StandardCharsets.UTF_8);

  /** As the distribution server words it. */
  private static final String WRONG_DIGEST =
      "{\"errors\":[{\"code\":\"DIGEST_INVALID\","
          + "\"message\":\"provided digest did not match uploaded content\"}]}";

  private final List<AutoCloseable> open = new ArrayList<>();
  private final List<Duration> pauses = new CopyOnWriteArrayList<>();
  private final AtomicInteger requests = new AtomicInteger();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
  }

  @Test
  void asksAgainWhenARightDigestIsSaidToBeWrong() throws Exception {
    Descriptor pushed =
        push(
            (exchange, _) -> {
              if (requests.incrementAndGet() <= 2) {
                ScriptedRegistry.send(exchange, 400, WRONG_DIGEST);
              } else {
                ScriptedRegistry.send(exchange, 201, "");
              }
            });

    assertThat(pushed.digest()).isEqualTo(Digest.of(MANIFEST));
    assertThat(requests).hasValue(3);
    assertThat(pauses).hasSize(2);
  }

  @Test
  void aRegistryThatNeverTakesTheDigestIsTheFarmsTrouble() {
    assertThatExceptionOfType(RegistryException.class)
        .isThrownBy(() -> push((exchange, _) -> ScriptedRegistry.send(exchange, 400, WRONG_DIGEST)))
        .withMessageContaining("provided digest did not match uploaded content")
        .satisfies(e -> assertThat(e.code()).isEqualTo(Code.UNAVAILABLE));
    assertThat(pauses).hasSize(RegistrySettings.DEFAULT.attempts() - 1);
  }

  @Test
  void doesNotRepeatWhatIsRefusedForAnotherReason() {
    assertThatExceptionOfType(RegistryException.class)
        .isThrownBy(
            () ->
                push(
                    (exchange, _) -> {
                      requests.incrementAndGet();
                      ScriptedRegistry.send(
                          exchange, 400, "{\"errors\":[{\"code\":\"MANIFEST_INVALID\"}]}");
                    }))
        .withMessageContaining("MANIFEST_INVALID")
        .satisfies(e -> assertThat(e.code()).isEqualTo(Code.REFUSED));
    assertThat(requests).hasValue(1);
  }

  private Descriptor push(Script script) throws RegistryException, InterruptedException {
    ScriptedRegistry registry = new ScriptedRegistry(script);
    open.add(registry);
    RegistryClient client =
        new RegistryClient(
            RegistrySettings.DEFAULT, pauses::add, new Random(1), InstantSource.system());
    open.add(client);
    return client.pushManifest(
        client.locationOf(ImageReference.parse(registry.host() + "/app")),
        MediaTypes.OCI_MANIFEST,
        MANIFEST,
        RegistryCredentials.NONE);
  }
}
