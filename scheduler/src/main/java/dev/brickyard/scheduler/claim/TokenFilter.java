package dev.brickyard.scheduler.claim;

import dev.brickyard.scheduler.SchedulerConfiguration;
import jakarta.inject.Provider;
import jakarta.inject.Singleton;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/**
 * Lets nobody in who does not show the internal token. Stands before every resource of this
 * service, not before a path: there are no public ones.
 */
@Singleton
class TokenFilter {
  private static final String SCHEME = "Bearer ";

  /** Asked for late: Quarkus makes filters before it reads the configuration. */
  private final Provider<SchedulerConfiguration> configuration;

  TokenFilter(Provider<SchedulerConfiguration> configuration) {
    this.configuration = configuration;
  }

  @ServerRequestFilter(preMatching = true)
  Optional<Response> check(ContainerRequestContext request) {
    String header = request.getHeaderString(HttpHeaders.AUTHORIZATION);
    if (header != null
        && header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
        // In constant time: the answer's delay must not tell how much was right.
        && MessageDigest.isEqual(
            expected(),
            header.substring(SCHEME.length()).strip().getBytes(StandardCharsets.UTF_8))) {
      return Optional.empty();
    }
    return Optional.of(
        Problem.unauthorized("The internal token is missing or wrong.").toResponse());
  }

  private byte[] expected() {
    return configuration.get().internalToken().getBytes(StandardCharsets.UTF_8);
  }
}
