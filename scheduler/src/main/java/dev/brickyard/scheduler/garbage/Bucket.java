package dev.brickyard.scheduler.garbage;

import dev.brickyard.scheduler.SchedulerConfiguration;
import dev.brickyard.storage.object.RetryPolicy;
import dev.brickyard.storage.object.RetryingObjectStore;
import dev.brickyard.storage.object.S3ObjectStore;
import dev.brickyard.storage.object.S3Settings;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** The object store; asked only while garbage is collected, and not needed for anything else. */
class Bucket {
  @Produces
  @Singleton
  S3ObjectStore s3(SchedulerConfiguration configuration) {
    SchedulerConfiguration.S3 s3 = configuration.s3();
    return new S3ObjectStore(
        new S3Settings(s3.endpoint(), s3.accessKey(), s3.secretKey(), s3.bucket(), s3.region()));
  }

  void close(@Disposes S3ObjectStore s3) {
    s3.close();
  }

  @Produces
  @Singleton
  RetryingObjectStore objects(S3ObjectStore s3) {
    return new RetryingObjectStore(s3, RetryPolicy.DEFAULT);
  }
}
