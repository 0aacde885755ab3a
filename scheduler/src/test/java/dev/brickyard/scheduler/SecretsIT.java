package dev.brickyard.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.contracts.BuildSecret;
import dev.brickyard.contracts.GrantedSecrets;
import dev.brickyard.contracts.SecretSeal;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Secrets are handed out with a claim, and only there. */
@QuarkusTest
@WithTestResource(RealServers.class)
class SecretsIT {
  private static final byte[] VALUE = "hunter22".getBytes(StandardCharsets.UTF_8);

  @Inject FarmTester farm;

  private UUID acceptedWith(byte[] sealed, UUID id) {
    farm.execute(
        "alter table api.submission_published add column if not exists cache_scope text,"
            + " add column if not exists options jsonb");
    farm.execute(
        "create table if not exists api.submission_secret_published ("
            + "build_id uuid primary key, sealed bytea not null)");
    farm.execute("insert into api.submission_secret_published values (?, ?)", id, sealed);
    farm.execute(
        """
        insert into api.submission_published (id, project, context_id, dockerfile, platforms, tags,
          build_args, labels, no_cache, accepted_at, options)
        values (?, 'p', ?, 'Dockerfile', '["linux/amd64"]', '["registry.test/app:1"]', '{}', '{}',
          false, now(), '{"secrets":true}')
        """,
        id,
        UUID.randomUUID());
    farm.tellAccepted(id);
    return id;
  }

  private static byte[] sealed(String key, UUID build) {
    return SecretSeal.of(key)
        .seal(
            build,
            List.of(new BuildSecret(BuildSecret.Kind.SECRET, "token", VALUE)),
            new SecureRandom());
  }

  private GrantedSecrets granted(UUID build) {
    return Objects.requireNonNull(farm.claimed(farm.queued(build, 1)).build()).secrets();
  }

  @Test
  void aClaimOpensThem() {
    UUID id = UUID.randomUUID();
    GrantedSecrets granted = granted(acceptedWith(sealed(RealServers.SECRETS_KEY, id), id));
    assertThat(granted.unavailable()).isNull();
    assertThat(granted.secrets()).singleElement().extracting(BuildSecret::id).isEqualTo("token");
    assertThat(granted.secrets().getFirst().value()).isEqualTo(VALUE);
  }

  @Test
  void whatCannotBeOpenedIsSaid() {
    UUID id = UUID.randomUUID();
    GrantedSecrets granted =
        granted(acceptedWith(sealed("another-key-0123456789-0123456789-01", id), id));
    assertThat(granted.secrets()).isEmpty();
    assertThat(granted.unavailable()).contains("another brickyard.secrets.key");
  }
}
