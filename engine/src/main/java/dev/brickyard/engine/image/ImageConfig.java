package dev.brickyard.engine.image;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The config document of an image (OCI image specification, "Image Configuration"). Immutable;
 * equal configs have equal bytes and so one digest.
 *
 * @param author empty text when the image names none
 * @param config how a container of it is started
 * @param diffIds digests of the uncompressed layers, lowest first
 * @param history of every instruction, layers or not, oldest first
 */
public record ImageConfig(
    Optional<Instant> created,
    String author,
    Platform platform,
    ContainerConfig config,
    List<Digest> diffIds,
    List<History> history) {
  /** Copies the lists. */
  public ImageConfig {
    diffIds = List.copyOf(diffIds);
    history = List.copyOf(history);
  }

  /** What {@code FROM scratch} starts with: no layer, no setting. */
  public static ImageConfig empty(Platform platform) {
    return new ImageConfig(
        Optional.empty(), "", platform, ContainerConfig.EMPTY, List.of(), List.of());
  }

  /**
   * Reads a config as registries serve it: {@code null} stands for nothing said, unknown fields are
   * ignored (as BuildKit does with a base image's).
   *
   * @throws IllegalArgumentException in one sentence, when it is no image config
   */
  public static ImageConfig parse(byte[] json) {
    return ImageConfigJson.read(json);
  }

  /**
   * The document to store: fields named and ordered as Go's image tools write them, without
   * indentation, maps sorted; the same config always gives the same bytes.
   */
  public byte[] toJson() {
    return ImageConfigJson.write(this);
  }

  /** The config's own name: type, digest and size of {@link #toJson()}. */
  public Descriptor descriptor() {
    byte[] json = toJson();
    return Descriptor.of(MediaTypes.OCI_CONFIG, Digest.of(json), json.length);
  }

  public ImageConfig withCreated(Instant created) {
    return new ImageConfig(Optional.of(created), author, platform, config, diffIds, history);
  }

  public ImageConfig withAuthor(String author) {
    return new ImageConfig(created, author, platform, config, diffIds, history);
  }

  public ImageConfig withConfig(ContainerConfig config) {
    return new ImageConfig(created, author, platform, config, diffIds, history);
  }

  /** With one more layer on top, and the instruction that made it. */
  public ImageConfig plusLayer(Digest diffId, History made) {
    List<Digest> layers = new ArrayList<>(diffIds);
    layers.add(diffId);
    return new ImageConfig(created, author, platform, config, layers, historyWith(made));
  }

  /** With one more instruction that made no layer. */
  public ImageConfig plusHistory(History made) {
    return new ImageConfig(created, author, platform, config, diffIds, historyWith(made));
  }

  private List<History> historyWith(History made) {
    List<History> all = new ArrayList<>(history);
    all.add(made);
    return all;
  }
}
