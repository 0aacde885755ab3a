package dev.brickyard.api.start;

import dev.brickyard.api.ApiConfiguration;
import dev.brickyard.contracts.Ids;
import dev.brickyard.storage.context.ContextStore;
import dev.brickyard.storage.log.LogStore;
import dev.brickyard.storage.object.ObjectStore;
import dev.brickyard.storage.object.RetryPolicy;
import dev.brickyard.storage.object.RetryingObjectStore;
import dev.brickyard.storage.object.S3ObjectStore;
import dev.brickyard.storage.object.S3Settings;
import dev.brickyard.storage.output.OutputStore;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/** Makes the parts that are not our own. */
class Wiring {
  @Produces
  @Singleton
  Clock clock() {
    return Clock.systemUTC();
  }

  @Produces
  @Singleton
  Ids ids() {
    return Ids.system();
  }

  /** Without retries: for asking whether the store is there. */
  @Produces
  @Singleton
  S3ObjectStore s3(ApiConfiguration configuration) {
    ApiConfiguration.S3 s3 = configuration.s3();
    return new S3ObjectStore(
        new S3Settings(s3.endpoint(), s3.accessKey(), s3.secretKey(), s3.bucket(), s3.region()));
  }

  void close(@Disposes S3ObjectStore store) {
    store.close();
  }

  @Produces
  @Singleton
  ContextStore contexts(S3ObjectStore s3) {
    return new ContextStore(retrying(s3));
  }

  @Produces
  @Singleton
  LogStore logs(S3ObjectStore s3) {
    return new LogStore(retrying(s3));
  }

  @Produces
  @Singleton
  OutputStore outputs(S3ObjectStore s3, Clock clock) {
    return new OutputStore(retrying(s3), clock);
  }

  private static ObjectStore retrying(S3ObjectStore s3) {
    return new RetryingObjectStore(s3, RetryPolicy.DEFAULT);
  }
}
