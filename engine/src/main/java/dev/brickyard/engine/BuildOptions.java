package dev.brickyard.engine;

import dev.brickyard.engine.export.Export;
import dev.brickyard.engine.export.ImageForm;
import dev.brickyard.engine.export.Provenance;
import dev.brickyard.engine.secret.BuildSecrets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How a build differs from the usual. Begin with {@link #NONE} and change what differs.
 *
 * @param noCacheStages stages, by name or number, every step of which is run whatever the cache has
 * @param run how RUN runs; enters the keys of those steps
 * @param secrets what RUN may mount; enters no key
 * @param allowed what this worker's administrator allows RUN
 * @param contexts what stands for a name in FROM, COPY and RUN instead of a stage or image
 * @param form of the image that is pushed
 * @param exports files to make of the image
 * @param provenance what is to be said about how the image was built; nothing when empty
 */
public record BuildOptions(
    Set<String> noCacheStages,
    RunSettings run,
    BuildSecrets secrets,
    Set<Entitlement> allowed,
    Map<String, NamedContext> contexts,
    ImageForm form,
    List<Export> exports,
    Optional<Provenance> provenance) {
  /** Nothing differs. */
  public static final BuildOptions NONE =
      new BuildOptions(
          Set.of(),
          RunSettings.USUAL,
          BuildSecrets.NONE,
          Set.of(),
          Map.of(),
          ImageForm.DEFAULT,
          List.of(),
          Optional.empty());

  public BuildOptions {
    noCacheStages = Set.copyOf(noCacheStages);
    allowed = Set.copyOf(allowed);
    contexts = Map.copyOf(contexts);
    exports = List.copyOf(exports);
  }

  /** With these stages not taken from the cache. */
  public BuildOptions withNoCacheStages(Set<String> stages) {
    return new BuildOptions(stages, run, secrets, allowed, contexts, form, exports, provenance);
  }

  /** With RUN run so. */
  public BuildOptions withRun(RunSettings settings) {
    return new BuildOptions(
        noCacheStages, settings, secrets, allowed, contexts, form, exports, provenance);
  }

  /** With these secrets. */
  public BuildOptions withSecrets(BuildSecrets known) {
    return new BuildOptions(
        noCacheStages, run, known, allowed, contexts, form, exports, provenance);
  }

  /** Where these are allowed. */
  public BuildOptions withAllowed(Set<Entitlement> entitlements) {
    return new BuildOptions(
        noCacheStages, run, secrets, entitlements, contexts, form, exports, provenance);
  }

  /** With these named contexts. */
  public BuildOptions withContexts(Map<String, NamedContext> contexts) {
    return new BuildOptions(
        noCacheStages, run, secrets, allowed, contexts, form, exports, provenance);
  }

  /** With an image of this form pushed. */
  public BuildOptions withForm(ImageForm form) {
    return new BuildOptions(
        noCacheStages, run, secrets, allowed, contexts, form, exports, provenance);
  }

  /** With these files made of the image. */
  public BuildOptions withExports(List<Export> exports) {
    return new BuildOptions(
        noCacheStages, run, secrets, allowed, contexts, form, exports, provenance);
  }

  /** With this said about how the image was built. */
  public BuildOptions withProvenance(Optional<Provenance> provenance) {
    return new BuildOptions(
        noCacheStages, run, secrets, allowed, contexts, form, exports, provenance);
  }
}
