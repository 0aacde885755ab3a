package dev.brickyard.storage.step;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.brickyard.engine.cache.CacheScope;
import dev.brickyard.engine.cache.StepRecord;
import dev.brickyard.engine.cache.StepRecordStore;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.storage.object.ObjectKey;
import dev.brickyard.storage.object.ObjectNotFoundException;
import dev.brickyard.storage.object.ObjectStore;
import dev.brickyard.storage.object.StoreRefusedException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Step records as JSON objects {@code steps/<scope>/<hex of the key>}. All keys of a build are
 * looked up at once; a record that is damaged or stands under a key that is not its own is a miss.
 */
public final class S3StepRecordStore implements StepRecordStore {
  private static final Logger LOG = LoggerFactory.getLogger(S3StepRecordStore.class);
  private static final int RECORD_LIMIT_BYTES = 1 << 20;
  private static final int PARALLEL_LOOKUPS = 64;
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .addModule(new Jdk8Module())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final ObjectStore objects;
  private final Semaphore lookups = new Semaphore(PARALLEL_LOOKUPS);

  public S3StepRecordStore(ObjectStore objects) {
    this.objects = objects;
  }

  @Override
  public Map<Digest, StepRecord> findAll(CacheScope scope, Collection<Digest> keys)
      throws IOException {
    Set<Digest> wanted = Set.copyOf(keys);
    if (wanted.size() == 1) {
      Digest key = wanted.iterator().next();
      return find(scope, key).map(found -> Map.of(key, found)).orElse(Map.of());
    }
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Map<Digest, Future<Optional<StepRecord>>> asked = new LinkedHashMap<>();
      for (Digest key : wanted) {
        asked.put(key, threads.submit(() -> findBounded(scope, key)));
      }
      try {
        return collect(asked);
      } catch (IOException e) {
        List<Future<?>> rest = new ArrayList<>(asked.values());
        rest.forEach(future -> future.cancel(true));
        throw e;
      }
    }
  }

  private static Map<Digest, StepRecord> collect(Map<Digest, Future<Optional<StepRecord>>> asked)
      throws IOException {
    Map<Digest, StepRecord> found = new HashMap<>();
    for (var entry : asked.entrySet()) {
      try {
        entry.getValue().get().ifPresent(stored -> found.put(entry.getKey(), stored));
      } catch (ExecutionException e) {
        if (e.getCause() instanceof IOException cause) {
          throw cause;
        }
        throw new IOException("a step record could not be looked up", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while looking up step records");
      }
    }
    return found;
  }

  private Optional<StepRecord> findBounded(CacheScope scope, Digest key)
      throws IOException, InterruptedException {
    lookups.acquire();
    try {
      return find(scope, key);
    } finally {
      lookups.release();
    }
  }

  private Optional<StepRecord> find(CacheScope scope, Digest key) throws IOException {
    ObjectKey object = object(scope, key);
    byte[] json;
    try {
      json = objects.read(object, RECORD_LIMIT_BYTES);
    } catch (ObjectNotFoundException e) {
      return Optional.empty();
    } catch (StoreRefusedException e) {
      if (e.getCause() != null) {
        throw e;
      }
      LOG.warn("{} is no step record: {}", object, e.getMessage());
      return Optional.empty();
    }
    return read(object, key, json);
  }

  private static Optional<StepRecord> read(ObjectKey object, Digest key, byte[] json) {
    try {
      StepRecord found = JSON.readValue(json, StepRecord.class);
      if (found != null && found.key().equals(key)) {
        return Optional.of(found);
      }
      LOG.warn("{} holds the step record of another key", object);
    } catch (IOException e) {
      LOG.warn("{} is no readable step record: {}", object, e.getMessage());
    }
    return Optional.empty();
  }

  @Override
  public void put(CacheScope scope, StepRecord stepRecord) throws IOException {
    byte[] json;
    try {
      json = JSON.writeValueAsBytes(stepRecord);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("a step record cannot be written as JSON", e);
    }
    objects.put(object(scope, stepRecord.key()), json);
  }

  private static ObjectKey object(CacheScope scope, Digest key) {
    return new ObjectKey("steps/" + scope.name() + "/" + key.hex());
  }
}
