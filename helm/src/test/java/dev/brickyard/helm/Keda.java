package dev.brickyard.helm;

import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscalerBehavior;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Of KEDA's API (keda.sh, v1alpha1) the fields that the chart may use, by the documentation of
 * version 2.17: no library has them as classes.
 */
final class Keda {
  private Keda() {}

  /** What every object of Kubernetes has. */
  @JsonDeserialize(using = JsonDeserializer.None.class)
  abstract static class Resource implements HasMetadata {
    private static final long serialVersionUID = 1;

    private ObjectMeta metadata = new ObjectMeta();
    private String apiVersion = "";
    private String kind = "";

    @Override
    public ObjectMeta getMetadata() {
      return metadata;
    }

    @Override
    public void setMetadata(ObjectMeta metadata) {
      this.metadata = metadata;
    }

    @Override
    public String getApiVersion() {
      return apiVersion;
    }

    @Override
    public void setApiVersion(String apiVersion) {
      this.apiVersion = apiVersion;
    }

    @Override
    public String getKind() {
      return kind;
    }

    public void setKind(String kind) {
      this.kind = kind;
    }
  }

  /** Says what is scaled by what. */
  @JsonDeserialize(using = JsonDeserializer.None.class)
  static final class ScaledObject extends Resource {
    private static final long serialVersionUID = 1;
    public @Nullable ScaledObjectSpec spec;
  }

  record ScaledObjectSpec(
      ScaleTarget scaleTargetRef,
      int minReplicaCount,
      int maxReplicaCount,
      int pollingInterval,
      int cooldownPeriod,
      Advanced advanced,
      List<Trigger> triggers) {}

  record ScaleTarget(String apiVersion, String kind, String name) {}

  record Advanced(HpaConfig horizontalPodAutoscalerConfig) {}

  record HpaConfig(HorizontalPodAutoscalerBehavior behavior) {}

  record Trigger(String type, Map<String, String> metadata, AuthenticationRef authenticationRef) {}

  record AuthenticationRef(String name) {}

  /** Where a trigger's credentials are. */
  @JsonDeserialize(using = JsonDeserializer.None.class)
  static final class TriggerAuthentication extends Resource {
    private static final long serialVersionUID = 1;
    public @Nullable TriggerAuthenticationSpec spec;
  }

  record TriggerAuthenticationSpec(List<SecretTarget> secretTargetRef) {}

  record SecretTarget(String parameter, String name, String key) {}
}
