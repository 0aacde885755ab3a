package dev.brickyard.engine.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.registry.RegistryCredentials.Credential;
import dev.brickyard.engine.registry.RegistryException.Code;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Answers the challenges of registries. Nothing secret leaves before a registry has asked for it;
 * then its challenge is remembered, and tokens are kept per user and scope until shortly before
 * they expire, so that most requests need no extra round trip.
 *
 * <p>Source: the distribution project's "Token Authentication Specification" and RFC 7617.
 */
final class Authorizer {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MAX_TOKEN_ANSWER = 1 << 20;
  private static final int MAX_TOKENS = 4096;
  private static final long DEFAULT_LIFETIME_SECONDS = 60;

  /** Docker's mark for "the password is an identity token" in credential stores. */
  private static final String IDENTITY_TOKEN_USER = "<token>";

  private record TokenKey(String realm, String service, String scopes, String user) {}

  private record Token(String text, Instant staleAt) {}

  private final RetryingExchange exchange;
  private final InstantSource clock;
  private final Duration timeout;
  private final Map<URI, Challenge> challenges = new ConcurrentHashMap<>();
  private final Map<TokenKey, Token> tokens = new ConcurrentHashMap<>();

  Authorizer(RetryingExchange exchange, InstantSource clock, Duration timeout) {
    this.exchange = exchange;
    this.clock = clock;
    this.timeout = timeout;
  }

  /** The header to send at once; empty as long as the registry has not asked for one. */
  Optional<String> header(RegistryCall call, RegistryCredentials credentials)
      throws RegistryException, InterruptedException {
    Challenge known = challenges.get(call.location().endpoint());
    if (known == null) {
      return Optional.empty();
    }
    return switch (known) {
      case Challenge.Basic _ -> credentials.find(call.location().registry()).map(Authorizer::basic);
      case Challenge.Bearer bearer ->
          Optional.of("Bearer " + token(bearer, call.scopes(), call, credentials));
    };
  }

  /**
   * The header to try after a 401.
   *
   * @param refused the header that was refused, if one was sent
   * @return empty when there is nothing better to offer
   */
  Optional<String> answer(
      HttpResponse<?> unauthorized,
      Optional<String> refused,
      RegistryCall call,
      RegistryCredentials credentials)
      throws RegistryException, InterruptedException {
    Optional<Challenge> challenge =
        Challenge.strongest(unauthorized.headers().allValues("WWW-Authenticate"));
    if (challenge.isEmpty()) {
      return Optional.empty();
    }
    challenges.put(call.location().endpoint(), withoutScope(challenge.get()));
    return switch (challenge.get()) {
      case Challenge.Basic _ ->
          credentials
              .find(call.location().registry())
              .map(Authorizer::basic)
              .filter(header -> !refused.equals(Optional.of(header)));
      case Challenge.Bearer bearer -> {
        NavigableSet<String> scopes = call.scopes();
        Arrays.stream(bearer.scope().split(" "))
            .filter(scope -> scope.startsWith("repository:") && !covered(scope, scopes))
            .forEach(scopes::add);
        refused.ifPresent(
            header -> tokens.values().removeIf(token -> header.equals("Bearer " + token.text())));
        yield Optional.of("Bearer " + token(bearer, scopes, call, credentials));
      }
    };
  }

  private static Challenge withoutScope(Challenge challenge) {
    return switch (challenge) {
      case Challenge.Basic basic -> basic;
      case Challenge.Bearer bearer -> new Challenge.Bearer(bearer.realm(), bearer.service(), "");
    };
  }

  /** Whether the scope's actions are asked for anyway. */
  private static boolean covered(String scope, NavigableSet<String> scopes) {
    int colon = scope.lastIndexOf(':');
    String resource = scope.substring(0, colon + 1);
    return scopes.stream()
        .filter(asked -> asked.startsWith(resource))
        .anyMatch(
            asked ->
                Arrays.asList(asked.substring(colon + 1).split(","))
                    .containsAll(Arrays.asList(scope.substring(colon + 1).split(","))));
  }

  private static String basic(Credential credential) {
    String login = credential.username() + ":" + credential.password();
    return "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8));
  }

  private String token(
      Challenge.Bearer bearer,
      NavigableSet<String> scopes,
      RegistryCall call,
      RegistryCredentials credentials)
      throws RegistryException, InterruptedException {
    Optional<Credential> credential = credentials.find(call.location().registry());
    TokenKey key =
        new TokenKey(
            bearer.realm(), bearer.service(), String.join(" ", scopes), fingerprint(credential));
    Token kept = tokens.get(key);
    if (kept != null && clock.instant().isBefore(kept.staleAt())) {
      return kept.text();
    }
    Token fresh = fetch(bearer, new TreeSet<>(scopes), call.location(), credential);
    if (tokens.size() >= MAX_TOKENS) {
      tokens.values().removeIf(token -> !clock.instant().isBefore(token.staleAt()));
    }
    if (tokens.size() < MAX_TOKENS) {
      tokens.put(key, fresh);
    }
    return fresh.text();
  }

  /** Tells users apart without keeping their passwords. */
  static String fingerprint(Optional<Credential> credential) {
    return credential
        .map(c -> Digest.of(c.username() + '\0' + c.password()).hex())
        .orElse("anonymous");
  }

  private Token fetch(
      Challenge.Bearer bearer,
      NavigableSet<String> scopes,
      RepositoryLocation location,
      Optional<Credential> credential)
      throws RegistryException, InterruptedException {
    HttpRequest request = tokenRequest(bearer, scopes, location, credential);
    HttpResponse<InputStream> response = exchange.send(request, request.uri().getAuthority());
    try (InputStream body = response.body()) {
      int status = response.statusCode();
      if (status != 200) {
        throw new RegistryException(
            Code.UNAUTHORIZED,
            credential.isEmpty()
                ? "%s wants a login for %s, and none was given"
                    .formatted(location.registry(), location.repository())
                : "%s refused the login given for %s (%d from %s)"
                    .formatted(
                        location.registry(),
                        location.repository(),
                        status,
                        request.uri().getAuthority()));
      }
      return parse(body.readNBytes(MAX_TOKEN_ANSWER), location);
    } catch (RegistryException e) {
      throw e;
    } catch (IOException e) {
      throw new RegistryException(
          Code.UNREACHABLE,
          request.uri().getAuthority() + " broke off its answer: " + RetryingExchange.reason(e),
          e);
    }
  }

  private HttpRequest tokenRequest(
      Challenge.Bearer bearer,
      NavigableSet<String> scopes,
      RepositoryLocation location,
      Optional<Credential> credential)
      throws RegistryException {
    URI realm = realm(bearer, location);
    StringBuilder form = new StringBuilder("service=" + encode(bearer.service()));
    boolean identity = credential.filter(c -> c.username().equals(IDENTITY_TOKEN_USER)).isPresent();
    if (identity) {
      form.append("&grant_type=refresh_token&client_id=brickyard&refresh_token=")
          .append(encode(credential.get().password()))
          .append("&scope=")
          .append(encode(String.join(" ", scopes)));
      return HttpRequest.newBuilder(realm)
          .timeout(timeout)
          .header("Content-Type", "application/x-www-form-urlencoded")
          .POST(HttpRequest.BodyPublishers.ofString(form.toString()))
          .build();
    }
    scopes.forEach(scope -> form.append("&scope=").append(encode(scope)));
    String separator = realm.getRawQuery() == null ? "?" : "&";
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(realm + separator + form)).timeout(timeout);
    credential.ifPresent(c -> request.header("Authorization", basic(c)));
    return request.build();
  }

  /** The token server's address; a registry reached through TLS must not name one without. */
  private static URI realm(Challenge.Bearer bearer, RepositoryLocation location)
      throws RegistryException {
    try {
      URI realm = URI.create(bearer.realm());
      boolean tls = "https".equals(realm.getScheme());
      boolean plain = "http".equals(realm.getScheme());
      if (realm.getHost() != null
          && (tls || (plain && "http".equals(location.endpoint().getScheme())))) {
        return realm;
      }
    } catch (IllegalArgumentException e) {
      // Reported below, with the text.
    }
    throw new RegistryException(
        Code.UNAUTHORIZED,
        "%s names a token server that cannot be trusted with a login: %s"
            .formatted(location.registry(), bearer.realm()));
  }

  private Token parse(byte[] answer, RepositoryLocation location) throws RegistryException {
    try {
      JsonNode json = JSON.readTree(answer);
      String text = json.path("token").asText(json.path("access_token").asText(""));
      if (!text.isEmpty() && text.chars().allMatch(c -> c > ' ' && c < 127)) {
        long lifetime = json.path("expires_in").asLong(DEFAULT_LIFETIME_SECONDS);
        // A tenth earlier: it has to live until the request it is for arrives.
        Duration usable =
            Duration.ofSeconds(Math.max(0, Math.min(lifetime, 86_400))).multipliedBy(9);
        return new Token(text, clock.instant().plus(usable.dividedBy(10)));
      }
    } catch (JsonProcessingException e) {
      // Reported below: the parser's own words could repeat a token.
    } catch (IOException e) {
      throw new AssertionError("memory cannot fail", e);
    }
    throw new RegistryException(
        Code.UNAUTHORIZED, location.registry() + "'s token server answered with no token");
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
