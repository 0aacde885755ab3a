package dev.brickyard.api.submission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.api.problem.ProblemException;
import dev.brickyard.contracts.BuildOutput;
import dev.brickyard.contracts.BuildOutput.Annotation;
import dev.brickyard.contracts.BuildOutput.Annotation.Level;
import dev.brickyard.contracts.BuildOutput.Type;
import dev.brickyard.contracts.ProvenanceRequest;
import dev.brickyard.engine.image.ImageReference;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where a build's result goes, as clients write it. */
class OutputsReaderTest {
  private static SubmissionOptions read(String... parameters) {
    Map<String, List<String>> query = new HashMap<>();
    for (String parameter : parameters) {
      int equals = parameter.indexOf('=');
      query.merge(
          parameter.substring(0, equals),
          List.of(parameter.substring(equals + 1)),
          (some, more) -> Stream.concat(some.stream(), more.stream()).toList());
    }
    return OptionsReader.read(query);
  }

  private static BuildOutput output(String text) {
    return read("output=" + text).more().outputs().getFirst();
  }

  @Test
  void withoutAnOutputTheTagsArePushedInTheUsualWay() {
    SubmissionOptions options = read("tag=app:1");
    assertThat(options.tags())
        .extracting(ImageReference::toString)
        .containsExactly("docker.io/library/app:1");
    assertThat(options.more().outputs()).isEmpty();
  }

  @Test
  void aFileNeedsNoTagAndIsCalledByThoseThatAreGiven() {
    SubmissionOptions options = read("tag=app:1", "output=type=oci,dest=a/b/out.tar");
    assertThat(options.tags()).isEmpty();
    BuildOutput oci = options.more().outputs().getFirst();
    assertThat(oci.type()).isEqualTo(Type.OCI);
    assertThat(oci.name()).isEqualTo("out.tar");
    assertThat(oci.names()).containsExactly("docker.io/library/app:1");
    assertThat(oci.ociMediaTypes()).isTrue();
    assertThat(read("output=type=docker").more().outputs().getFirst())
        .satisfies(
            docker -> {
              assertThat(docker.names()).isEmpty();
              assertThat(docker.name()).isEqualTo("docker.tar");
              assertThat(docker.ociMediaTypes()).isFalse();
            });
  }

  @Test
  void severalOutputsOfOneBuildHaveNamesOfTheirOwn() {
    SubmissionOptions options =
        read(
            "tag=app:1",
            "output=type=oci",
            "output=type=oci,compression=zstd,compression-level=19,force-compression=true",
            "output=type=registry,\"name=other:1,other:2\",oci-mediatypes=false");
    assertThat(options.more().outputs())
        .extracting(BuildOutput::name)
        .containsExactly("oci.tar", "oci-2.tar", "");
    BuildOutput packed = options.more().outputs().get(1);
    assertThat(packed.compression()).isEqualTo("zstd");
    assertThat(packed.compressionLevel()).isEqualTo(19);
    assertThat(packed.forceCompression()).isTrue();
    assertThat(options.tags())
        .extracting(ImageReference::toString)
        .containsExactly("docker.io/library/other:1", "docker.io/library/other:2");
    assertThat(options.more().outputs().get(2).ociMediaTypes()).isFalse();
  }

  @Test
  void annotationsHaveLevelsAndPlatforms() {
    BuildOutput registry =
        read(
                "tag=a",
                "platform=linux/amd64,linux/arm64",
                "annotation=plain=1",
                "annotation=index,manifest[linux/arm64]:both=2=3",
                "output=type=registry,annotation-manifest-descriptor.own=x")
            .more()
            .outputs()
            .getFirst();
    assertThat(registry.annotations())
        .containsExactly(
            new Annotation(Level.MANIFEST, null, "plain", "1"),
            new Annotation(Level.INDEX, null, "both", "2=3"),
            new Annotation(Level.MANIFEST, "linux/arm64", "both", "2=3"),
            new Annotation(Level.MANIFEST_DESCRIPTOR, null, "own", "x"));
    // Said without any output, they are the registry's.
    assertThat(read("tag=a", "annotation=x=y").more().outputs())
        .singleElement()
        .extracting(BuildOutput::type)
        .isEqualTo(Type.REGISTRY);
    // BuildKit's words.
    assertThatThrownBy(() -> read("tag=a", "annotation=index:x=y"))
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining("index annotations not supported for single platform export");
    assertThat(read("tag=a", "annotation=index:x=y", "provenance=true").tags()).hasSize(1);
  }

  @Test
  void whatDockersTypesCannotSayTurnsThemOff() {
    assertThat(output("type=docker,compression=zstd").ociMediaTypes()).isTrue();
    assertThat(output("type=docker,annotation.a=b").ociMediaTypes()).isTrue();
    assertThat(
            read("tag=a", "output=type=registry,oci-mediatypes=false", "provenance=mode=max")
                .more()
                .outputs()
                .getFirst()
                .ociMediaTypes())
        .isTrue();
  }

  @Test
  void treesOfSeveralPlatformsStandInDirectoriesOfTheirOwn() {
    assertThat(output("type=tar").platformSplit()).isFalse();
    List<BuildOutput> two =
        read(
                "platform=linux/amd64,linux/arm64",
                "output=type=tar",
                "output=type=tar,platform-split=false")
            .more()
            .outputs();
    assertThat(two).extracting(BuildOutput::platformSplit).containsExactly(true, false);
  }

  @Test
  void provenanceIsSaidOnlyWhenAskedFor() {
    assertThat(read("tag=a").more().provenance()).isNull();
    assertThat(read("tag=a", "provenance=false").more().provenance()).isNull();
    assertThat(read("tag=a", "provenance=true").more().provenance())
        .isEqualTo(new ProvenanceRequest("min", "v0.2", null));
    assertThat(
            read("tag=a", "attest=type=provenance,mode=max,version=v1,builder-id=urn:x")
                .more()
                .provenance())
        .isEqualTo(new ProvenanceRequest("max", "v1", "urn:x"));
    assertThat(
            read("tag=a", "provenance=mode=min,inline-only=true,builder-id=u").more().provenance())
        .isEqualTo(new ProvenanceRequest("min", "v0.2", "u"));
  }

  @Test
  void aBuildMayLeaveNothingButItsCache() {
    SubmissionOptions options = read("output=type=cacheonly");
    assertThat(options.tags()).isEmpty();
    assertThat(options.more().outputs()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          output=type=local,dest=x | output | type=local is for `brickyard build`
          output=type=image | output | type=image needs push=true
          output=type=floppy | output | no output of type "floppy"
          output=dest=x | output | needs a type
          output=type=oci,type=tar | output | "type" is given twice
          output=type=oci,compression=lzma | output | unsupported layer compression type "lzma"
          output=type=oci,compression-level=23 | output | 0 to 9 with gzip
          output=type=oci,compression=zstd,compression-level=x | output | 0 to 22 with zstd
          output=type=oci,oci-mediatypes=perhaps | output | non-bool value specified for oci-mediatypes
          output=type=oci,colour=red | output | no option "colour"
          output=type=oci,rewrite-timestamp=false | output | rewrite-timestamp=false cannot be had
          output=type=registry | tag | at least one name
          output=type=oci&platform=linux/amd64&annotation=x | annotation | is no annotation
          output=type=docker&platform=linux/amd64,linux/arm64 | output | docker exporter does not currently support exporting manifest lists
          tag=a&provenance=mode=medium | provenance | mode is min or max
          tag=a&provenance=colour=red | provenance | no option "colour"
          tag=a&attest=type=sbom | attest | attests nothing else
          """)
  void whatCannotBeIsRefusedByName(String query, String parameter, String detail) {
    assertThatThrownBy(() -> read(query.split("&")))
        .isInstanceOfSatisfying(
            ProblemException.class,
            e -> {
              assertThat(e.problem().parameter()).isEqualTo(parameter);
              assertThat(e.problem().detail()).contains(detail);
            });
  }
}
