package dev.brickyard.engine.registry;

import java.net.URI;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * One request to a registry, before authentication.
 *
 * @param push true when it needs the right to write
 * @param mountFrom the repository a blob is mounted from, which must be readable too
 * @param body called again for each attempt
 * @param once true when it must not be sent again after a failure that leaves the outcome open
 * @param timeout until the head of the answer, the sending of the body included
 */
record RegistryCall(
    RepositoryLocation location,
    boolean push,
    Optional<RepositoryLocation> mountFrom,
    String method,
    URI uri,
    Map<String, String> headers,
    Supplier<BodyPublisher> body,
    boolean once,
    Optional<Duration> timeout) {

  static RegistryCall pull(RepositoryLocation location, String method, URI uri) {
    return new RegistryCall(
        location,
        false,
        Optional.empty(),
        method,
        uri,
        Map.of(),
        BodyPublishers::noBody,
        false,
        Optional.empty());
  }

  static RegistryCall push(RepositoryLocation location, String method, URI uri) {
    return new RegistryCall(
        location,
        true,
        Optional.empty(),
        method,
        uri,
        Map.of(),
        BodyPublishers::noBody,
        false,
        Optional.empty());
  }

  RegistryCall with(String header, String value) {
    Map<String, String> more = new HashMap<>(headers);
    more.put(header, value);
    return new RegistryCall(
        location, push, mountFrom, method, uri, Map.copyOf(more), body, once, timeout);
  }

  RegistryCall with(Supplier<BodyPublisher> body) {
    return new RegistryCall(location, push, mountFrom, method, uri, headers, body, once, timeout);
  }

  RegistryCall mounting(RepositoryLocation from) {
    return new RegistryCall(
        location, push, Optional.of(from), method, uri, headers, body, once, timeout);
  }

  RegistryCall onceWithin(Duration limit) {
    return new RegistryCall(
        location, push, mountFrom, method, uri, headers, body, true, Optional.of(limit));
  }

  RegistryCall to(URI elsewhere) {
    return new RegistryCall(
        location, push, mountFrom, method, elsewhere, headers, body, once, timeout);
  }

  /** The scopes of a token that allows this call, sorted. */
  NavigableSet<String> scopes() {
    NavigableSet<String> scopes = new TreeSet<>();
    scopes.add("repository:" + location.repository() + (push ? ":pull,push" : ":pull"));
    mountFrom.ifPresent(from -> scopes.add("repository:" + from.repository() + ":pull"));
    return scopes;
  }
}
