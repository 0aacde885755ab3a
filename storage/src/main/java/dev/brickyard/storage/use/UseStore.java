package dev.brickyard.storage.use;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.brickyard.storage.object.ObjectKey;
import dev.brickyard.storage.object.ObjectNotFoundException;
import dev.brickyard.storage.object.ObjectStore;
import dev.brickyard.storage.object.ObjectStoreException;
import dev.brickyard.storage.object.StoreRefusedException;
import java.io.IOException;
import java.util.Optional;

/** Use records as JSON objects. */
public final class UseStore {
  private static final int LIMIT_BYTES = 16 << 20;
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final ObjectStore objects;

  public UseStore(ObjectStore objects) {
    this.objects = objects;
  }

  /** Stores what a job used; a second record of the same attempt replaces the first. */
  public void put(UseKey key, UseRecord use) throws IOException {
    try {
      objects.put(key.objectKey(), JSON.writeValueAsBytes(use));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("a use record cannot be written as JSON", e);
    }
  }

  /**
   * Reads a use record.
   *
   * @return empty when it is gone or damaged
   * @throws IOException when the store could not be asked
   */
  public Optional<UseRecord> find(ObjectKey key) throws IOException {
    byte[] json;
    try {
      json = objects.read(key, LIMIT_BYTES);
    } catch (ObjectNotFoundException e) {
      return Optional.empty();
    } catch (StoreRefusedException e) {
      if (e.getCause() != null) {
        throw e;
      }
      return Optional.empty();
    } catch (ObjectStoreException e) {
      throw e;
    }
    try {
      return Optional.ofNullable(JSON.readValue(json, UseRecord.class));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }
}
