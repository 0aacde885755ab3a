package dev.brickyard.storage.output;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.brickyard.engine.export.ExportStream;
import dev.brickyard.storage.object.ObjectInfo;
import dev.brickyard.storage.object.ObjectKey;
import dev.brickyard.storage.object.ObjectNotFoundException;
import dev.brickyard.storage.object.ObjectPage;
import dev.brickyard.storage.object.ObjectStore;
import dev.brickyard.storage.object.SealedObject;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * What builds leave to be downloaded: {@code outputs/<build>/<name>/content}, and beside it {@code
 * about}, a sealed object that says what it is and is written when all of it is there. Parts of
 * several platforms that are still to be joined lie in {@code uploads/outputs/<build>/}, where the
 * collector takes away whatever was begun and never ended.
 */
public final class OutputStore {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");
  private static final int ABOUT_LIMIT_BYTES = 1 << 20;
  private static final String ABOUT = "/about";
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .build();

  private final ObjectStore objects;
  private final Clock clock;

  public OutputStore(ObjectStore objects, Clock clock) {
    this.objects = objects;
    this.clock = clock;
  }

  /** Whether an output can have this name. */
  public static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  /**
   * Begins an output, which replaces an earlier one of that name once it is complete.
   *
   * @param type {@code oci}, {@code docker} or {@code tar}
   * @param kept how long it can be downloaded
   */
  public ExportStream begin(UUID build, String name, String type, Duration kept) {
    return new OutputUpload(
        objects,
        contentKey(build, name),
        (size, digest) -> {
          Instant now = clock.instant();
          StoredOutput about = new StoredOutput(name, type, size, digest, now, now.plus(kept));
          ObjectKey key = aboutKey(build, name);
          objects.put(key, SealedObject.seal(key, JSON.writeValueAsBytes(about)));
        });
  }

  /** Begins one platform's part of an output. */
  public ExportStream beginPart(UUID build, String name, String platform) {
    return new OutputUpload(objects, partKey(build, name, platform), (size, digest) -> {});
  }

  /**
   * Opens one platform's part of an output.
   *
   * @throws ObjectNotFoundException when there is none
   */
  public InputStream openPart(UUID build, String name, String platform) throws IOException {
    return objects.get(partKey(build, name, platform));
  }

  /** Removes the parts of a build's outputs. */
  public void deleteParts(UUID build) throws IOException {
    objects.deleteAll(
        list("uploads/outputs/" + build + "/").stream().map(ObjectInfo::key).toList());
  }

  /** The build's outputs that are complete, by name; those that have expired, too. */
  public List<StoredOutput> list(UUID build) throws IOException {
    List<StoredOutput> outputs = new ArrayList<>();
    String prefix = "outputs/" + build + "/";
    for (ObjectInfo object : list(prefix)) {
      String rest = object.key().value().substring(prefix.length());
      if (rest.endsWith(ABOUT)) {
        find(build, rest.substring(0, rest.length() - ABOUT.length())).ifPresent(outputs::add);
      }
    }
    outputs.sort(Comparator.comparing(StoredOutput::name));
    return outputs;
  }

  /** One output; empty when there is none of that name. */
  public Optional<StoredOutput> find(UUID build, String name) throws IOException {
    if (!isName(name)) {
      return Optional.empty();
    }
    ObjectKey key = aboutKey(build, name);
    try {
      byte[] json = SealedObject.open(key, objects.read(key, ABOUT_LIMIT_BYTES));
      return Optional.of(JSON.readValue(json, StoredOutput.class));
    } catch (ObjectNotFoundException e) {
      return Optional.empty();
    }
  }

  /**
   * Opens a range of an output.
   *
   * @param length at least 1
   * @throws ObjectNotFoundException when it is gone
   */
  public InputStream open(UUID build, String name, long offset, long length) throws IOException {
    return objects.get(contentKey(build, name), offset, length);
  }

  private List<ObjectInfo> list(String prefix) throws IOException {
    List<ObjectInfo> all = new ArrayList<>();
    Optional<String> next = Optional.empty();
    do {
      ObjectPage page = objects.list(prefix, next, 1000);
      all.addAll(page.objects());
      next = page.next();
    } while (next.isPresent());
    return all;
  }

  private static ObjectKey contentKey(UUID build, String name) {
    return new ObjectKey("outputs/" + build + "/" + checked(name) + "/content");
  }

  private static ObjectKey aboutKey(UUID build, String name) {
    return new ObjectKey("outputs/" + build + "/" + checked(name) + ABOUT);
  }

  private static ObjectKey partKey(UUID build, String name, String platform) {
    return new ObjectKey(
        "uploads/outputs/" + build + "/" + checked(name) + "/" + platform.replace('/', '_'));
  }

  private static String checked(String name) {
    if (!isName(name)) {
      throw new IllegalArgumentException("\"" + name + "\" cannot be the name of an output");
    }
    return name;
  }
}
