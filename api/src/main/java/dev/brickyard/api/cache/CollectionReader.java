package dev.brickyard.api.cache;

import dev.brickyard.api.cache.Collection.Count;
import dev.brickyard.contracts.Ids;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Collections: those asked for here, and those the scheduler tells of. */
@ApplicationScoped
class CollectionReader {
  private final Ids ids;
  private final Clock clock;

  CollectionReader(Ids ids, Clock clock) {
    this.ids = ids;
    this.clock = clock;
  }

  /** Asks for one; the scheduler begins it within seconds. */
  @Transactional
  Collection request(boolean dryRun, Optional<Duration> grace) {
    CollectionRequestEntity request = new CollectionRequestEntity();
    request.id = ids.next();
    request.dryRun = dryRun;
    request.graceSeconds = grace.map(Duration::toSeconds).orElse(null);
    request.requestedAt = clock.instant();
    request.persist();
    return requested(request);
  }

  /** The newest. */
  @Transactional
  List<Collection> newest(int limit) {
    List<Collection> found = new ArrayList<>();
    PublishedCollectionEntity.<PublishedCollectionEntity>find("order by id desc")
        .page(0, limit)
        .list()
        .forEach(published -> found.add(published(published)));
    CollectionRequestEntity.<CollectionRequestEntity>find(
            "where id not in (select id from PublishedCollectionEntity)"
                + " and requestedAt > ?1 order by id desc",
            oldestWaiting())
        .page(0, limit)
        .list()
        .forEach(request -> found.add(requested(request)));
    found.sort(Comparator.comparing(Collection::id).reversed());
    return found.subList(0, Math.min(limit, found.size()));
  }

  /** Older ones were done, and their history has been forgotten. */
  private Instant oldestWaiting() {
    return clock.instant().minus(Duration.ofDays(1));
  }

  /** One of them. */
  @Transactional
  Optional<Collection> find(UUID id) {
    PublishedCollectionEntity published = PublishedCollectionEntity.findById(id);
    if (published != null) {
      return Optional.of(published(published));
    }
    CollectionRequestEntity request = CollectionRequestEntity.findById(id);
    return Optional.ofNullable(request).map(CollectionReader::requested);
  }

  /** What the last collection left. */
  @Transactional
  CacheTotals totals() {
    PublishedCollectionEntity last =
        PublishedCollectionEntity.<PublishedCollectionEntity>find(
                "state = ?1 order by finishedAt desc", Collection.State.SUCCEEDED)
            .firstResult();
    if (last == null || last.figures == null) {
      Count none = new Count(0, 0);
      return new CacheTotals(null, none, none, Map.of());
    }
    Map<String, Count> kinds = new TreeMap<>();
    boolean dryRun = last.dryRun;
    last.figures.forEach((kind, figures) -> kinds.put(kind, left(figures, dryRun)));
    Collection.Figures total = total(last.figures);
    return new CacheTotals(last.finishedAt, left(total, dryRun), total.candidates(), kinds);
  }

  private static Count left(Collection.Figures figures, boolean dryRun) {
    Count left = figures.kept().plus(figures.candidates());
    return dryRun ? left.plus(figures.deleted()) : left;
  }

  private static Collection requested(CollectionRequestEntity request) {
    return new Collection(
        request.id,
        Collection.Trigger.REQUEST,
        Collection.State.REQUESTED,
        request.dryRun,
        request.requestedAt,
        null,
        null,
        null,
        null,
        null,
        null,
        null);
  }

  private static Collection published(PublishedCollectionEntity published) {
    return new Collection(
        published.id,
        published.trigger,
        published.state,
        published.dryRun,
        published.requestedAt,
        published.startedAt,
        published.finishedAt,
        period(published.graceSeconds),
        published.figures,
        published.figures == null ? null : total(published.figures),
        published.sample,
        published.error);
  }

  private static @Nullable String period(@Nullable Long seconds) {
    return seconds == null ? null : Duration.ofSeconds(seconds).toString();
  }

  private static Collection.Figures total(Map<String, Collection.Figures> kinds) {
    return kinds.values().stream().reduce(Collection.Figures.ZERO, Collection.Figures::plus);
  }
}
