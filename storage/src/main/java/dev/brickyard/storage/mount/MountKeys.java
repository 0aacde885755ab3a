package dev.brickyard.storage.mount;

import dev.brickyard.engine.cache.CacheScope;
import dev.brickyard.engine.cachemount.MountKey;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.storage.object.ObjectKey;
import java.util.Locale;
import java.util.Optional;

/**
 * Where saved cache mounts are: chunks under {@code mounts/<project>/chunks/<hex>}, generations
 * under {@code mounts/<project>/generations/<scope>/<hex of the mount>/<number>}. Numbers count
 * down, so that a listing begins with the latest.
 */
final class MountKeys {
  static final String PREFIX = "mounts/";

  private static final String GENERATIONS = "/generations/";
  private static final int DIGITS = 19;

  private MountKeys() {}

  static ObjectKey chunk(CacheScope scope, Digest chunk) {
    return new ObjectKey(PREFIX + project(scope).name() + "/chunks/" + chunk.hex());
  }

  static CacheScope project(CacheScope scope) {
    return scope.parent().orElse(scope);
  }

  /** What the keys of a project's generations start with. */
  static String generations(CacheScope project) {
    return PREFIX + project.name() + GENERATIONS;
  }

  /** What the keys of a mount's generations start with. */
  static String generations(MountKey mount) {
    return generations(project(mount.scope()))
        + mount.scope().name()
        + "/"
        + mount.mount().hex()
        + "/";
  }

  static ObjectKey generation(MountKey mount, long number) {
    return new ObjectKey(
        generations(mount) + String.format(Locale.ROOT, "%0" + DIGITS + "d", down(number)));
  }

  private static long down(long number) {
    return Long.MAX_VALUE - number;
  }

  /** Which generation an object is; empty when it is none. */
  static Optional<StoredGeneration.Name> parse(ObjectKey key) {
    String[] names = key.value().split("/", -1);
    if (names.length != 6 || !names[2].equals("generations") || names[5].length() != DIGITS) {
      return Optional.empty();
    }
    try {
      StoredGeneration.Name name =
          new StoredGeneration.Name(
              new MountKey(new CacheScope(names[3]), new Digest(names[4])),
              down(Long.parseLong(names[5])));
      return name.number() > 0 && generation(name.mount(), name.number()).equals(key)
          ? Optional.of(name)
          : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
