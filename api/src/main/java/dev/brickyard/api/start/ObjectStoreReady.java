package dev.brickyard.api.start;

import dev.brickyard.storage.object.ObjectKey;
import dev.brickyard.storage.object.S3ObjectStore;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready while the object store answers. */
@Readiness
@ApplicationScoped
public class ObjectStoreReady implements HealthCheck {
  private static final String NAME = "object store";

  private final S3ObjectStore objects;

  ObjectStoreReady(S3ObjectStore objects) {
    this.objects = objects;
  }

  @Override
  public HealthCheckResponse call() {
    try {
      objects.stat(new ObjectKey("probes/api"));
      return HealthCheckResponse.up(NAME);
    } catch (IOException e) {
      return HealthCheckResponse.named(NAME)
          .down()
          .withData("reason", String.valueOf(e.getMessage()))
          .build();
    }
  }
}
