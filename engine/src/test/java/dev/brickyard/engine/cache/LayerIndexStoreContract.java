package dev.brickyard.engine.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.engine.image.Digest;
import dev.brickyard.engine.layer.ImagePath;
import dev.brickyard.engine.layer.LayerEntry;
import dev.brickyard.engine.layer.LayerIndex;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What every {@link LayerIndexStore} promises. */
public abstract class LayerIndexStoreContract {
  private static final Digest LAYER = Digest.of("a layer");

  /** An empty store. */
  protected abstract LayerIndexStore store() throws Exception;

  /** Makes the stored index unreadable, behind the store's back. */
  protected abstract void damage(LayerIndexStore store, Digest diffId) throws Exception;

  private static LayerIndex index() {
    byte[] passwd = "root:x:0:0:root:/root:/bin/sh\n".getBytes(StandardCharsets.UTF_8);
    return new LayerIndex(
        List.of(
            LayerEntry.directory(new ImagePath("etc"), 0755, 0, 0, 100),
            LayerEntry.file(
                new ImagePath("etc/passwd"), 0644, 0, 0, 100, passwd.length, Digest.of(passwd)),
            LayerEntry.symlink(new ImagePath("lib"), "usr/lib", 0, 0, 5),
            LayerEntry.whiteout(new ImagePath("tmp/gone"))),
        Map.of(new ImagePath("etc/passwd"), passwd));
  }

  @Test
  void anIndexComesBackAsItWas() throws Exception {
    LayerIndexStore store = store();
    store.put(LAYER, index());
    LayerIndex found = store.find(LAYER).orElseThrow();
    assertThat(found.entries()).isEqualTo(index().entries());
    assertThat(found.inlined(new ImagePath("etc/passwd")).orElseThrow())
        .isEqualTo(index().inlined(new ImagePath("etc/passwd")).orElseThrow());
  }

  @Test
  void aMissingIndexIsEmpty() throws Exception {
    assertThat(store().find(LAYER)).isEmpty();
  }

  @Test
  void puttingAgainIsHarmless() throws Exception {
    LayerIndexStore store = store();
    store.put(LAYER, index());
    store.put(LAYER, index());
    assertThat(store.find(LAYER)).isPresent();
  }

  @Test
  void anUnreadableIndexIsMissing() throws Exception {
    LayerIndexStore store = store();
    store.put(LAYER, index());
    damage(store, LAYER);
    assertThat(store.find(LAYER)).isEmpty();
  }

  @Test
  void anUnreadableIndexCanBeReplaced() throws Exception {
    LayerIndexStore store = store();
    store.put(LAYER, index());
    damage(store, LAYER);
    store.put(LAYER, index());
    assertThat(store.find(LAYER)).isPresent();
  }
}
