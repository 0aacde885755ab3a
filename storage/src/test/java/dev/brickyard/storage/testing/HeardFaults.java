package dev.brickyard.storage.testing;

import dev.brickyard.engine.cache.CacheFaults;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Remembers what it heard of faults, as {@code KIND REASON}. */
public final class HeardFaults implements CacheFaults {
  private final List<String> heard = new CopyOnWriteArrayList<>();

  @Override
  public void met(Kind kind, Reason reason, String key) {
    heard.add(kind + " " + reason);
  }

  /** Everything heard, in order. */
  public List<String> heard() {
    return heard;
  }
}
