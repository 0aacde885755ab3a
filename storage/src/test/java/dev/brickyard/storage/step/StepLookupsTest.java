package dev.brickyard.storage.step;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brickyard.engine.cache.CacheScope;
import dev.brickyard.engine.image.Digest;
import dev.brickyard.storage.object.ObjectKey;
import dev.brickyard.storage.object.ObjectNotFoundException;
import dev.brickyard.storage.object.ObjectStore;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How lookups travel to the store. */
class StepLookupsTest {
  private static final int STEPS = 30;

  @Test
  void manyStepsInTwoScopesAreOneRoundTrip() throws Exception {
    // No request is answered before all are there: one after the other would never end.
    CountDownLatch all = new CountDownLatch(2 * STEPS);
    AtomicInteger requests = new AtomicInteger();
    ObjectStore slow =
        (ObjectStore)
            Proxy.newProxyInstance(
                ObjectStore.class.getClassLoader(),
                new Class<?>[] {ObjectStore.class},
                (proxy, method, arguments) -> {
                  if (!method.getName().equals("read")) {
                    throw new UnsupportedOperationException(method.getName());
                  }
                  requests.incrementAndGet();
                  all.countDown();
                  if (!all.await(30, TimeUnit.SECONDS)) {
                    throw new AssertionError("only " + requests + " requests came at once");
                  }
                  throw new ObjectNotFoundException((ObjectKey) arguments[0], null);
                });
    CacheScope fork = new CacheScope("shop").within("pr-17");
    List<Digest> keys = IntStream.range(0, STEPS).mapToObj(i -> Digest.of("key " + i)).toList();
    assertThat(new S3StepRecordStore(slow).findAll(fork.readable(), keys)).isEmpty();
    assertThat(requests).hasValue(2 * STEPS);
  }
}
