package dev.brickyard.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brickyard.cli.WantedOutput.Place;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What {@code -o} asks the farm for, and where the answer goes. */
class WantedOutputTest {
  private static WantedOutput of(String text) {
    return WantedOutput.of(List.of(text)).getFirst();
  }

  @Test
  void aFolderIsATreeUnpacked() {
    WantedOutput folder =
        new WantedOutput(
            "type=tar,dest=output-1.tar", "output-1.tar", Place.FOLDER, Path.of("out"));
    assertThat(of("out")).isEqualTo(folder);
    assertThat(of("type=local,dest=out")).isEqualTo(folder);
    assertThat(of("type=local,dest=out,platform-split=false").parameter())
        .isEqualTo("type=tar,dest=output-1.tar,platform-split=false");
  }

  @Test
  void archivesGoToFilesOrToStandardOutput() {
    assertThat(of("type=oci,dest=a/image.tar,compression=zstd"))
        .isEqualTo(
            new WantedOutput(
                "type=oci,dest=output-1.tar,compression=zstd",
                "output-1.tar",
                Place.FILE,
                Path.of("a/image.tar")));
    assertThat(of("-").place()).isEqualTo(Place.STANDARD_OUTPUT);
    assertThat(of("type=oci,dest=-").place()).isEqualTo(Place.STANDARD_OUTPUT);
    assertThat(of("type=tar").place()).isEqualTo(Place.STANDARD_OUTPUT);
    assertThat(of("type=oci,tar=false,dest=layout").place()).isEqualTo(Place.FOLDER);
    assertThat(of("type=docker,\"name=a:1,b:2\",dest=d.tar").parameter())
        .isEqualTo("type=docker,dest=output-1.tar,\"name=a:1,b:2\"");
  }

  @Test
  void theRegistryIsTheFarmsBusiness() {
    assertThat(of("type=registry,oci-mediatypes=false"))
        .isEqualTo(new WantedOutput("type=registry,oci-mediatypes=false", null, Place.FARM, null));
  }

  @Test
  void whatCannotBeIsSaidAtOnce() {
    assertThatThrownBy(() -> of("type=docker")).hasMessageContaining("needs dest=FILE");
    assertThatThrownBy(() -> of("type=local")).hasMessageContaining("dest is required");
    assertThatThrownBy(() -> of("type=local,dest=-")).hasMessageContaining("standard output");
    assertThatThrownBy(() -> WantedOutput.of(List.of("-", "type=oci")))
        .hasMessageContaining("only one output");
  }
}
