package dev.brickyard.scheduler.build;

import dev.brickyard.contracts.BuildOptions;
import dev.brickyard.contracts.Failure;
import dev.brickyard.contracts.ImageManifest;
import dev.brickyard.contracts.Json;
import dev.brickyard.contracts.UnreadableMessageException;
import jakarta.persistence.AttributeConverter;
import jakarta.persistence.Converter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How values with a structure are kept in {@code jsonb} columns: as the contracts write them. */
final class JsonColumns {
  /** An escaped NUL, after any number of escaped backslashes. */
  private static final Pattern NUL = Pattern.compile("(?<!\\\\)((?:\\\\\\\\)*)\\\\u0000");

  private JsonColumns() {}

  /** The value's JSON; without NULs, which {@code jsonb} refuses and a log's tail may hold. */
  static String text(Object value) {
    String json = new String(Json.write(value), StandardCharsets.UTF_8);
    return NUL.matcher(json).replaceAll("$1\ufffd");
  }

  /** A converter for one type. */
  abstract static class OfType<T> implements AttributeConverter<T, String> {
    private final Class<? extends T> type;

    OfType(Class<? extends T> type) {
      this.type = type;
    }

    @Override
    public @Nullable String convertToDatabaseColumn(@Nullable T value) {
      return value == null ? null : text(value);
    }

    @Override
    public @Nullable T convertToEntityAttribute(@Nullable String json) {
      if (json == null) {
        return null;
      }
      try {
        return Json.read(json.getBytes(StandardCharsets.UTF_8), type);
      } catch (UnreadableMessageException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** For {@link Failure}. */
  @Converter
  static final class OfFailure extends OfType<Failure> {
    OfFailure() {
      super(Failure.class);
    }
  }

  /** For {@link BuildOptions}. */
  @Converter
  static final class OfOptions extends OfType<BuildOptions> {
    OfOptions() {
      super(BuildOptions.class);
    }
  }

  /** For {@link ImageManifest}. */
  @Converter
  static final class OfImage extends OfType<ImageManifest> {
    OfImage() {
      super(ImageManifest.class);
    }
  }

  /** For lists of text. */
  @Converter
  static final class OfList extends OfType<List<String>> {
    @SuppressWarnings({"unchecked", "rawtypes"}) // JSON arrays of text are what we wrote
    OfList() {
      super((Class) List.class);
    }
  }

  /** For maps of text. */
  @Converter
  static final class OfMap extends OfType<Map<String, String>> {
    @SuppressWarnings({"unchecked", "rawtypes"}) // JSON objects of text are what we wrote
    OfMap() {
      super((Class) Map.class);
    }
  }
}
