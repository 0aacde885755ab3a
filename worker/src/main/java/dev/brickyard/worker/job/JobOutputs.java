package dev.brickyard.worker.job;

import dev.brickyard.contracts.BuildOptions;
import dev.brickyard.contracts.BuildOutput;
import dev.brickyard.contracts.BuildOutput.Annotation.Level;
import dev.brickyard.contracts.ClaimGranted;
import dev.brickyard.contracts.ProvenanceRequest;
import dev.brickyard.engine.BuildFailure;
import dev.brickyard.engine.export.ArchiveJoin;
import dev.brickyard.engine.export.Export;
import dev.brickyard.engine.export.ExportSink;
import dev.brickyard.engine.export.ExportStream;
import dev.brickyard.engine.export.ImageForm;
import dev.brickyard.engine.export.Provenance;
import dev.brickyard.engine.image.Descriptor;
import dev.brickyard.engine.image.ImageReference;
import dev.brickyard.engine.image.Platform;
import dev.brickyard.engine.layer.Compression;
import dev.brickyard.storage.object.ObjectNotFoundException;
import dev.brickyard.storage.output.OutputStore;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;

/**
 * What becomes of a build's result: the job of a single platform writes every file itself; of
 * several platforms each job writes its part, and the publish job joins them.
 */
final class JobOutputs {
  private static final Duration DAY = Duration.ofDays(1);

  private final OutputStore store;

  JobOutputs(OutputStore store) {
    this.store = store;
  }

  /** What the engine is to do besides building. */
  dev.brickyard.engine.BuildOptions with(
      dev.brickyard.engine.BuildOptions usual,
      ClaimGranted claim,
      BuildOptions asked,
      Platform platform) {
    List<Export> exports = new ArrayList<>();
    for (BuildOutput output : asked.outputs()) {
      if (output.type() != BuildOutput.Type.REGISTRY) {
        exports.add(export(claim, output, platform));
      }
    }
    return usual
        .withForm(registry(asked).map(output -> form(output, platform)).orElse(ImageForm.DEFAULT))
        .withExports(exports)
        .withProvenance(provenance(asked));
  }

  private Export export(ClaimGranted claim, BuildOutput output, Platform platform) {
    ExportSink sink =
        claim.alone()
            ? () -> store.begin(claim.buildId(), output.name(), word(output), kept(claim))
            : () -> store.beginPart(claim.buildId(), output.name(), platform.toString());
    return new Export(
        switch (output.type()) {
          case OCI -> Export.Kind.OCI;
          case DOCKER -> Export.Kind.DOCKER;
          case TAR -> Export.Kind.TREE;
          case REGISTRY -> throw new IllegalArgumentException("the registry is no file");
        },
        output.names().stream().map(ImageReference::parse).toList(),
        form(output, platform),
        !claim.alone(),
        output.platformSplit(),
        sink);
  }

  private static String word(BuildOutput output) {
    return output.type().name().toLowerCase(Locale.ROOT);
  }

  private static Duration kept(ClaimGranted claim) {
    Long seconds = claim.outputSeconds();
    return seconds == null ? DAY : Duration.ofSeconds(seconds);
  }

  private static Optional<BuildOutput> registry(BuildOptions asked) {
    return asked.outputs().stream()
        .filter(output -> output.type() == BuildOutput.Type.REGISTRY)
        .findFirst();
  }

  private static ImageForm form(BuildOutput output, Platform platform) {
    String compression = output.compression();
    Integer level = output.compressionLevel();
    return new ImageForm(
        output.ociMediaTypes(),
        compression == null ? Optional.empty() : Optional.of(compression(compression)),
        level == null ? OptionalInt.empty() : OptionalInt.of(level),
        output.forceCompression(),
        annotations(output, Level.MANIFEST, platform),
        annotations(output, Level.MANIFEST_DESCRIPTOR, platform));
  }

  private static Compression compression(String word) {
    return switch (word) {
      case "gzip" -> Compression.GZIP;
      case "zstd" -> Compression.ZSTD;
      case "uncompressed" -> Compression.NONE;
      default -> throw new IllegalArgumentException("there is no compression \"" + word + "\"");
    };
  }

  /** Those for every platform first: what is said of one counts more. */
  private static Map<String, String> annotations(
      BuildOutput output, Level level, Platform platform) {
    Map<String, String> annotations = annotations(output, level);
    for (BuildOutput.Annotation annotation : output.annotations()) {
      String of = annotation.platform();
      if (annotation.level() == level && of != null && Platform.parse(of).equals(platform)) {
        annotations.put(annotation.key(), annotation.value());
      }
    }
    return annotations;
  }

  private static Map<String, String> annotations(BuildOutput output, Level level) {
    Map<String, String> annotations = new HashMap<>();
    for (BuildOutput.Annotation annotation : output.annotations()) {
      if (annotation.level() == level && annotation.platform() == null) {
        annotations.put(annotation.key(), annotation.value());
      }
    }
    return annotations;
  }

  private static Optional<Provenance> provenance(BuildOptions asked) {
    ProvenanceRequest request = asked.provenance();
    return request == null
        ? Optional.empty()
        : Optional.of(
            new Provenance(
                request.mode().equals("max") ? Provenance.Mode.MAX : Provenance.Mode.MIN,
                request.version().equals("v1") ? Provenance.Version.V1 : Provenance.Version.V0_2,
                Optional.ofNullable(request.builderId())));
  }

  /** Whether the registry's index is of OCI's media types. */
  static boolean ociTypes(BuildOptions asked) {
    return registry(asked).map(BuildOutput::ociMediaTypes).orElse(true);
  }

  /** What is noted on the registry's index. */
  static Map<String, String> indexAnnotations(BuildOptions asked) {
    return registry(asked).map(output -> annotations(output, Level.INDEX)).orElse(Map.of());
  }

  /** What is noted where the registry's index lists a platform. */
  static Map<String, String> descriptorAnnotations(BuildOptions asked, Platform platform) {
    return registry(asked)
        .map(output -> annotations(output, Level.MANIFEST_DESCRIPTOR, platform))
        .orElse(Map.of());
  }

  /**
   * Joins the parts of all platforms. Harmless to repeat.
   *
   * @param platforms in the order asked for
   * @return the index of the first image that was joined
   */
  Optional<Descriptor> join(ClaimGranted claim, BuildOptions asked, List<String> platforms)
      throws BuildFailure {
    Optional<Descriptor> first = Optional.empty();
    try {
      for (BuildOutput output : asked.outputs()) {
        if (output.type() != BuildOutput.Type.REGISTRY) {
          Optional<Descriptor> joint = joinOnce(claim, output, platforms);
          first = first.or(() -> joint);
        }
      }
      return first;
    } catch (IOException e) {
      throw BuildFailure.farm(
          "output-unavailable",
          "The files to download cannot be put together: " + e.getMessage() + ".",
          e);
    }
  }

  /** An earlier attempt may have died when all was joined and the parts were gone. */
  private Optional<Descriptor> joinOnce(
      ClaimGranted claim, BuildOutput output, List<String> platforms)
      throws IOException, BuildFailure {
    try {
      return join(claim, output, platforms);
    } catch (ObjectNotFoundException e) {
      if (store.find(claim.buildId(), output.name()).isPresent()) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private Optional<Descriptor> join(ClaimGranted claim, BuildOutput output, List<String> platforms)
      throws IOException, BuildFailure {
    UUID build = claim.buildId();
    List<ArchiveJoin.Part> parts = new ArrayList<>();
    for (String platform : platforms) {
      String normal = Platform.parse(platform).toString();
      parts.add(() -> store.openPart(build, output.name(), normal));
    }
    try (ExportStream out = store.begin(build, output.name(), word(output), kept(claim))) {
      Optional<Descriptor> joint = Optional.empty();
      if (output.type() == BuildOutput.Type.TAR) {
        ArchiveJoin.trees(parts, platforms, out);
      } else {
        joint =
            Optional.of(
                ArchiveJoin.images(
                    parts,
                    new ArchiveJoin.Index(
                        output.names().stream().map(ImageReference::parse).toList(),
                        output.ociMediaTypes(),
                        annotations(output, Level.INDEX),
                        annotations(output, Level.INDEX_DESCRIPTOR)),
                    out));
      }
      out.complete();
      return joint;
    }
  }

  /** Removes what was joined; what cannot be removed now is collected later. */
  void forgetParts(UUID build) throws IOException {
    store.deleteParts(build);
  }
}
