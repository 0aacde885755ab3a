package dev.brickyard.worker.use;

import dev.brickyard.contracts.ClaimGranted;
import dev.brickyard.engine.cache.CacheScope;
import dev.brickyard.engine.cache.CacheUse;
import dev.brickyard.engine.cache.CacheUses;
import dev.brickyard.storage.object.ObjectStore;
import dev.brickyard.storage.use.UseKey;
import dev.brickyard.storage.use.UseRecord;
import dev.brickyard.storage.use.UseStore;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes down what a job used of the cache, in the background: nobody waits for it. One that is
 * lost costs nothing at once; the step records then count as used when they were written.
 */
public final class UseReporter {
  private static final Logger LOG = LoggerFactory.getLogger(UseReporter.class);

  private final UseStore uses;

  public UseReporter(ObjectStore objects) {
    this.uses = new UseStore(objects);
  }

  /**
   * For one attempt at a job.
   *
   * @param scopes in which its step records are found: its own first
   */
  public CacheUses of(ClaimGranted claim, List<CacheScope> scopes) {
    UseKey key = new UseKey(scopes.getFirst(), claim.buildId(), claim.jobId(), claim.attempt());
    return use -> {
      if (!use.isEmpty()) {
        Thread.ofVirtual().name("use-" + claim.jobId()).start(() -> write(key, scopes, use));
      }
    };
  }

  private void write(UseKey key, List<CacheScope> scopes, CacheUse use) {
    try {
      uses.put(key, UseRecord.of(scopes, use));
    } catch (IOException | RuntimeException e) {
      LOG.warn("what job {} used of the cache is not written down: {}", key.jobId(), e.toString());
    }
  }
}
