package dev.brickyard.contracts;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;

/** How the records of this module are written as bytes, and read back leniently. */
public final class Json {
  /** The version every record of this release carries. */
  public static final int SCHEMA_VERSION = 1;

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .addModule(new Jdk8Module())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
          .build();

  private Json() {}

  /** The record in UTF-8 JSON, without nulls. */
  public static byte[] write(Object record) {
    try {
      return MAPPER.writeValueAsBytes(record);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("cannot be written as JSON: " + record.getClass(), e);
    }
  }

  /**
   * Reads a record; fields it does not know are ignored.
   *
   * @throws UnreadableMessageException when the bytes are no such record
   */
  public static <T> T read(byte[] json, Class<T> type) throws UnreadableMessageException {
    try {
      T value = MAPPER.readValue(json, type);
      if (value == null) {
        throw new UnreadableMessageException(type, null);
      }
      return value;
    } catch (UnreadableMessageException e) {
      throw e;
    } catch (IOException e) {
      throw new UnreadableMessageException(type, e);
    }
  }
}
